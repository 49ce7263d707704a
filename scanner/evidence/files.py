"""What the file listing alone shows: formats, weights, things that run. No request.

The table is by suffix; a listing cannot show what is inside a file, so a big file of no known format leaves "safe
weights only" unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from scanner.errors import Reason
from scanner.evidence import Evidence, config, loaders
from scanner.evidence.frontmatter import ADAPTER_CONFIG
from scanner.evidence.license_text import license_paths
from scanner.evidence.pipeline import MODULES, component_configs
from scanner.evidence.reader import gap
from scanner.fact import Gap
from scanner.model import Artifact, Listing, Model
from scanner.text import clean_line

MAX_WEIGHTS = 200
MAX_EXECUTABLES = 50
BIG = 10 * 2**20
_FEW = 60

SAFE = frozenset({"safetensors", "gguf"})
_WEIGHTS = {
    "safetensors": ".safetensors",
    "gguf": ".gguf",
    "pickle": ".bin .pt .pth .pkl .ckpt .joblib .pickle .dill .th .ot .pt2 .pdparams",
    "ggml": ".ggml .ggmlv3",
    "onnx": ".onnx .onnx_data .ort",
    "keras": ".h5 .keras .hdf5",
    "numpy": ".npy .npz",
    "tensorflow": ".pb",
    "tflite": ".tflite .task .litertlm",
    "flax": ".msgpack",
    "coreml": ".mlmodel",
    "openvino": ".xml",
    "tensorrt": ".engine .plan",
    "archive": ".nemo .mar",
}
_CODE = {
    "python": ".py .pyc .pyd .pyz .whl",
    "notebook": ".ipynb",
    "executable": ".sh .bash .exe .bat .cmd .ps1 .so .dll .dylib .msi .apk .jar .js .mjs .vbs .scr .com .run .appimage"
    " .deb .rpm .dmg .llamafile .wasm .lua",
    "archive": ".zip .7z .tar .gz .tgz .bz2 .xz .zst .rar",
}
_INERT = (
    ".json .jsonl .txt .md .rst .yaml .yml .toml .csv .tsv .html .pdf .tex .png .jpg .jpeg .gif .webp .svg .bmp .ico"
    " .mp3 .mp4 .wav .flac .mov .webm .spm .vocab .bpe .tiktoken .jinja .parquet .arrow"
)
FORMATS = {suffix: name for table in (_WEIGHTS, _CODE) for name, words in table.items() for suffix in words.split()}
_HARMLESS = frozenset(_INERT.split())
_PROSE = frozenset(
    [".gitattributes", ".gitignore", "license", "licence", "notice", "readme", "copying", "authors", "use_policy"]
)
_HOLDS_WEIGHTS = frozenset(suffix for words in _WEIGHTS.values() for suffix in words.split())
_RUNS = frozenset((*_CODE, "archive"))
_LISTINGS = frozenset({"siblings", "tree"})
_CONFIGS = (config.PIPELINE, MODULES, *loaders.CONFIGS)
_NOT_WEIGHTS = re.compile(
    r"(?:training_args|optimizer|scheduler|rng_state|random_states|trainer_state|sampler)[^/]*", re.I
)
_VOCABULARY = re.compile(r"(?:token|sentencepiece|spiece|spm|bpe|vocab)[^/]*\.model$")
_SAVED_MODEL = re.compile(r"\.data-\d{5}-of-\d{5}$")
_CORE_ML = re.compile(r"\.(?:mlpackage|mlmodelc)/", re.I)


@dataclass(frozen=True, slots=True)
class FilesFact:
    """``weights`` are (path, format, size, sha256), ``weight_formats`` their formats. What a listing that is no longer
    held did not leave behind is None. ``remote_code``: loading runs Python from a repository; None where what was read
    does not settle it. ``pickle`` and ``safe_weights_only`` are None where a big file of no known format (``.dat``,
    ``.weights``), an archive or an unread listing may hide one.
    """

    count: int | None
    bytes: int | None
    digest: str | None
    formats: tuple[str, ...]
    weight_formats: tuple[str, ...]
    weights: tuple[tuple[str, str, int | None, str | None], ...] | None
    pickle: bool | None
    safe_weights_only: bool | None
    remote_code: bool | None
    executables: tuple[str, ...] | None
    license_files: tuple[str, ...] | None


def read(model: Model, evidence: Sequence[Evidence]) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``files``, or the one gap of a hub that shows no listing; ``evidence``: what else was read."""
    if model.artifacts is None:
        if model.listing is None:
            yield gap(model, "files", Reason.NOT_HELD, None, "no file listing is held")
        else:
            yield Evidence("files", model.at(), _remembered(model.listing))
        return
    partly = not _LISTINGS.isdisjoint(model.unread)
    fact = parse(model.artifacts, license_paths(model), remote_code(model, evidence), partly=partly)
    yield Evidence("files", model.at(), fact)


