"""The audit database: what was known of a model, what each policy said, and when; kept as it was recorded.

    records      a scan as a value, and canonical JSON
    tables       the tables
    guards       the triggers that make them append-only
    shape        is the schema the one that was made?
    connection   address, transactions, errors in our words
    versions     the schema's version; making and upgrading a database
    entries      what a record of the log says
    journal      the log in the database: records are added to its end
    recording    a scan goes in
    redacting    a scan goes out, and leaves its hash
    requested    by what models were asked for, and in which code bases
    sealing      checkpoints are signed, records are proven
    anchors      the checkpoints a log is held against
    verify       everything is read and hashed anew
    period       what was recorded in a period, through one transaction
    database     ``Store``: save, list, read back, verify

Nothing else in the project imports SQLAlchemy.
"""

from scanner.store.connection import default_url
from scanner.store.database import Store
from scanner.store.period import Period
from scanner.store.records import NIGHT, DecisionRecord, ScannedModel, ScanRecord, ScanRow, canonical, digest
from scanner.store.redacting import Redaction
from scanner.store.requested import Requested
from scanner.store.sealing import refuse_key_of_another
from scanner.store.verify import Verification
from scanner.store.versions import upgrade

__all__ = [
    "NIGHT",
    "DecisionRecord",
    "Period",
    "Redaction",
    "Requested",
    "ScanRecord",
    "ScanRow",
    "ScannedModel",
    "Store",
    "Verification",
    "canonical",
    "default_url",
    "digest",
    "refuse_key_of_another",
    "upgrade",
]
