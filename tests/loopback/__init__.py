"""A Hugging Face Hub on 127.0.0.1 for the tests: the real protocol, a world of our own, faults on request."""

from __future__ import annotations

from .artefacts import gguf_bytes, onnx_bytes, pickle_bytes, pickle_zip_bytes, safetensors_bytes
from .ask import Answer, ask
from .faults import KINDS, Fault
from .hub import LoopbackHub
from .state import ABSENT, Content, Repo
from .wide import Wide
from .wire import Request
from .world import seeded_world

__all__ = [
    "ABSENT",
    "KINDS",
    "Answer",
    "Content",
    "Fault",
    "LoopbackHub",
    "Repo",
    "Request",
    "Wide",
    "ask",
    "gguf_bytes",
    "onnx_bytes",
    "pickle_bytes",
    "pickle_zip_bytes",
    "safetensors_bytes",
    "seeded_world",
]