def _remembered(listing: Listing) -> FilesFact:
    """What is left of a listing that is no longer held. Whether loading runs code the hub itself says, or nobody."""
    return FilesFact(
        count=None,
        bytes=None,
        digest=None,
        formats=listing.formats,
        weight_formats=listing.weights,
        weights=None,
        pickle=listing.pickle,
        safe_weights_only=listing.safe_weights_only,
        remote_code=None,
        executables=None,
        license_files=None,
    )


def parse(
    artifacts: Sequence[Artifact],
    license_files: Iterable[str] = (),
    runs_code: bool | None = None,
    *,
    partly: bool = False,
) -> FilesFact:
    """Total: any listing gives a fact; ``partly``: the listing is not all there is."""
    formats, weights, unsure = _sorted_out(artifacts, partly)
    sizes = [a.size for a in artifacts]
    running = sorted(path for path, form in formats.items() if form in _RUNS)
    return FilesFact(
        count=len(artifacts),
        bytes=None if None in sizes else sum(size for size in sizes if size is not None),
        digest=listing_digest(artifacts),
        formats=tuple(sorted(set(formats.values()))),
        weight_formats=tuple(sorted({formats[a.path] for a in weights})),
        weights=tuple((clean_line(a.path), formats[a.path], a.size, a.sha256) for a in weights[:MAX_WEIGHTS]),
        pickle=_pickle(frozenset(formats.values()), unsure),
        safe_weights_only=_safe({formats[a.path] for a in weights}, unsure),
        remote_code=runs_code,
        executables=tuple(clean_line(path) for path in running[:MAX_EXECUTABLES]),
        license_files=tuple(clean_line(path) for path in license_files),
    )


def listing_of(model: Model) -> Listing | None:
    """What the listing of ``model`` shows; None where there is none."""
    if model.artifacts is None:
        return None
    partly = not _LISTINGS.isdisjoint(model.unread)
    small = len(model.artifacts) <= _FEW and all(a.size is None for a in model.artifacts)
    return (_few_names if small else _shown)(model.artifacts, partly)


def _shown(artifacts: tuple[Artifact, ...], partly: bool) -> Listing:
    formats, weights, unsure = _sorted_out(artifacts, partly)
    return Listing(
        tuple(sorted(set(formats.values()))),
        tuple(sorted({formats[a.path] for a in weights[:MAX_WEIGHTS]})),
        _pickle(frozenset(formats.values()), unsure),
        _safe({formats[a.path] for a in weights}, unsure),
        any(a.path == ADAPTER_CONFIG for a in artifacts),
    )


# A list of all models shows the same few file names again and again.
_few_names = lru_cache(maxsize=16_384)(_shown)


def _sorted_out(artifacts: Sequence[Artifact], partly: bool) -> tuple[dict[str, str], list[Artifact], bool]:
    """The format of each file that has one, the weights by path, and whether something else may hide in the listing."""
    paths = frozenset(a.path for a in artifacts)
    formats = {a.path: form for a in artifacts if (form := format_of(a.path, paths))}
    weights = sorted((a for a in artifacts if _is_weights(a.path, formats.get(a.path))), key=_path)
    unknown = any(_unrecognised(a, formats.get(a.path)) for a in artifacts)
    return formats, weights, partly or unknown or "archive" in formats.values()


