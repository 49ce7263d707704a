"""References to models in a code base. One file a kind of file; the first reader whose globs take a file reads it.

reference, source, names, reader   the nouns: what is found, a file, what a text names, what a reader is
walk, remarks                      going through the files; comments that waive
literal, spots                     a text and where it stands; what was found, each place once
keys, values, gate                 what the name beside a value says, what the value names, which files say nothing
commands                           a command line (idioms: which take a model; shellwords: a script as its words)
settings                           a tree of settings (tree; yaml_tree, loose, lines: the grammars that make one)
configs, scripts, dockerfile       the readers of settings and commands
python, code                       the readers of programs
prose, modelfile, packages, ...    the readers of the rest
"""

from __future__ import annotations

from scanner.references import code, configs, dockerfile, modelfile, packages, prose, scripts, submodules, weights
from scanner.references.names import Named, Names, Place
from scanner.references.python import NOTEBOOK, PYTHON
from scanner.references.reader import Reader
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source, Unread

__all__ = ["READERS", "Confidence", "Kind", "Named", "Names", "Place", "Reader", "Reference", "Source", "Unread"]

READERS: tuple[Reader, ...] = (
    PYTHON,
    NOTEBOOK,
    submodules.READER,
    modelfile.READER,
    dockerfile.READER,
    packages.READER,
    configs.YAML,
    configs.JSON,
    configs.TOML,
    scripts.SHELL,
    scripts.MAKE,
    scripts.BATCH,
    configs.HCL,
    configs.LINES,
    weights.WEIGHTS,
    code.JAVASCRIPT,
    code.LANGUAGES,
)
READERS = (*READERS, prose.reader(READERS))
"""In the order in which they are asked."""
