"""Source code in languages other than Python: calls and names that say which model is loaded.

syntax, lexer    what strings and comments look like in a language; a text as words, strings and marks
idioms           which call takes a model, as data
shapes           texts that say by themselves that a name is filled in
values           what an expression of literals comes to
reading          the two readers
"""

from __future__ import annotations

from scanner.references.code.reading import JAVASCRIPT, LANGUAGES

__all__ = ["JAVASCRIPT", "LANGUAGES"]
