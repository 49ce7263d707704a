import functools
import os

import transformers as hf
from transformers import AutoModel, AutoModelForTableQuestionAnswering

from . import constants

os.environ.setdefault("RERANKER_MODEL", "cross-encoder/ms-marco-TinyBERT-L2-v2")
FALLBACK = os.getenv("FALLBACK_MODEL") or "prajjwal1/bert-mini"

build = functools.partial(AutoModel.from_pretrained, "microsoft/mpnet-base")
options = {"pretrained_model_name_or_path": "microsoft/xtremedistil-l6-h256-uncased", "revision": "main"}
tiny = AutoModel.from_pretrained(**options)
aliased = hf.AutoModel.from_pretrained("google/canine-s")
fallback = hf.AutoModel.from_pretrained(FALLBACK)


class Encoder:
    checkpoint = "google/fnet-base"

    def __init__(self, large=False):
        self.name = "google/rembert" if large else "google/mobilebert-uncased"
        self.table = AutoModelForTableQuestionAnswering.from_pretrained(constants.DEFAULT_CHECKPOINT)
        self.cache = "cache/encoders"

    def load(self):
        return AutoModel.from_pretrained(self.name)

    def load_class(self):
        return AutoModel.from_pretrained(self.checkpoint, trust_remote_code=True)

    def load_for(self, tenant):
        return AutoModel.from_pretrained(self.lookup(tenant)["encoder"])

    def load_variant(self, variant):
        return AutoModel.from_pretrained("google/byt5-%s" % variant)

    def load_formatted(self, owner):
        return AutoModel.from_pretrained("{}/encoder".format(owner))
