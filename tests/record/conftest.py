"""One lot of umbilical-cord MSC on paper: printed once, sealed once, for all tests here."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from app.record.keys import SealingKey, load_pkcs12, make_site_key
from app.record.render import RECORD_NAME, Attachment, PaperIdentity, render
from app.record.seal import seal
from schemas.base import canonical_json
from schemas.finding import Finding

HERE = Path(__file__).parent
PRINTED_AT = datetime(2026, 11, 20, 14, 31, 7, tzinfo=UTC)
TRAIL_HEAD = hashlib.sha256(b"entry 4127 of the trail").hexdigest()

STEPS = (
    ("Thaw the working cell bank vial", "2.4", "2.0 to 4.0 min", "min"),
    ("Count cells after thaw, viability", "91.7", "at least 80.0 %", "%"),
    ("Seed CellSTACK-5, viable cells per cm²", "3 000", "2 500 to 4 000", ""),
    ("Exchange medium, volume per vessel", "650", "600 to 700 ml", "ml"),
    ("Read confluence, two fields per layer", "75", "70 to 90 %", "%"),
    ("Detach with TrypLE, time at 37 °C", "8.5", "at most 10.0 min", "min"),
    ("Count cells at harvest, viability", "96.2", "at least 85.0 %", "%"),
)
MATERIALS = (
    ("Working cell bank", "WCB-UC-021", "L-2026-0007", "2 vials", "2031-05-04"),
    ("MEM alpha, GlutaMAX", "M-1042", "2817734", "5.200 l", "2027-03-31"),
    ("Human platelet lysate", "M-2210", "PL-26-0915", "0.520 l", "2027-01-15"),
    ("Heparin 5 000 IU/ml", "M-2214", "H4471A", "2.1 ml", "2028-06-30"),
    ("TrypLE Select CTS", "M-1310", "2790155", "1.050 l", "2027-02-28"),
    ("DPBS without calcium, magnesium", "M-1101", "2801163", "3.600 l", "2028-01-31"),
    ("Human serum albumin 20 %", "M-3007", "AL22904", "0.240 l", "2028-09-30"),
    ("DMSO, Ph. Eur.", "M-3012", "DM-118", "96 ml", "2029-04-30"),
)
TESTS = (
    ("Sterility, Ph. Eur. 2.6.27", "no growth, 14 d", "no growth", "PASS"),
    ("Mycoplasma, Ph. Eur. 2.6.7 NAT", "not detected", "not detected", "PASS"),
    ("Endotoxin, Ph. Eur. 2.6.14 D", "at most 2.5 EU/ml", "<0.10 EU/ml", "PASS"),
    ("CD73, flow cytometry", "at least 95.0 %", "99.4 %", "PASS"),
    ("CD90, flow cytometry", "at least 95.0 %", "99.7 %", "PASS"),
    ("CD105, flow cytometry", "at least 95.0 %", "98.1 %", "PASS"),
    ("CD45, flow cytometry", "at most 2.0 %", "0.3 %", "PASS"),
    ("HLA-DR, flow cytometry", "report", "1.1 %", "PASS"),
    ("Potency, inhibition of T-cell proliferation", "at least 30 %", "58 %", "PASS"),
    ("Karyotype, G-banding, 20 metaphases", "no clonal aberration", "46,XX", "PASS"),
    ("Viability after thaw", "at least 70.0 %", "88.6 %", "PASS"),
)


@dataclass(frozen=True)
class Curve:
    """A growth curve with its geometry worked out, in the units of its own drawing."""

    title: str
    caption: str
    x_title: str
    y_title: str
    points: tuple[tuple[int, int, str], ...]
    x_ticks: tuple[tuple[int, str], ...]
    y_ticks: tuple[tuple[int, str], ...]
    width: int = 520
    height: int = 190
    left: int = 34
    top: int = 26
    right: int = 505
    bottom: int = 150


CURVE = Curve(
    title="Cumulative population doublings: 0 at thaw, 3.1 on day 4, 6.4 on day 9, 9.2 on day 14",
    caption="Each point is a count at harvest; doublings are log₂ of harvested over seeded cells.",
    x_title="days from thaw",
    y_title="cumulative population doublings",
    points=((34, 150, "WCB"), (169, 111, "P3 3.1"), (337, 70, "P4 6.4"), (505, 35, "P5 9.2")),
    x_ticks=((34, "0"), (169, "4"), (337, "9"), (505, "14")),
    y_ticks=((150, "0"), (113, "3"), (75, "6"), (38, "9")),
)


def lot() -> dict[str, Any]:
    """The record of the lot, as plain JSON values: what is attached and digested."""
    start = datetime(2026, 10, 12, 6, 40, tzinfo=UTC)
    phases = []
    for number, phase in enumerate(("Thaw and passage 3", "Passage 4", "Passage 5 and harvest"), 1):
        steps = []
        for place, (does, value, limits, unit) in enumerate(STEPS, 1):
            wrong = number == 2 and place == 7
            steps.append(
                {
                    "number": f"{number}.{place:02}",
                    "does": does,
                    "was": "69.2 %" if wrong else "",
                    "why": "digits swapped on entry; counter print-out NC-0412 reads 96.2",
                    "value": f"{value} {unit}".strip(),
                    "limits": limits,
                    "by": "Olga Nowak",
                    "checked": "Oskar Lind",
                    "at": (start + timedelta(days=5 * number, minutes=37 * place)).isoformat(),
                }
            )
        phases.append({"name": phase, "steps": steps})
    return {
        "product": "Allogeneic umbilical-cord MSC, cryopreserved vials",
        "lot_number": "L-2026-0014",
        "identity": [
            ["Lot", "L-2026-0014"],
            ["Product", "UC-MSC-01, version 3"],
            ["Master batch record", "MBR-UC-01, version 5"],
            ["Specification", "SPEC-UC-01, version 4"],
            ["Parent lot", "WCB L-2026-0007, vials 11 and 12"],
            ["Donation", "PL000123 26 0004417"],
            ["Started", "2026-10-17 08:40:00 +02:00"],
            ["Finished", "2026-10-31 17:12:00 +01:00"],
            ["Containers filled", "48 vials of 5.0 ml"],
            ["Yield", "1.21 × 10⁹ viable cells, 86.4 % of theoretical"],
        ],
        "materials": [list(row) for row in MATERIALS],
        "phases": phases,
        "tests": [list(row) for row in TESTS],
        "signatures": [
            ["Olga Nowak", "Operator", "performed", 31],
            ["Oskar Lind", "Operator", "checked", 31],
            ["Anton Weiss", "QC reviewer", "verified", 47],
            ["Petra Dufour", "QA", "reviewed", 49],
            ["Quinn Hartmann", "Qualified Person", "certified", 50],
        ],
    }


def seen_by_the_template(record: dict[str, Any]) -> dict[str, Any]:
    """What the template gets: moments as moments, tables with their headings."""
    shown = dict(record)
    shown["phases"] = [
        {
            **phase,
            "steps": [
                {**step, "at": datetime.fromisoformat(step["at"])} for step in phase["steps"]
            ],
        }
        for phase in record["phases"]
    ]
    heads = (("Material", "text"), ("Code", "code"), ("Lot", "code"), ("Used", "number"))
    shown["materials"] = {
        "columns": (*heads, ("Expiry", "number")),
        "rows": record["materials"],
    }
    shown["tests"] = {
        "columns": (("Test", "text"), ("Limit", "text"), ("Result", "number"), ("State", "text")),
        "rows": record["tests"],
    }
    shown["verdict"] = {
        "words": "CERTIFIED",
        "says": "Quinn Hartmann certified the lot on 2026-11-20 after all eleven criteria passed.",
        "tone": "good",
    }
    shown["findings"] = [
        Finding(
            rule="EXP-07",
            cite="R-EXP-09; EU GMP Part IV 9.26",
            says="Passage 4 stood 11.2 min in TrypLE; at most 10.0 min is allowed.",
            mend="Deviation DEV-2026-031 was assessed as minor and closed by QA on 2026-11-02.",
        )
    ]
    begin = datetime(2026, 10, 1, 9, 15, tzinfo=UTC)
    shown["signatures"] = [
        {
            "name": name,
            "role": role,
            "meaning": meaning,
            "at": begin + timedelta(days=days),
            "digest": hashlib.sha256(f"{name}{meaning}".encode()).hexdigest(),
            "about": "lot L-2026-0014",
        }
        for name, role, meaning, days in record["signatures"]
    ]
    return shown


@dataclass(frozen=True)
class Sample:
    """Everything the sample is printed from, so that a test can change one thing."""

    context: dict[str, Any]
    attachments: tuple[Attachment, ...]
    identity: PaperIdentity
    template: str = "sample.html"

    def printed(self, **changed: Any) -> bytes:
        """Print it, with these fields of its identity changed."""
        return render(
            self.template,
            self.context,
            attachments=self.attachments,
            identity=replace(self.identity, **changed),
            folders=(HERE / "templates",),
        )


@pytest.fixture(scope="session")
def sample() -> Sample:
    return sample_record()


def sample_record() -> Sample:
    """The record of the lot, ready to be printed."""
    record = lot()
    content = canonical_json(record)
    identity = PaperIdentity(
        title="Batch record",
        site="Centre for Cell Therapy, St Anne's Hospital",
        lot_number="L-2026-0014",
        record_version=2,
        record_digest=hashlib.sha256(content).hexdigest(),
        trail_head=TRAIL_HEAD,
        generated_at=PRINTED_AT,
        zone="Europe/Warsaw",
        template_version="batch-record 1.0",
        watermark=None,
    )
    audit = canonical_json([{"entry": 4127, "digest": TRAIL_HEAD}])
    attachments = (
        Attachment(RECORD_NAME, content, "application/json", "The record itself", "Source"),
        Attachment("audit.json", audit, "application/json", "Extract of the audit trail", "Data"),
    )
    return Sample({"record": seen_by_the_template(record), "curve": CURVE}, attachments, identity)


@pytest.fixture(scope="session")
def paper(sample: Sample) -> bytes:
    """The certified record, printed."""
    return sample.printed()


AT = datetime(2026, 11, 20, 14, 32, tzinfo=UTC)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SealingKey:
    """The sealing key of St Anne's."""
    folder = tmp_path_factory.mktemp("keys")
    return load_pkcs12(
        make_site_key(folder, "St Anne's Hospital", "twelve owls", at=AT), "twelve owls"
    )


