"""Intake: tables, and what the database refuses.

Requirement: R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "05"
down_revision = "04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "donor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("living", "neonate", name="donorkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("site_zone", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("code", name=op.f("uq_donor_code")),
    )
    op.create_table(
        "patient_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("treating_site", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_code")),
        sa.UniqueConstraint("code", name=op.f("uq_patient_code_code")),
    )
    op.create_index(
        op.f("ix_patient_code_treating_site"), "patient_code", ["treating_site"], unique=False
    )
    op.create_table(
        "donation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donation_code", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Integer(), nullable=False),
        sa.Column(
            "tissue",
            sa.Enum(
                "bone_marrow",
                "umbilical_cord",
                "adipose",
                name="tissue",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "use",
            sa.Enum(
                "autologous",
                "allogeneic",
                "directed_allogeneic",
                name="donationuse",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("patient_code", sa.Text(), nullable=True),
        sa.Column(
            "relation",
            sa.Enum(
                "parent",
                "child",
                "sibling",
                "half_sibling",
                "grandparent",
                "grandchild",
                "aunt_or_uncle",
                "niece_or_nephew",
                "cousin",
                "not_by_blood",
                name="relation",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("long_storage", sa.Boolean(), nullable=False),
        sa.Column(
            "marrow_reading",
            sa.Enum(
                "stem_cell_donor",
                "tissue_donor",
                name="marrowreading",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("blood_infused_ml", sa.String(length=80), nullable=False),
        sa.Column("colloids_infused_ml", sa.String(length=80), nullable=False),
        sa.Column("crystalloids_infused_ml", sa.String(length=80), nullable=False),
        sa.Column("weight_kg", sa.String(length=80), nullable=True),
        sa.Column("pre_transfusion_sample", sa.Boolean(), nullable=False),
        sa.Column("tests_validated_for_dilution", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "quarantine",
                "accepted",
                "accepted_at_risk",
                "rejected",
                name="donationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(use = 'allogeneic') = (patient_code IS NULL)", name=op.f("ck_donation_one_patient")
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_donation_donor_id_donor")
        ),
        sa.ForeignKeyConstraint(
            ["patient_code"],
            ["patient_code.code"],
            name=op.f("fk_donation_patient_code_patient_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation")),
        sa.UniqueConstraint("donation_code", name=op.f("uq_donation_donation_code")),
    )
    op.create_index(op.f("ix_donation_donor_id"), "donation", ["donor_id"], unique=False)
    op.create_index(op.f("ix_donation_patient_code"), "donation", ["patient_code"], unique=False)
    op.create_index(
        "ix_donation_state_tissue_use", "donation", ["state", "tissue", "use"], unique=False
    )
    op.create_table(
        "donor_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donor_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdraws_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(withdraws_id IS NULL) = (withdrawn_on IS NULL)",
            name=op.f("ck_donor_consent_withdrawal_names_consent"),
        ),
        sa.CheckConstraint(
            "withdraws_id IS NULL OR reason IS NOT NULL", name=op.f("ck_donor_consent_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_donor_consent_donor_id_donor")
        ),
        sa.ForeignKeyConstraint(
            ["withdraws_id"],
            ["donor_consent.id"],
            name=op.f("fk_donor_consent_withdraws_id_donor_consent"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_consent")),
        sa.UniqueConstraint("withdraws_id", name=op.f("uq_donor_consent_withdraws_id")),
    )
    op.create_index(op.f("ix_donor_consent_donor_id"), "donor_consent", ["donor_id"], unique=False)
    op.create_table(
        "donor_questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donor_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_donor_questionnaire_donor_id_donor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_questionnaire")),
    )
    op.create_index(
        op.f("ix_donor_questionnaire_donor_id"), "donor_questionnaire", ["donor_id"], unique=False
    )
    op.create_table(
        "donor_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donor_id", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_donor_report_donor_id_donor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_report")),
    )
    op.create_index(op.f("ix_donor_report_donor_id"), "donor_report", ["donor_id"], unique=False)
    op.create_table(
        "donor_risk_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donor_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_donor_risk_assessment_donor_id_donor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_risk_assessment")),
    )
    op.create_index(
        op.f("ix_donor_risk_assessment_donor_id"),
        "donor_risk_assessment",
        ["donor_id"],
        unique=False,
    )
    op.create_table(
        "donation_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donation_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "accept", "accept_at_risk", "reject", name="verdict", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("jurisdictions", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis_digest", sa.Text(), nullable=False),
        sa.Column("eligibilities", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_donation_decision_donation_id_donation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation_decision")),
    )
    op.create_index(
        op.f("ix_donation_decision_donation_id"), "donation_decision", ["donation_id"], unique=False
    )
    op.create_table(
        "donation_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("product_version", sa.Integer(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("handed_over_by", sa.Text(), nullable=False),
        sa.Column("patient_code_on_container", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "corrects_id IS NULL OR reason IS NOT NULL", name=op.f("ck_donation_receipt_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["donation_receipt.id"],
            name=op.f("fk_donation_receipt_corrects_id_donation_receipt"),
        ),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_donation_receipt_donation_id_donation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation_receipt")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_donation_receipt_corrects_id")),
    )
    op.create_index(
        op.f("ix_donation_receipt_donation_id"), "donation_receipt", ["donation_id"], unique=False
    )
    op.create_table(
        "donation_urgent_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["donation_id"],
            ["donation.id"],
            name=op.f("fk_donation_urgent_need_donation_id_donation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation_urgent_need")),
    )
    op.create_index(
        op.f("ix_donation_urgent_need_donation_id"),
        "donation_urgent_need",
        ["donation_id"],
        unique=False,
    )
    op.create_table(
        "donor_report_verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["donor_report.id"],
            name=op.f("fk_donor_report_verification_report_id_donor_report"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_report_verification")),
        sa.UniqueConstraint("report_id", name=op.f("uq_donor_report_verification_report_id")),
    )
    op.create_table(
        "donor_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column(
            "marker",
            sa.Enum(
                "anti_hiv_1_2",
                "hiv_nat",
                "hbsag",
                "anti_hbc",
                "hbv_nat",
                "anti_hcv",
                "hcv_nat",
                "syphilis_non_specific",
                "syphilis_specific",
                "anti_htlv_1_2",
                "cmv",
                "ebv",
                "toxoplasma",
                "malaria",
                "t_cruzi",
                "west_nile_nat",
                name="marker",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column(
            "sampled_person",
            sa.Enum("donor", "birth_mother", name="sampledperson", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "specimen",
            sa.Enum("serum", "plasma", "other", name="specimen", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "non_reactive",
                "reactive",
                "indeterminate",
                "pending",
                name="markeroutcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("laboratory", sa.Text(), nullable=False),
        sa.Column("laboratory_authorised", sa.Boolean(), nullable=False),
        sa.Column("kit_ce_marked", sa.Boolean(), nullable=False),
        sa.Column("kit_fda_licensed", sa.Boolean(), nullable=False),
        sa.Column("report_reference", sa.Text(), nullable=False),
        sa.Column("struck", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "corrects_id IS NULL OR reason IS NOT NULL", name=op.f("ck_donor_result_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["donor_result.id"],
            name=op.f("fk_donor_result_corrects_id_donor_result"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["donor_report.id"], name=op.f("fk_donor_result_report_id_donor_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_result")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_donor_result_corrects_id")),
    )
    op.create_index(op.f("ix_donor_result_report_id"), "donor_result", ["report_id"], unique=False)
    promises.append_only("patient_code")
    promises.append_only("donor")
    promises.append_only("donor_consent")
    promises.append_only("donor_questionnaire")
    promises.append_only("donor_report")
    promises.append_only("donor_result")
    promises.append_only("donor_report_verification")
    promises.append_only("donor_risk_assessment")
    promises.never_deleted("donation")
    promises.append_only("donation_receipt")
    promises.append_only("donation_urgent_need")
    promises.append_only("donation_decision")
