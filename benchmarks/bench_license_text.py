"""Recognise every licence text of the index after noise, and show an edited clause as a difference.

    python benchmarks/bench_license_text.py --spdx FOLDER --scancode FOLDER [--every N] [--kind NAME]

The folders are those that ``build_license_texts.py`` reads. For each kind of noise: the share of texts whose first
answer is the right licence, how often that is told to be exact, texts a second, and the milliseconds of one text. The
seed is fixed. A clause is edited by turning one word of the text into another that says the opposite or more; it is
found when the text is told to be edited, and the difference holds that word.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from build_license_texts import Entry, Source, entry, sources
from machine import machine

from scanner.wording import Recognition, Status, recognise
from scanner.wording.index import shipped

SEED = 20261123
STRANGE = (
    "system", "vendor", "quickly", "table", "green", "mountain", "window", "about", "every", "river", "holds",
    "carefully", "seven", "letters", "under",
)  # fmt: skip
SWAPS = {
    "may": "must", "shall": "may", "any": "no", "not": "only", "without": "with", "all": "some", "granted": "refused",
    "and": "or", "provided": "unless", "no": "any", "or": "and", "the": "noncommercial",
}  # fmt: skip
Noise = Callable[[str, random.Random], str]


def whitespace(text: str, draw: random.Random) -> str:
    """Blanks, tabs and line ends of another kind; blank lines doubled."""
    text = re.sub(r"(?<=\S) (?=\S)", lambda m: draw.choice((" ", " ", "  ", "\t")), text)
    return "\r\n".join(text.replace("\n\n", "\n\n\n").split("\n"))


def wrapping(text: str, draw: random.Random) -> str:
    """Every paragraph on lines of another width; a list stays a list."""
    width = draw.choice((50, 66, 100, 10_000))
    return "\n\n".join(_filled(" ".join(p.split()), width) for p in re.split(r"\n\s*\n", text) if p.strip())


def _filled(paragraph: str, width: int) -> str:
    lines, line = [], ""
    for word in paragraph.split(" "):
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    return "\n".join([*lines, line])


def header(text: str, draw: random.Random) -> str:
    """Another heading and a copyright line before the text, as a repository has them."""
    year, name = draw.choice(("2023", "2024-2026")), draw.choice(("Acme AI GmbH", "The Example Team", "J. Doe"))
    return f"# {name}\n\nCopyright (c) {year} {name}. All rights reserved.\n\n{text}"


def markdown(text: str, draw: random.Random) -> str:
    """Quotes of another style, emphasis, and a bar of equals signs above."""
    text = re.sub(r'"([^"\n]{1,60})"', "**“\\1”**", text)
    return "=" * 40 + "\n\n" + text.replace("'", "’")


def commented(text: str, draw: random.Random) -> str:
    """Every line behind a comment mark."""
    mark = draw.choice(("# ", "// ", " * "))
    return "".join(f"{mark}{line}\n" for line in text.split("\n"))


def words_edited(text: str, draw: random.Random) -> str:
    """Two words of a hundred replaced, left out or doubled by another."""

    def edit(found: re.Match[str]) -> str:
        if draw.random() >= 0.02:
            return found[0]
        strange = draw.choice(STRANGE)
        return draw.choice((strange, "", f"{found[0]} {strange}"))

    return re.sub(r"\w+", edit, text)


def all_of_it(text: str, draw: random.Random) -> str:
    """Words edited, heading changed, wrapped anew, blanks changed."""
    return whitespace(wrapping(header(words_edited(text, draw), draw), draw), draw)


def as_is(text: str, draw: random.Random) -> str:
    """The text as the package has it."""
    return text


KINDS: dict[str, Noise] = {
    "as is": as_is,
    "whitespace": whitespace,
    "wrapping": wrapping,
    "header": header,
    "markdown": markdown,
    "comment marks": commented,
    "2 % words": words_edited,
    "all of these": all_of_it,
}


def clause(text: str, draw: random.Random) -> tuple[str, str] | None:
    """The text with one word of weight turned, and the word that stands there now; None where it has none."""
    places = [m for m in re.finditer(r"(?<=[a-z,] )(\w+)(?= [a-z])", text) if m[0] in SWAPS and m[0] != "the"]
    places = places or list(re.finditer(r"(?<= )the(?= [a-z])", text))
    if not places:
        return None
    place = draw.choice(places)
    turned = SWAPS[place[0]]
    return text[: place.start()] + turned + text[place.end() :], turned


def right(found: Recognition, wanted: Source) -> bool:
    """Whether the part that covers most of the file is the wanted licence, or cannot be told from it."""
    if not found.parts:
        return False
    most = max(found.parts, key=lambda part: part.lines[1] - part.lines[0])
    return bool(set(most.licenses) & set(wanted.licenses))


def measure(name: str, noise: Noise, texts: list[Source]) -> None:
    draw = random.Random(SEED)
    took, known, exact, missed = [], 0, 0, []
    for source in texts:
        text = noise(source.text, draw)
        begun = time.process_time()
        found = recognise(text)
        took.append(time.process_time() - begun)
        if right(found, source):
            known += 1
            exact += found.status is Status.EXACT
        else:
            missed.append(source.licenses[0])
    print(f"{name:14} {known / len(texts):7.2%} recognised, {exact / len(texts):6.1%} exact{_speed(took)}")
    if missed:
        print(f"{'':14} not: {', '.join(missed[:12])}")


def measure_clauses(texts: list[Source]) -> None:
    draw = random.Random(SEED)
    took, edited, shown, tried, missed = [], 0, 0, 0, []
    for source in texts:
        made = clause(source.text, draw)
        if made is None:
            continue
        tried += 1
        begun = time.process_time()
        found = recognise(made[0])
        took.append(time.process_time() - begun)
        told = any(made[1] in d.words.split() for part in found.parts for d in part.differences)
        whole = found.status is Status.EXACT and not set(found.parts[0].licenses) & set(source.licenses)
        edited += found.status is not Status.EXACT
        shown += told or whole
        if not (told or whole):
            missed.append(source.licenses[0])
    print(f"{'clause edited':14} {edited / tried:7.2%} not exact, {shown / tried:6.1%} shown{_speed(took)}")
    if missed:
        print(f"{'':14} not: {', '.join(missed[:12])}")


def _speed(took: list[float]) -> str:
    ms = sorted(1000 * t for t in took)
    late = sum(t > 20 for t in ms) / len(ms)
    return (
        f"; {len(ms) / sum(took):,.0f} texts a second; median {statistics.median(ms):.1f} ms,"
        f" 95 % within {ms[int(len(ms) * 0.95)]:.1f}, worst {ms[-1]:.1f}; {late:.1%} above 20 ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spdx", type=Path, required=True)
    parser.add_argument("--scancode", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="only every Nth text")
    parser.add_argument("--kind", choices=[*KINDS, "clause"])
    asked = parser.parse_args()
    kept: dict[tuple[str, ...], tuple[Entry, Source]] = {}
    for source in sources(asked.spdx, asked.scancode):
        made = entry(source)
        if made is not None:
            kept.setdefault(made.core, (made, source))
    texts = [source for _, source in kept.values()][:: asked.every]
    begun = time.process_time()
    index = shipped()
    index.shared(())
    print(machine())
    print(f"{len(index.references)} texts in the index, read in {1000 * (time.process_time() - begun):.0f} ms")
    for name, noise in KINDS.items():
        if asked.kind in (None, name):
            measure(name, noise, texts)
    if asked.kind in (None, "clause"):
        measure_clauses(texts)


if __name__ == "__main__":
    main()
