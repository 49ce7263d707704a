"""What licence files claim, and how the facts document shows them.

A text that was changed names its licence, and claims no more than that it was changed. So does a text that nobody knows
beside a licence whose own text would have been recognised.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.evidence import Reading
from scanner.evidence.license_text import LicenseTextFact, Role, license_paths, role
from scanner.fact import Basis, Locator
from scanner.license import LicenseClaim, named, of_text, spdx_of
from scanner.wording import Part, Recognition, Status, has_text_of

_TOLD = 3
_WORD = re.compile(r"\w+")
_STRANGE = "a text that is not known stands beside this licence"
_A_NAME = 40
"""Words up to which a file is a name and a line, not a text that could be another licence's."""


def text_claims(files: Iterable[tuple[LicenseTextFact, Locator]], declared: Sequence[str]) -> Iterator[LicenseClaim]:
    """The claims of licence files; none of a notice or a use policy. ``declared`` are the ids claimed elsewhere."""
    named = dict.fromkeys(declared)
    strange = []
    for fact, at in files:
        if at.path is None or role(at.path) is not Role.LICENSE:
            continue
        found = fact.recognition
        claimed = [(of_text(ids, declared), changed) for ids, changed in _claimed(fact.title, found)]
        for id, changed in claimed:
            named.setdefault(id)
            yield LicenseClaim((id,), None, None, Basis.OBSERVED, str(at), changed=changed)
        if not claimed and (found.parts or found.says_more):
            strange.append(str(at))
    for at_text in strange:
        for id in (id for id in named if has_text_of(spdx_of(id))):
            yield LicenseClaim((id,), None, None, Basis.OBSERVED, at_text, changed=_STRANGE)


def _claimed(title: str | None, found: Recognition) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Licences that a file claims, each with what was changed of its text."""
    if any(part.status is not Status.SIMILAR for part in found.parts):
        for part in found.parts:
            yield part.licenses, changes(found, part)
        return
    for name in found.names:
        yield (name,), "names this licence beside words of its own" if found.says_more else None
    titled = named(title or "")
    if titled is None or found.names:
        return
    # Of a text that is not in the index, a long file under its title may be it.
    words = sum(other.words for other in found.others)
    more = bool(found.parts) or (found.says_more and words > len(_WORD.findall(title or "")))
    unlike = more and (has_text_of(spdx_of(titled)) or (words <= _A_NAME and not found.parts))
    yield (titled,), "bears the title of this licence over words that are not its text" if unlike else None


def changes(found: Recognition, part: Part) -> str | None:
    """What departs from the licence in a file that holds ``part``, in words; None where nothing does."""
    told = [f"line {d.line} {d.told}" for d in part.differences[:_TOLD]]
    if part.count > _TOLD:
        told.append(f"{part.count - _TOLD} more")
    told += [f"{o.words} words beside it, lines {o.lines[0]}-{o.lines[1]}" for o in found.others[:_TOLD]]
    if found.unread:
        told.append(f"{found.unread} words that were not compared")
    if not told:
        return None
    how = f"with {part.count} difference{'s' * (part.count != 1)}" if part.count else "and other words"
    return f"text of {part.licenses[0]} {how}: {'; '.join(told)}"


def license_texts(reading: Reading) -> list[dict[str, Any]] | None:
    """``files.license_texts`` of the facts schema; None when no licence file could be read that may be there."""
    read = [evidence for evidence in reading.evidence if evidence.kind == "license_text"]
    if not read and (reading.model.artifacts is None or license_paths(reading.model)):
        return None
    return [record for evidence in read for record in _records(evidence.at.path or "", evidence.fact.recognition)]


def _records(path: str, found: Recognition) -> Iterator[dict[str, Any]]:
    """One record for each text in the file; one for what it names, or for a file of neither."""
    about = {
        "path": path,
        "role": role(path).value,
        "status": found.status.value,
        "other_words": sum(other.words for other in found.others) + found.unread,
    }
    plain: dict[str, Any] = {
        **dict.fromkeys(("similarity", "first_line", "last_line", "source")),
        "changes": 0,
        "differences": [],
    }
    for part in found.parts:
        yield {
            **about,
            "license": part.licenses[0],
            "licenses": list(part.licenses),
            "similarity": math.floor(100 * part.similarity),
            "first_line": part.lines[0],
            "last_line": part.lines[1],
            "source": part.source,
            "changes": part.count,
            "differences": [
                {
                    "kind": d.kind.value,
                    "line": d.line,
                    "words": d.words,
                    "missing": d.missing,
                    "named": list(d.named),
                    "told": d.told,
                }
                for d in part.differences
            ],
        }
    if not found.parts:
        name = found.names[0] if len(found.names) == 1 else None
        yield {**about, "license": name, "licenses": list(found.names), **plain}
