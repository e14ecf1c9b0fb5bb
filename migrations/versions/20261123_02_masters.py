"""Masters: documents, approvals, withdrawals; each written once.

Requirement: R-ATMP-02, R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "02"
down_revision = "01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "master_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "product",
                "specification",
                "master_batch_record",
                name="documentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("document_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("document_version >= 1", name=op.f("ck_master_document_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_document")),
        sa.UniqueConstraint("code", "document_version", name=op.f("uq_master_document_code")),
    )
    op.create_index(
        op.f("ix_master_document_product_code"), "master_document", ["product_code"], unique=False
    )
    op.create_index(op.f("ix_master_document_digest"), "master_document", ["digest"], unique=False)
    for table in ("master_approval", "master_withdrawal"):
        why = [sa.Column("why", sa.Text(), nullable=False)] if table.endswith("withdrawal") else []
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("document_id", sa.Integer(), nullable=False),
            *why,
            sa.Column("by", sa.Text(), nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["document_id"],
                ["master_document.id"],
                name=op.f(f"fk_{table}_document_id_master_document"),
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("document_id", name=op.f(f"uq_{table}_document_id")),
        )
    for table in ("master_document", "master_approval", "master_withdrawal"):
        promises.append_only(table)
