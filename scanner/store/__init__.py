"""The audit database: what was known of a model, what each policy said, and when; kept as it was recorded.

    records      a scan as a value, and canonical JSON
    tables       the tables
    guards       the triggers that make them append-only
    connection   address, transactions, errors in our words
    versions     the schema's version; making and upgrading a database
    entries      what a record of the log says
    journal      the log in the database: records are added to its end
    recording    a scan goes in, or is redacted
    sealing      checkpoints are signed, records are proven
    verify       everything is read and hashed anew
    period       what was recorded in a period, through one transaction
    database     ``Store``: save, list, read back, verify

Nothing else in the project imports SQLAlchemy.
"""

from scanner.store.connection import default_url
from scanner.store.database import Store
from scanner.store.period import Period
from scanner.store.records import DecisionRecord, ScannedModel, ScanRecord, ScanRow, canonical, digest
from scanner.store.verify import Verification
from scanner.store.versions import upgrade

__all__ = [
    "DecisionRecord",
    "Period",
    "ScanRecord",
    "ScanRow",
    "ScannedModel",
    "Store",
    "Verification",
    "canonical",
    "default_url",
    "digest",
    "upgrade",
]
