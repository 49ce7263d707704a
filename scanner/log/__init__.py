"""A log that only grows, and proofs of it: arithmetic on bytes, without a clock, a network or a database.

    tree         the Merkle tree of RFC 6962: roots, proofs that a record is in it, proofs that it only grew
    note         signed notes and keys (C2SP signed-note), Ed25519
    checkpoint   what a log was at one size (C2SP tlog-checkpoint)
    proof        proofs as text (C2SP tlog-proof, tlog-witness)
    attestation  a decision as an in-toto statement in a DSSE envelope

The specifications are those of https://c2sp.org, read 2026-11-30.
"""

from scanner.log.attestation import envelope, statements
from scanner.log.checkpoint import Checkpoint, Witnessed
from scanner.log.note import BadNote, Key, Note, Signer
from scanner.log.proof import Growth, Inclusion, OtherSize
from scanner.log.tree import BadProof, Span, Tree, consistency, inclusion, leaf_hash

__all__ = [
    "BadNote",
    "BadProof",
    "Checkpoint",
    "Growth",
    "Inclusion",
    "Key",
    "Note",
    "OtherSize",
    "Signer",
    "Span",
    "Tree",
    "Witnessed",
    "consistency",
    "envelope",
    "inclusion",
    "leaf_hash",
    "statements",
]
