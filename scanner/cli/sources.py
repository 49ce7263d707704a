"""Which hub a command reads from, and which model an argument names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.output import tell
from scanner.curated import Curated
from scanner.errors import InvalidModelId, NothingToScan, StoreError, UsageError
from scanner.family import Families
from scanner.hub import Hub
from scanner.model import ModelRef
from scanner.origin import Registry
from scanner.provenance import Request, Tables

if TYPE_CHECKING:
    from scanner.catalogue.memory import CatalogueMemory
    from scanner.hub.huggingface import HuggingFaceHub

_PATH_SIGNS = ("./", "../", "/", "~", ".\\", "..\\")
_WEIGHTS = (".safetensors", ".gguf")


def tables(publishers: Path | None) -> Tables:
    """The shipped knowledge, with a company's own publisher facts laid over it."""
    registry = Registry.shipped(publishers)
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


@contextmanager
def opened(
    hub: str, *, offline: bool, endpoint: str | None, timeout: float, catalogue: str | None = None
) -> Iterator[Hub]:
    """The hub an option names, closed afterwards; offline the catalogue where there is one, then the starter.

    Raises:
        UsageError: the option names no hub.
        StoreError: the catalogue that was asked for is missing or cannot be read.
    """
    chosen = _offline(catalogue) if offline and hub == "huggingface" else _hub(hub, endpoint, timeout, catalogue)
    try:
        yield chosen
    finally:
        chosen.close()


def _offline(catalogue: str | None) -> Hub:
    from scanner.catalogue.file import default_path
    from scanner.hub.fallback import Fallback
    from scanner.hub.starter import StarterHub

    if catalogue is None and not _local(default_path()):
        return StarterHub()
    return Fallback([_catalogue(catalogue), StarterHub()])


def _catalogue(file: str | None) -> Hub:
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.hub import CatalogueHub

    return CatalogueHub(Catalogue(file or default_path()))


def _hub(name: str, endpoint: str | None, timeout: float, catalogue: str | None) -> Hub:
    if name == "starter":
        from scanner.hub.starter import StarterHub

        return StarterHub()
    if name == "catalogue":
        return _catalogue(catalogue)
    if name == "huggingface":
        from scanner.hub.huggingface import HuggingFaceHub

        return HuggingFaceHub(endpoint, deadline=timeout)
    folder = _local(name)
    if folder is None or not folder.is_dir():
        raise UsageError(
            f"no such hub: {name!r}",
            hint="--hub takes huggingface, starter, catalogue or an existing folder of repositories",
        )
    from scanner.hub.directory import DirectoryHub

    return DirectoryHub(folder)


@contextmanager
def memory(chosen: Hub, hub: str, *, offline: bool, catalogue: str | None) -> Iterator[CatalogueMemory | None]:
    """What remembers the models that were met before: the catalogue, where there is one; closed afterwards.

    ``chosen`` is the hub that was opened for the same options. A live hub is asked with or without: a catalogue that
    is missing or cannot be read costs a note.
    """
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.memory import CatalogueMemory

    there = catalogue is not None or _local(default_path()) is not None
    if hub not in ("huggingface", "catalogue") or not there:
        yield None
        return
    try:
        kept = Catalogue(catalogue or default_path())
    except StoreError as error:
        tell(f"note: nothing is compared with the catalogue: {error.message}")
        yield None
        return
    with kept:
        yield CatalogueMemory(kept, _live(chosen) if hub == "huggingface" and not offline else None)


def _live(chosen: Hub) -> HuggingFaceHub:
    from scanner.hub.huggingface import HuggingFaceHub

    assert isinstance(chosen, HuggingFaceHub)
    return chosen


@contextmanager
def target(text: str, hub: Hub) -> Iterator[tuple[Request, Hub]]:
    """The model ``text`` names and the hub that holds it: a local folder or weights file is a hub of its own.

    Its bases are read from ``hub`` all the same.

    Raises:
        InvalidModelId: the text names neither.
    """
    there = _local(text)
    if text.startswith(_PATH_SIGNS) or text in (".", "..") or (there and text.endswith(_WEIGHTS) and there.is_file()):
        from scanner.hub.directory import DirectoryHub

        if there is None:
            raise UsageError(
                f"no such file or folder: {text}", hint="name a folder holding a model's files, or org/name"
            )
        _require_model(there)
        local, repo = DirectoryHub.single(there)
        yield Request(repo), local
        return
    ref = ModelRef.parse(text)
    if ref.repo is None:
        near = f"; a folder is given as ./{text}" if text and there else ""
        raise InvalidModelId(
            f"not a model id: {ref.raw!r}", hint=f"write org/name, org/name@revision or hf://org/name{near}"
        )
    yield Request(ref.repo, ref.revision), hub


def _local(text: str) -> Path | None:
    """What lies on this machine under that name; None where nothing does, or nothing can."""
    try:
        path = Path(text).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _require_model(path: Path) -> None:
    """Raise where ``path`` can hold no model: an empty folder, a device, a pipe."""
    try:
        empty = path.is_dir() and not any(path.iterdir())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="check the permissions of the folder") from error
    if empty:
        raise NothingToScan(f"{path}: the folder is empty", hint="name the folder that holds the model's files")
    if not path.is_dir() and not path.is_file():
        raise UsageError(f"{path}: neither a folder nor a plain file", hint="name a folder or a weights file")
