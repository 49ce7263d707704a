"""Two scans of a model compared: what is another, whole, and told in the order in which it matters.

    changes   what is another in one JSON document than in another
    fields    which field belongs to which part, and what it is called
    sides     the two scans as documents that can be compared
    words     a change in words
    telling   the changes, part by part

Pure: documents in, words out. Every change is in one line, so that what no line tells of is the same.
"""

from scanner.diff.sides import Side
from scanner.diff.telling import SCHEMA, Told, compare, difference_document, first_difference

__all__ = ["SCHEMA", "Side", "Told", "compare", "difference_document", "first_difference"]
