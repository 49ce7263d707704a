"""Build the index of licence texts from public packages: numbers only, no text is carried over.

    python benchmarks/build_license_texts.py --spdx FOLDER --scancode FOLDER [--seen DATE] [-o FOLDER]

``--spdx`` is the ``licenses`` folder of the npm package spdx-license-list, ``--scancode`` the folder
``licensedcode/data/licenses`` of the PyPI package scancode-toolkit-mini (its texts are CC-BY-4.0 data by the ScanCode
project); unpack either, run neither. Taken are every text of the SPDX list, of the other package those of licences for
AI models, and its own copy of an SPDX text where that is worded otherwise.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from scanner.data import whole
from scanner.wording.index import NUMBERS, TEXTS, digest, packed
from scanner.wording.words import hashes, is_loud, read

SOURCES = {
    "spdx": {"package": "npm:spdx-license-list@6.12.0", "license": "CC0-1.0", "seen": "2026-11-23"},
    "scancode": {"package": "pypi:scancode-toolkit-mini==32.5.0", "license": "CC-BY-4.0", "seen": "2026-11-23"},
}
# Files of licences for models, weights and the data they are trained on; those that licenses.yaml names come by itself.
MODELS = (
    "bigcode-*",
    "bigscience-*",
    "bilibili-model-*",
    "deepseek-*",
    "exaone-*",
    "fair-ai-*",
    "falcon-*",
    "flux-*",
    "gemma-*",
    "hyperclova-*",
    "llama-*",
    "ltxv-*",
    "moonshot-*",
    "nvidia-open-model*",
    "nvidia-model-*",
    "openatom-*",
    "openmdw-*",
    "playground-*",
    "qwen-*",
    "responsible-ai-*",
    "salesforce-ai-*",
    "stability-ai-*",
    "stable-diffusion-*",
    "tencent-hunyuan-*",
    "tongyi-*",
    "apple-ml-*",
    "mov-ai-*",
    "soml-*",
    "opml-*",
    "google-ml-kit-*",
)
END_OF_TERMS = ("end", "of", "terms", "and", "conditions")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Source:
    """One text as a package has it."""

    licenses: tuple[str, ...]
    title: str
    source: str
    path: str
    text: str


@dataclass(slots=True)
class Entry:
    licenses: list[str]
    title: str
    source: str
    path: str
    words: tuple[str, ...]
    head: int
    tail: int

    @property
    def core(self) -> tuple[str, ...]:
        return self.words[self.head : len(self.words) - self.tail]


def spdx_texts(folder: Path, retired: set[str]) -> Iterator[Source]:
    """Every text of the SPDX list, retired ids left out."""
    for path in sorted(folder.glob("*.json")):
        if path.stem not in retired and path.stem != "any-OSI":
            found = json.loads(path.read_text(encoding="utf-8"))
            yield Source((path.stem,), found["name"], "spdx", f"licenses/{path.name}", found["licenseText"])


def scancode_records(folder: Path) -> Iterator[tuple[dict[str, Any], Source]]:
    """Every text of the package with what it says of it."""
    for path in sorted(folder.glob("*.LICENSE")):
        _, front, text = re.split(r"^---[ \t]*\n?", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.M)
        about = yaml.safe_load(front)
        name = str(about.get("spdx_license_key") or f"LicenseRef-scancode-{about['key']}")
        yield about, Source((name,), str(about["name"]), "scancode", f"licenses/{path.name}", text)


def sources(spdx: Path, scancode: Path) -> Iterator[Source]:
    """The texts to index, those of the SPDX list first: a copy that adds nothing is dropped later."""
    records = list(scancode_records(scancode))
    current = {found.licenses[0] for about, found in records if not about.get("is_deprecated")}
    retired = {other for about, _ in records for other in about.get("other_spdx_license_keys") or ()} - current
    yield from spdx_texts(spdx, retired)
    listed = {path.stem for path in spdx.glob("*.json")} - retired
    tabled = {said["spdx"] for said in whole("licenses.yaml").values() if "spdx" in said}
    for about, found in records:
        if about.get("is_deprecated") or about.get("is_exception"):
            continue
        wanted = found.licenses[0] in listed | tabled or any(fnmatch(about["key"], glob) for glob in MODELS)
        if wanted or not found.licenses[0].startswith("LicenseRef-"):
            yield found


def heading(text: str, title: str) -> int:
    """How many words of ``text`` are its heading: short first paragraphs that say nothing but a name and a date."""
    named = {word.casefold() for word in re.findall(r"[^\W_]+", title)} | {"license", "licence", "public", "terms"}
    end = count = 0
    for paragraph in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text):
        words = read(text[: paragraph.end()], _MOST).words
        new = words[count:]
        short = len(new) <= 20 and not re.search(r"[.,;:]\s*$", paragraph[0])
        if not short or any(is_loud(w) and w not in named and not w.isdigit() for w in new):
            break
        end = count = len(words)
    return end


def entry(source: Source) -> Entry | None:
    """The text as words with its heading and appendix marked; None when no word is left."""
    words = read(source.text, _MOST).words
    head, tail = heading(source.text, source.title), 0
    for at in range(len(words) // 2, len(words) - len(END_OF_TERMS) + 1):
        # Only advice on how to apply the licence may be left out: others have forbidden uses there.
        follows = " ".join(words[at + len(END_OF_TERMS) : at + 20])
        if words[at : at + len(END_OF_TERMS)] == END_OF_TERMS and (not follows or "how to apply" in follows):
            tail = len(words) - at
    if head + tail >= len(words) * 0.7:
        head = 0
    return Entry(list(source.licenses), source.title, source.source, source.path, words, head, tail) if words else None


def entries(found: Iterator[Source]) -> list[Entry]:
    """One entry for each wording; licences that share one share the entry."""
    by_core: dict[tuple[str, ...], Entry] = {}
    whole: dict[tuple[str, ...], Entry] = {}
    for source in found:
        made = entry(source)
        if made is None:
            continue
        known = by_core.get(made.core) or whole.get(made.words) or by_core.setdefault(made.core, made)
        whole.setdefault(made.words, known)
        known.licenses += [one for one in made.licenses if one not in known.licenses]
    return list(by_core.values())


def build(spdx: Path, scancode: Path, seen: str | None = None) -> tuple[str, bytes]:
    """The two files of the index."""
    made = entries(sources(spdx, scancode))
    lines = []
    for one in made:
        about = {
            "licenses": one.licenses,
            "title": one.title,
            "source": one.source,
            "path": one.path,
            "words": len(one.words),
            "head": one.head,
            "tail": one.tail,
            "sha256": digest(one.core),
        }
        lines.append(json.dumps(about, ensure_ascii=False))
    packages = {name: {**said, "seen": seen or said["seen"]} for name, said in SOURCES.items()}
    head = json.dumps({"sources": packages}, ensure_ascii=False)[:-1]
    text = head + ', "texts": [\n' + ",\n".join(lines) + "\n]}\n"
    return text, packed([hashes(one.words) for one in made])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spdx", type=Path, required=True)
    parser.add_argument("--scancode", type=Path, required=True)
    parser.add_argument("--seen")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parents[1] / "scanner" / "data")
    asked = parser.parse_args()
    text, numbers = build(asked.spdx, asked.scancode, asked.seen)
    (asked.output / TEXTS).write_text(text, encoding="utf-8")
    (asked.output / NUMBERS).write_bytes(numbers)
    print(f"{text.count(chr(10)) - 2} texts, {len(text.encode()):,} + {len(numbers):,} bytes")


if __name__ == "__main__":
    main()
