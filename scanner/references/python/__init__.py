"""References in Python: files and notebooks.

idioms     what data tells of libraries and words
bindings   one walk over a tree: what is bound, imported, called and written
values     what an expression can be worth
calls      which calls are idioms, and what their arguments name
found      what was found, each place once
literals   texts that no idiom took
reader     a file
"""

from __future__ import annotations

from scanner.references.python.reader import PYTHON

__all__ = ["PYTHON"]
