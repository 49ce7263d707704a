"""modelorigin: the open-weight model provenance scanner.

A hub publishes a model; collectors read evidence; lineage, licence and origin are concluded from it; together that is
the model's provenance; a policy judges provenance into a decision; a scan is that, dated, recorded and provable.
"""

__version__ = "0.1.0"
