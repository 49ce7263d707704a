"""The audit as first released. There is no way back: what is recorded stays."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
VERDICT = "verdict IN ('ALLOW', 'REVIEW', 'DENY')"


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("digest", sa.Text, sa.CheckConstraint("length(digest) = 64", name=op.f("ck_documents_digest"))),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_documents"),
        sqlite_strict=True,
    )
    op.create_table(
        "scans",
        sa.Column("id", NUMBER, sa.CheckConstraint("id > 0", name=op.f("ck_scans_id"))),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("requested", sa.Text, nullable=False),
        sa.Column("model_id", sa.Text, nullable=False),
        sa.Column("model_key", sa.Text, nullable=False),
        sa.Column("revision", sa.Text),
        sa.Column("hub_id", sa.Text),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("as_of", sa.Text, nullable=False),
        sa.Column("tool_version", sa.Text, nullable=False),
        sa.Column("registry_digest", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, sa.CheckConstraint(VERDICT, name=op.f("ck_scans_verdict")), nullable=False),
        sa.Column("facts_digest", sa.Text, nullable=False),
        sa.Column("waivers_digest", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
        sa.ForeignKeyConstraint(["facts_digest"], ["documents.digest"], name="fk_scans_facts_digest"),
        sa.ForeignKeyConstraint(["waivers_digest"], ["documents.digest"], name="fk_scans_waivers_digest"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "decisions",
        sa.Column("id", NUMBER, sa.CheckConstraint("id > 0", name=op.f("ck_decisions_id"))),
        sa.Column("scan_id", NUMBER, nullable=False),
        sa.Column("policy_name", sa.Text, nullable=False),
        sa.Column("policy_digest", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, sa.CheckConstraint(VERDICT, name=op.f("ck_decisions_verdict")), nullable=False),
        sa.Column(
            "digest",
            sa.Text,
            sa.CheckConstraint("length(digest) = 64", name=op.f("ck_decisions_digest")),
            nullable=False,
        ),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_decisions_scan_id"),
        sa.ForeignKeyConstraint(["policy_digest"], ["documents.digest"], name="fk_decisions_policy_digest"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "evidence",
        sa.Column("id", NUMBER, sa.CheckConstraint("id > 0", name=op.f("ck_evidence_id"))),
        sa.Column("scan_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("size", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_evidence_scan_id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_scans_model_at", "scans", ["model_key", "at"])
    op.create_index("ix_scans_at", "scans", ["at"])
    op.create_index("ix_decisions_scan", "decisions", ["scan_id"])
    op.create_index("ix_evidence_scan", "evidence", ["scan_id"])
