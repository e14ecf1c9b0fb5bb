"""Everything intake does, and what the stages after it ask of it."""

from app.intake.actions.corrections import (
    NothingToCorrect,
    correct_donation,
    correct_questionnaire,
    find_questionnaire,
)
from app.intake.actions.days import local_day
from app.intake.actions.decision import NoSuchDecision, decide_donation, verdicts_for
from app.intake.actions.donations import (
    acceptable_donations,
    document_need,
    donation_for_change,
    donations_of_donor,
    find_donation,
    register_donation,
)
from app.intake.actions.donors import (
    NothingToWithdraw,
    add_questionnaire,
    assess_risk,
    donors,
    find_donor,
    find_patient,
    give_consent,
    make_patient_code,
    register_donor,
    treating_sites,
    withdraw_consent,
)
from app.intake.actions.dossier import donation_dossier, donor_file, donor_summary
from app.intake.actions.late import lots_from
from app.intake.actions.receipt import (
    LoggerFile,
    products_for,
    receive_donation,
    transport_log,
    was_received,
)
from app.intake.actions.results import (
    NothingToVerify,
    correct_result,
    enter_results,
    find_report,
    find_result,
    lines_to_verify,
    verify_report,
    words_to_verify,
)
from app.intake.actions.waiting import donation_list, reports_to_verify, waiting, worklist

__all__ = [
    "LoggerFile",
    "NoSuchDecision",
    "NothingToCorrect",
    "NothingToVerify",
    "NothingToWithdraw",
    "acceptable_donations",
    "add_questionnaire",
    "assess_risk",
    "correct_donation",
    "correct_questionnaire",
    "correct_result",
    "decide_donation",
    "document_need",
    "donation_dossier",
    "donation_for_change",
    "donation_list",
    "donations_of_donor",
    "donor_file",
    "donor_summary",
    "donors",
    "enter_results",
    "find_donation",
    "find_donor",
    "find_patient",
    "find_questionnaire",
    "find_report",
    "find_result",
    "give_consent",
    "lines_to_verify",
    "local_day",
    "lots_from",
    "make_patient_code",
    "products_for",
    "receive_donation",
    "register_donation",
    "register_donor",
    "reports_to_verify",
    "transport_log",
    "treating_sites",
    "verdicts_for",
    "verify_report",
    "waiting",
    "was_received",
    "withdraw_consent",
    "words_to_verify",
    "worklist",
]
