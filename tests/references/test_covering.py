"""Nothing that has the shape of a model's id is left out in silence, in whatever project it stands."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.references import Names
from scanner.references.walk import search

NAMES = Names(["acme", "meta-llama"], ["acme/known"])
WORD = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,10}[A-Za-z0-9]", fullmatch=True).filter(
    lambda word: "--" not in word and ".." not in word
)
ID = st.builds(lambda owner, name: f"{owner}/{name}", WORD, WORD)
NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "code", "metadata": {}, "source": ["x = 1\n", 'y = "ID"'], "outputs": []}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
)  # fmt: skip
FILES = {
    "a.py": 'x = "ID"\n',
    "b.py": 'import os\ndef f(y=f"ID"):\n    return {"k": ["ID2", y]}\n',
    "c.py": 'AutoModel.from_pretrained(name or "ID", revision="ID2")\n',
    "broken.py": 'def f(:\n    "ID"\n',
    "n.ipynb": NOTEBOOK,
    "a.yaml": "a:\n  - b: 'ID'\n  - \"ID2\"\n",
    "t.yaml": "{{- if .Values.x }}\na: \"ID\"\n{{- end }}\n",
    "a.json": '{"a": ["ID", {"b": "ID2"}]}',
    "broken.json": '{"a": "ID",',
    "a.toml": 'a = "ID"\nb = ["ID2"]\n',
    "a.ini": "[s]\na = \"ID\"\n",
    ".env": 'A="ID"\n',
    "Dockerfile": 'FROM scratch\nENV A="ID"\nRUN echo "ID2"\n',
    "a.sh": 'A="ID"\necho "ID2"\n',
    "Makefile": 'A := "ID"\nall:\n\techo "ID2"\n',
    "a.js": 'const a = "ID"; f(`ID2`);\n',
    "a.ts": "export const a: string = 'ID';\n",
    "a.rs": 'let a = "ID";\n',
    "a.go": 'a := "ID"\n',
    "A.java": 'String a = "ID";\n',
    "a.rb": "a = 'ID'\n",
    "pyproject.toml": '[tool.x]\na = "ID"\nb = ["ID2"]\n',
    "README.md": 'It is called "ID".\n\n```python\nx = "ID2"\n```\n',
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FILES)), st.tuples(ID, ID), min_size=1, max_size=6))
def test_every_literal_of_the_shape_of_an_id_is_told_or_ignored_with_a_reason(
    project: dict[str, tuple[str, str]],
) -> None:
    wanted = Counter()
    with TemporaryDirectory() as folder:
        for name, (one, other) in project.items():
            Path(folder, name).write_text(FILES[name].replace("ID2", other).replace("ID", one))
            wanted[name, one] += 1
            if "ID2" in FILES[name]:
                wanted[name, other] += 1
        found = search(Path(folder), NAMES, ignored=True)
    assert found.coverage.unread == ()
    told = Counter((one.path, text) for one in found.references for text in {one.text, str(one.repo)})
    # A revision that is shaped like an id goes with the model it is of.
    told.update((one.path, one.revision) for one in found.references if one.revision)
    missing = {place: count for place, count in wanted.items() if told[place] < 1}
    assert missing == {}
    assert all(one.reason for one in found.references if one.kind == "ignored")
