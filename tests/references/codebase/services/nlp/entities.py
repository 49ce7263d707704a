import spacy
from flair.models import SequenceTagger
from gliner import GLiNER
from keybert import KeyBERT
from setfit import SetFitModel

nlp = spacy.load("en_core_web_trf")
tagger = SequenceTagger.load("flair/ner-english-large")
gliner = GLiNER.from_pretrained("urchade/gliner_medium-v2.1")
keywords = KeyBERT(model="paraphrase-multilingual-MiniLM-L12-v2")
setfit = SetFitModel.from_pretrained("lewtun/my-awesome-setfit-model")

LABELS = {"B-PER": "person/begin", "I-PER": "person/inside"}
