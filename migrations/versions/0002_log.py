"""The log. Scans that stand in the database already are added to it by ``scanner.store.upgrade``."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("seq", NUMBER, sa.CheckConstraint("seq >= 0", name=op.f("ck_log_seq")), autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text),
        sa.PrimaryKeyConstraint("seq", name="pk_log"),
        sqlite_strict=True,
    )
    op.create_table(
        "head",
        sa.Column("id", NUMBER, sa.CheckConstraint("id = 1", name=op.f("ck_head_id")), autoincrement=False),
        sa.Column("file", sa.Text, sa.CheckConstraint("length(file) = 16", name=op.f("ck_head_file")), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("scans", NUMBER, nullable=False),
        sa.Column("edge", sa.LargeBinary, nullable=False),
        sa.Column("checkpoint", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sqlite_strict=True,
    )
    op.create_index("ix_log_subject", "log", ["kind", "subject"])
