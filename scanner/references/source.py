"""A file as a reader gets it: its bytes, once, and its text where it has one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


class Unread(Exception):
    """A file could not be read, or not to its end; the text says why. A reader raises it when nothing can be said."""


@dataclass(frozen=True)
class Source:
    """``path`` is relative to the code base, with ``/``; ``size`` in bytes, of which ``data`` may be the beginning."""

    path: str
    data: bytes
    size: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @cached_property
    def text(self) -> str:
        """The file as text: UTF-8, UTF-16 with its mark, else Latin-1. Line breaks are ``\\n``.

        Raises:
            Unread: it holds a NUL, so it is no text.
        """
        if self.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = self.data.decode("utf-16", "replace")
        elif b"\0" in self.data:
            raise Unread("not a text")
        else:
            try:
                text = self.data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = self.data.decode("latin-1")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of ``text``."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
