"""Models whose licence or card is the difficulty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .state import Content, Repo

MIT: Final = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n"
BOMB: Final = 'a0: &a0 "lol"\n' + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)

LICENSES: Final[dict[str, str]] = {
    "none": "",
    "list": "license: [mit, apache-2.0]",
    "other": "license: other\nlicense_name: vault-community\nlicense_link: LICENSE",
    "other_dead_link": "license: other\nlicense_name: vault-community\nlicense_link: TERMS.md",
    "other_bare": "license: other",
    "unknown": "license: unknown",
    "unlisted": "license: do-what-i-say-1.0",
    "upper_case": "license: Apache-2.0",
    "tag_not_card": "license: apache-2.0",
    "file_not_card": "license: apache-2.0",
    "stricter_base": "license: mit\nbase_model: terms/license-noncommercial",
    "noncommercial": "license: cc-by-nc-4.0",
}
"""Part after ``license_`` to front matter. stricter_base: the base allows less than the child says;
tag_not_card: the tags say mit as well; file_not_card: the licence file is MIT's."""

CARDS: Final[dict[str, str | bytes]] = {
    "front_matter_only": "---\nlicense: apache-2.0\n---\n",
    "no_front_matter": "# A title and no metadata\n",
    "empty": "",
    "unclosed": "---\nlicense: mit\n# no end\n",
    "bad_delimiter": "----\nlicense: mit\n----\n",
    "bom": "\ufeff---\nlicense: mit\n---\n",
    "crlf": "---\r\nlicense: mit\r\n---\r\n# Windows\r\n",
    "tabs": "---\nlicense:\tmit\ntags:\n\t- a\n---\n",
    "duplicate_keys": "---\nlicense: mit\nlicense: gpl-3.0\n---\n",
    "list": "---\n- license\n- mit\n---\n",
    "empty_list": "---\n[]\n---\n",
    "alias_bomb": f"---\nlicense: mit\n{BOMB}---\n",
    "python_tag": "---\nlicense: mit\nnote: !!python/object/apply:os.getcwd []\n---\n",
    "long_prompt": "---\nlicense: mit\nextra_gated_prompt: |\n"
    + "  one more line of a long prompt\n" * 31_000
    + "---\n",
    "nul": "---\nlicense: mit\nnote: a\0b\n---\n",
    "not_utf8": b"---\nlicense: mit\nnote: caf\xe9\n---\n",
    "invalid_model_index": "---\nlicense: mit\nmodel-index: [{name: x, results: 3}]\n---\n",
    "self_key": "---\nlicense: mit\nself: me\n---\n",
    "ignore_errors_key": "---\nlicense: mit\nignore_metadata_errors: true\n---\n",
    "date": "---\nlicense: mit\nreleased: 2024-02-30\nseen: 2024-02-28\n---\n",
    "hostile_text": """---\nlicense: mit\ntags: ["\\e[31mred", "=1+1", "::error::x", "\\u202Egnp"]\n---\n""",
    "forged_tags": "---\nlicense: cc-by-nc-4.0\ntags: ['license:mit', 'base_model:finetune:forge/root-1b']\n---\n",
}
"""Part after ``card_`` to README.md."""


def repositories(root: str) -> Iterator[tuple[str, Repo]]:
    """Part and repository."""
    for part, front in LICENSES.items():
        id = f"terms/license-{part.replace('_', '-')}"
        files: dict[str, Content] = {"README.md": f"---\nlibrary_name: transformers\n{front}\n---\n# {id}\n"}
        if part in ("other", "file_not_card"):
            files["LICENSE"] = MIT if part == "file_not_card" else "Vault Community Terms\n\nAsk first.\n"
        yield f"license_{part}", Repo(id, files, tags=["license:mit"] if part == "tag_not_card" else [])
    yield "license_none_but_base", Repo("terms/license-none-but-base", {"README.md": f"---\nbase_model: {root}\n---\n"})
    for part, readme in CARDS.items():
        yield f"card_{part}", Repo(f"cards/{part.replace('_', '-')}", {"README.md": readme})
    yield "card_missing", Repo("cards/missing", {"config.json": {"model_type": "llama"}})
