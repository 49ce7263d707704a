"""The model that somebody means: by the name it has, or by one it had. An unknown name is answered with near ones."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from scanner.errors import InvalidModelId, ModelNotHeld
from scanner.model import ModelRef, RepoId

_LOOKED_AT, _NEAR = 2_000, 3


@dataclass(frozen=True, slots=True)
class Found:
    """``name`` is the number of the name that was asked for, ``model`` that of the model it leads to.

    ``model`` is None for a name that others give their base and under which nothing was ever seen; then ``id`` is
    that name, else the present name of the model.
    """

    name: int
    asked: str
    id: str
    model: int | None


def find(connection: Any, written: str) -> Found:
    """The model that ``written`` names.

    Raises:
        InvalidModelId: it names no repository.
        ModelNotHeld: nobody of the catalogue bears or bore that name, and nobody names it.
    """
    repo = ModelRef.parse(written).repo
    if repo is None:
        raise InvalidModelId(f"not a model id: {written[:100]!r}", hint="write org/name")
    row = connection.exec_driver_sql(
        "SELECT asked.num, asked.id, n.id, m.num FROM names asked LEFT JOIN models m ON m.num = asked.holder"
        " LEFT JOIN names n ON n.num = m.name WHERE asked.id = ?",
        (str(repo),),
    ).one_or_none()
    if row is None:
        raise ModelNotHeld(f"{repo} is not in the catalogue", hint=_hint(near(connection, repo)))
    num, asked, present, model = row
    return Found(num, asked, present or asked, model)


def seen(found: Found) -> int:
    """The number of the model.

    Raises:
        ModelNotHeld: the name is known only because others name it as their base.
    """
    if found.model is None:
        raise ModelNotHeld(
            f"{found.asked} was never seen: others name it as their base",
            hint=f"modelorigin catalogue descendants {found.asked} shows who; modelorigin crawl asks for it",
        )
    return found.model


def near(connection: Any, repo: RepoId) -> list[str]:
    """Up to three names of models that somebody could mistake for ``repo``."""
    ask = connection.exec_driver_sql
    own = ask(
        "SELECT n.id FROM publishers p JOIN names n ON n.publisher = p.num"
        " WHERE p.name = ? AND n.holder IS NOT NULL LIMIT ?",
        (repo.namespace or "", _LOOKED_AT),
    )
    # The same name elsewhere, and what begins with the same letters.
    start = str(repo)[: max(4, len(str(repo)) // 2)]
    alike = ask(
        "SELECT id FROM names WHERE id >= ? AND id < ? COLLATE NOCASE AND holder IS NOT NULL LIMIT ?",
        (start, start + "\U0010ffff", _LOOKED_AT),
    )
    known = {id.casefold(): str(id) for (id,) in (*own, *alike)}
    return [known[key] for key in get_close_matches(str(repo).casefold(), known, _NEAR)]


def _hint(names: list[str]) -> str:
    if names:
        return f"did you mean {', '.join(names)}?"
    return "modelorigin catalogue search WORDS finds names; modelorigin crawl fills the catalogue"
