"""Which hub a command reads from, and which model an argument names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.curated import Curated
from scanner.errors import InvalidModelId, UsageError
from scanner.family import Families
from scanner.hub import Hub
from scanner.model import ModelRef
from scanner.origin import Registry
from scanner.provenance import Request, Tables

_PATH_SIGNS = ("./", "../", "/", "~", ".\\", "..\\")
_WEIGHTS = (".safetensors", ".gguf")


def tables(publishers: Path | None) -> Tables:
    """The shipped knowledge, with a company's own publisher facts laid over it."""
    registry = Registry.shipped(publishers)
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


@contextmanager
def opened(hub: str, *, offline: bool, endpoint: str | None, timeout: float) -> Iterator[Hub]:
    """The hub an option names, closed afterwards.

    Raises:
        UsageError: the option names no hub.
    """
    chosen = _hub(hub, offline, endpoint, timeout)
    try:
        yield chosen
    finally:
        chosen.close()


def _hub(name: str, offline: bool, endpoint: str | None, timeout: float) -> Hub:
    if name == "starter" or (offline and name == "huggingface"):
        from scanner.hub.starter import StarterHub

        return StarterHub()
    if name == "huggingface":
        from scanner.hub.huggingface import HuggingFaceHub

        return HuggingFaceHub(endpoint, deadline=timeout)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"no such hub: {name!r}", hint="--hub takes huggingface, starter or an existing folder of repositories"
        )
    from scanner.hub.directory import DirectoryHub

    return DirectoryHub(folder)


@contextmanager
def target(text: str, hub: Hub) -> Iterator[tuple[Request, Hub]]:
    """The model ``text`` names and the hub that holds it: a local folder or weights file is a hub of its own.

    Its bases are read from ``hub`` all the same.

    Raises:
        InvalidModelId: the text names neither.
    """
    if text.startswith(_PATH_SIGNS) or text in (".", "..") or (text.endswith(_WEIGHTS) and Path(text).is_file()):
        from scanner.hub.directory import DirectoryHub

        path = Path(text).expanduser()
        if not path.exists():
            raise UsageError(
                f"no such file or folder: {text}", hint="name a folder holding a model's files, or org/name"
            )
        local, repo = DirectoryHub.single(path)
        yield Request(repo), local
        return
    ref = ModelRef.parse(text)
    if ref.repo is None:
        near = f"; a folder is given as ./{text}" if Path(text).exists() else ""
        raise InvalidModelId(
            f"not a model id: {ref.raw!r}", hint=f"write org/name, org/name@revision or hf://org/name{near}"
        )
    yield Request(ref.repo, ref.revision), hub
