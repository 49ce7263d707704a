"""References in Python: files and notebooks.

idioms      what data tells of libraries and words
bindings    what is bound, imported, called and written
syntax      one walk over a tree
given       what a parameter is given
value       one thing that an expression can be worth
containers  what tables and lists hold
values      what all of them are
calls       which calls are idioms, and what their arguments name
found       what was found, each place once
literals    texts that no idiom took
sieve       whether the bytes of a file could matter at all
reader      a file
commands    what a command inside Python names
notebook    a notebook
"""

from __future__ import annotations

from scanner.references.python.notebook import NOTEBOOK
from scanner.references.python.reader import PYTHON

__all__ = ["NOTEBOOK", "PYTHON"]
