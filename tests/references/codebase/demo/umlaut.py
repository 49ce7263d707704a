# -*- coding: latin-1 -*-
from transformers import AutoModel

GRUSS = "Schöne Grüße"
model = AutoModel.from_pretrained("deepset/gbert-base")