def format_of(path: str, listed: frozenset[str]) -> str | None:
    """The format of a file by its name and what lies beside it; None for what holds neither weights nor code."""
    form, suffix = _by_name(path)
    if form == "pickle" and suffix == ".bin" and f"{path[:-4]}.xml" in listed:
        return "openvino"
    if form == "openvino" and f"{path[:-4]}.bin" not in listed:
        return None
    return form


@lru_cache(maxsize=65_536)
def _by_name(path: str) -> tuple[str | None, str]:
    """The format a file has by its name alone, and its suffix."""
    name = PurePosixPath(path.lower())
    if _CORE_ML.search(path):
        return "coreml", name.suffix
    if _SAVED_MODEL.search(path):
        return "tensorflow", name.suffix
    if name.suffix == ".bin" and name.name.startswith("ggml"):
        return "ggml", name.suffix
    return FORMATS.get(name.suffix), name.suffix


def listing_digest(artifacts: Iterable[Artifact]) -> str:
    """SHA-256 over the lines ``path NUL size NUL digest``, sorted; the digest is the content's, else git's blob id."""
    lines = sorted(f"{a.path}\0{'' if a.size is None else a.size}\0{a.sha256 or a.oid or ''}\n" for a in artifacts)
    return hashlib.sha256("".join(lines).encode("utf-8", errors="surrogatepass")).hexdigest()


def remote_code(model: Model, evidence: Sequence[Evidence]) -> bool | None:
    """Whether a config takes its classes from a repository: None while a config is unread or Python files lie about."""
    if any(getattr(e.fact, "auto_map", ()) for e in evidence):
        return True
    made_of = [e for e in evidence if e.kind in ("pipeline", "modules")]
    if any(_own_modules(e.fact.components, model) for e in made_of):
        return True
    configs = (*_CONFIGS, *config.paths(model), *component_configs(model, made_of))
    was_read = {e.at.path for e in evidence}
    unread = any(model.artifact(path) and path not in was_read for path in configs)
    python = any(a.path.lower().endswith(".py") for a in model.artifacts or ())
    return None if unread or python or not _LISTINGS.isdisjoint(model.unread) else False


def _own_modules(components: Iterable[tuple[str, str, str]], model: Model) -> bool:
    files = [(name, library.replace(".", "/")) for name, library, _ in components]
    return any(model.artifact(f"{library}.py") or model.artifact(f"{name}/{library}.py") for name, library in files)


def _path(artifact: Artifact) -> str:
    return artifact.path


def holds_weights(path: str, listed: frozenset[str]) -> bool:
    """Whether a file holds weights, by its name and what lies beside it."""
    return _is_weights(path, format_of(path, listed))


def _is_weights(path: str, form: str | None) -> bool:
    if form is None or _NOT_WEIGHTS.fullmatch(path.rpartition("/")[2]):
        return False
    return form not in _RUNS or _by_name(path)[1] in _HOLDS_WEIGHTS


def _unrecognised(artifact: Artifact, form: str | None) -> bool:
    name = artifact.path.lower()
    bare = name.rpartition("/")[2] in _PROSE
    harmless = bare or _by_name(artifact.path)[1] in _HARMLESS or _VOCABULARY.search(name) is not None
    opaque = form == "archive" or (form is None and not harmless)
    return opaque and (artifact.size is None or artifact.size >= BIG)


def _pickle(formats: frozenset[str], unsure: bool) -> bool | None:
    if "pickle" in formats:
        return True
    # An array of objects is stored as a pickle.
    return None if unsure or "numpy" in formats else False


def _safe(formats: set[str], unknown: bool) -> bool | None:
    if formats - SAFE:
        return False
    return True if formats and not unknown else None
