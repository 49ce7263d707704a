ENCODER_MODEL = "sentence-transformers/gtr-t5-base"
DEFAULT_CHECKPOINT = "google/tapas-base"
INDEX_NAME = "products/v3"
CONTENT_TYPES = ("text/markdown", "application/yaml")