@pytest.fixture(scope="session")
def sealed(paper: bytes, key: SealingKey) -> bytes:
    """The certified record, printed and sealed."""
    return seal(
        paper, key, reason="Batch record sealed after certification", location="Brno", at=AT
    )


PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def self_made(
    name: str, key: PrivateKey, *extensions: tuple[x509.ExtensionType, bool]
) -> x509.Certificate:
    """A certificate that vouches for itself, as other software makes them."""
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer_name=who,
        subject_name=who,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=AT - timedelta(days=1),
        not_valid_after=AT + timedelta(days=4000),
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="session")
def stamper() -> DummyTimeStamper:
    return time_stamper()


def time_stamper() -> DummyTimeStamper:
    """A time-stamp authority of our own, standing for one outside."""
    purpose = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    key = rsa.generate_private_key(65537, 3072)
    certificate = self_made("Time of Brno", key, (purpose, True))
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    private = asn1_keys.PrivateKeyInfo.load(der)
    return DummyTimeStamper(public, private, fixed_dt=AT + timedelta(seconds=3))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> SealingKey:
    """A key that anyone could make, under the very name of the site."""
    folder = tmp_path_factory.mktemp("stranger")
    return load_pkcs12(make_site_key(folder, "St Anne's Hospital", "pass", at=AT), "pass")
