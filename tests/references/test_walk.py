"""The walk: every file is read, or counted with the reason why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.references import READERS, Kind, Names, Reference
from scanner.references.walk import MAX_BYTES, reader_of, search

NAMES = Names(["acme"])
LOAD = 'const p = await pipeline("text-generation", "acme/widget-7b");\n'
IMPORT = 'import { pipeline } from "@huggingface/transformers";\n'


def write(root: Path, path: str, text: str | bytes = IMPORT + LOAD) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def models(references: tuple[Reference, ...]) -> list[tuple[str, int, str]]:
    return [(one.path, one.line, str(one.repo)) for one in references if one.kind is Kind.MODEL]


def test_files_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for path in ("b.js", "a/z.js", "a/b/c.js", "c.ts"):
        write(tmp_path, path)
    found = search(tmp_path, NAMES)
    assert models(found.references) == [(path, 2, "acme/widget-7b") for path in ("b.js", "c.ts", "a/z.js", "a/b/c.js")]
    assert (found.coverage.files, found.coverage.read) == (4, 4)


def test_one_file_is_a_code_base(tmp_path: Path) -> None:
    write(tmp_path, "app.js")
    assert models(search(tmp_path / "app.js", NAMES).references) == [("app.js", 2, "acme/widget-7b")]


def test_what_is_passed_over_is_counted_by_reason(tmp_path: Path) -> None:
    for path in (
        ".git/x.js",
        "node_modules/a/x.js",
        "env/lib/x.js",
        "__pycache__/x.js",
        "gen/x.js",
        "app.xyz",
    ):
        write(tmp_path, path)
    write(tmp_path, "env/pyvenv.cfg", "")
    write(tmp_path, "app.js")
    (tmp_path / "link.js").symlink_to(tmp_path / "app.js")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.js")
    found = search(tmp_path, NAMES, exclude=["gen"])
    assert models(found.references) == [("app.js", 2, "acme/widget-7b")]
    assert found.coverage.passed_over == {
        "version control": 1, "installed packages": 2, "cache": 1, "excluded": 1, "symbolic link": 2,
        "no regular file": 1, "no reader for this kind of file": 1,
    }  # fmt: skip


def test_a_virtual_environment_that_is_asked_for_is_read(tmp_path: Path) -> None:
    write(tmp_path, "site-packages/a/x.js")
    assert models(search(tmp_path / "site-packages", NAMES).references) == [("a/x.js", 2, "acme/widget-7b")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    write(tmp_path, "app.js")
    (tmp_path / "app.js").chmod(0)
    assert search(tmp_path, NAMES).coverage.unread == (("app.js", "Permission denied"),)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    write(tmp_path, "app.js", (IMPORT + LOAD).encode() + b"\0\1\2")
    found = search(tmp_path, NAMES)
    assert (found.coverage.files, found.coverage.read, found.coverage.unread) == (1, 0, (("app.js", "not a text"),))


def test_of_a_long_file_the_beginning_is_read_and_that_is_told(tmp_path: Path) -> None:
    write(tmp_path, "app.js", IMPORT + LOAD + "// x\n" * (MAX_BYTES // 5 + 1))
    found = search(tmp_path, NAMES)
    assert models(found.references) == [("app.js", 2, "acme/widget-7b")]
    assert [path for path, _ in found.coverage.partly] == ["app.js"]


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    for number in range(700):
        write(tmp_path, f"{number % 7}/{number}.js", f"{IMPORT}\n" * (number % 3) + LOAD)
    one, two = search(tmp_path, NAMES, ignored=True), search(tmp_path, NAMES, ignored=True, processes=2)
    assert one == two
    assert len(models(one.references)) == 700


def test_ignored_texts_are_counted_and_listed_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "app.js", 'fetch(url, {type: "application/json"});\n')
    assert search(tmp_path, NAMES).references == ()
    found = search(tmp_path, NAMES, ignored=True)
    assert [(one.kind, one.text, bool(one.reason)) for one in found.references] == [
        (Kind.IGNORED, "application/json", True)
    ]
    assert sum(found.coverage.ignored.values()) == 1


def test_a_pointer_of_large_file_storage_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12\n"
    write(tmp_path, "model.safetensors", pointer)
    write(tmp_path, "weights", pointer)
    found = search(tmp_path, NAMES)
    assert [(one.path, one.kind) for one in found.references] == [("model.safetensors", Kind.WEIGHTS)]
    assert sum(found.coverage.ignored.values()) == 1


@pytest.mark.parametrize(
    "path",
    ["app.js", "a/b.test.ts", "Modelfile", "models/Modelfile.prod", ".gitmodules", "requirements.txt", "requirements/dev.txt",
     "README.md", "x.safetensors", "a.b.gguf", "main.rs", "nothing", "a.unknown", ".hidden", "trailing."],
)  # fmt: skip
def test_the_quick_way_to_a_reader_is_the_first_that_takes_the_path(path: str) -> None:
    assert reader_of(path) is next((reader for reader in READERS if reader.takes(path)), None)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        search(tmp_path / "none", NAMES)


def test_the_mark_of_a_virtual_environment_hides_its_own_folders_alone(tmp_path: Path) -> None:
    write(tmp_path, "src/pyvenv.cfg", "")
    for path in ("src/app.js", "src/lib/x.js", "src/api/y.js"):
        write(tmp_path, path)
    assert [path for path, *_ in models(search(tmp_path, NAMES).references)] == ["src/app.js", "src/api/y.js"]


def test_a_link_out_of_the_code_base_is_told_as_not_read(tmp_path: Path) -> None:
    write(tmp_path, "out/app.js")
    write(tmp_path, "in/other.js")
    for name in ("app.js", "folder", "notes.xyz", "inside.js", "broken.js"):
        to = {"folder": "out", "inside.js": "in/other.js", "broken.js": "none"}.get(name, "out/app.js")
        (tmp_path / "in" / name).symlink_to(tmp_path / to)
    found = search(tmp_path / "in", NAMES)
    reason = "a symbolic link out of the code base: scan what holds both, or leave it out with --exclude"
    assert found.coverage.unread == (("app.js", reason), ("folder", reason))
    assert found.coverage.passed_over == {"symbolic link": 3}


def test_a_folder_that_cannot_be_opened_is_told_as_not_read(tmp_path: Path) -> None:
    write(tmp_path, "app.js")
    folders = [os.open(tmp_path, os.O_RDONLY)]
    # Deeper than a path may be long: not even an administrator opens it.
    try:
        for _ in range(20):
            os.mkdir("a" * 250, dir_fd=folders[-1])
            folders.append(os.open("a" * 250, os.O_RDONLY, dir_fd=folders[-1]))
        found = search(tmp_path, NAMES)
    finally:
        for folder in folders:
            os.close(folder)
    assert [why for _, why in found.coverage.unread] == ["a folder that cannot be opened: File name too long"]


def test_a_name_that_is_no_text_is_read_and_told_so_that_it_can_be_written(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xff.js")).write_text(IMPORT + LOAD)
    assert models(search(tmp_path, NAMES).references) == [("caf\\xff.js", 2, "acme/widget-7b")]
