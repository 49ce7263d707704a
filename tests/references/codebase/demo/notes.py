"""Helpers of the demo.

Example:
    >>> AutoModel.from_pretrained("distilbert/distilbert-base-cased")
"""

from transformers import AutoModel

# model = AutoModel.from_pretrained("facebook/opt-350m")
# An older demo used google/electra-small-discriminator here.
model = AutoModel.from_pretrained("google/electra-base-discriminator")  # not google/bigbird-roberta-base
