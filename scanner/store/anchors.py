"""What a log is held against: the checkpoint in its database, and those that were kept outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.log import BadNote, Checkpoint, Key, Note, Span, Tree, Witnessed
from scanner.store.journal import ORIGIN

_OWN = "the checkpoint in the database"


class Anchors:
    """The checkpoint in the database and those ``kept`` outside, as far as they can be one of the log ``name``.

    ``problem`` is told what is wrong with them, ``unchecked`` what could not be looked at.
    """

    def __init__(
        self,
        name: str,
        keys: Sequence[Key],
        own: str | None,
        kept: Sequence[tuple[str, Witnessed]],
        problem: Callable[[str], None],
        unchecked: Callable[[str], None],
    ) -> None:
        self._name, self._keys, self._problem, self._unchecked = name, keys, problem, unchecked
        self._own: Checkpoint | None = None
        self.signers: tuple[str, ...] = ()
        """The names of the keys given that signed the checkpoint in the database."""
        self._kept: list[tuple[str, Checkpoint]] = []
        if own is not None:
            try:
                stored = Witnessed.parse(own)
            except BadNote as error:
                problem(f"{_OWN} does not read: {error}")
            else:
                self.signers = self._signers(_OWN, stored.note)
                if self._is_of_this_log(_OWN, stored.checkpoint):
                    self._own = stored.checkpoint
        for title, one in kept:
            if one.note is not None:
                self._signers(title, one.note)
            if self._is_of_this_log(title, one.checkpoint):
                self._kept.append((title, one.checkpoint))

    def _signers(self, title: str, note: Note | None) -> tuple[str, ...]:
        """Who signed, of those whose keys were given. A key that is named after another log is no key of this one."""
        if note is None:
            self._problem(f"{title} is not signed")
            return ()
        if not self._keys:
            self._unchecked(f"the signature of {title}: no key was given")
            return ()
        try:
            names = [key.name for key in note.signed_by(self._keys)]
        except BadNote as error:
            self._problem(f"{title}: {error}")
            return ()
        own = tuple(name for name in names if name == self._name or not name.startswith(ORIGIN))
        if not own:
            other = f"signed by the key of {names[0]!r}" if names else "not signed by a key that was given"
            self._problem(f"{title} is {other}")
        return own

    def _is_of_this_log(self, title: str, one: Checkpoint) -> bool:
        if one.origin != self._name:
            self._problem(f"{title} is that of {one.origin!r}, this log is {self._name!r}")
        return one.origin == self._name

    def spans(self) -> list[Span]:
        """The parts of the log whose hashes ``compare`` needs."""
        own = [self._own] if self._own else []
        return [Span(0, one.size) for one in (*own, *(one for _, one in self._kept))]

    def compare(self, tree: Tree) -> tuple[int, int]:
        """The sizes up to which the log is signed and witnessed."""
        signed = 0
        if self._own and self._agrees(_OWN, self._own, tree) and self.signers:
            signed = self._own.size
        held = [one.size for title, one in self._kept if self._agrees(title, one, tree)]
        newest = self._own.size if self._own else 0
        for title, one in self._kept:
            if newest < one.size <= tree.size:
                self._problem(f"{title} is newer than {_OWN}")
        return signed, max(held, default=0)

    def _agrees(self, title: str, one: Checkpoint, tree: Tree) -> bool:
        if one.size > tree.size:
            self._problem(f"{title} tells of {one.size:,} records, and {tree.size:,} are there: the log was cut")
        elif tree.hash(Span(0, one.size)) != one.root:
            self._problem(f"the first {one.size:,} records are not those of {title}")
        else:
            return True
        return False
