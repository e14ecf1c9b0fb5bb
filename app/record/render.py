"""Printing: a template and plain values become one PDF/A-3 file, the same bytes every time.

Nothing is fetched from a network and nothing is read outside the report templates and the
bundled fonts. An asset that is missing stops the print: a record with a hole is no record.
"""

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.urls import (
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

from app.record import words
from app.record.archival import RECORD_NAME, finish
from app.record.glyphs import by_number, undrawn
from schemas.base import in_zone

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "report_templates"
FONTS = ROOT / "app" / "static" / "vendor"

WATERMARK_URL = "paper:watermark.svg"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
}

Relationship = Literal["Source", "Data", "Supplement", "Alternative", "Unspecified"]


class PaperError(RuntimeError):
    """The record was not printed. What is missing or contradicts itself is said in the words."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the print, and what it is to it (ISO 19005-3, AFRelationship)."""

    name: str
    content: bytes
    media_type: str
    description: str
    relationship: Relationship = "Data"


@dataclass(frozen=True)
class PaperIdentity:
    """What every page says of itself (R-BR-24). `generated_at` is UTC, shown in `zone`.

    `watermark` is the status to print across each page; None only for a certified record.
    """

    title: str
    site: str
    lot_number: str
    record_version: int
    record_digest: str
    trail_head: str
    generated_at: datetime
    zone: str
    template_version: str
    kind: str = "Record"
    copy_number: int = 1
    watermark: str | None = "NOT CERTIFIED"
    language: str = "en"


def render(
    template: str,
    context: Mapping[str, object],
    *,
    attachments: Sequence[Attachment],
    identity: PaperIdentity,
    folders: Sequence[Path] = (),
) -> bytes:
    """Print a template as tagged PDF/A-3a with its attachments (R-SIG-07, R-BR-24).

    The same arguments give the same bytes on any machine; only a character that the bundled
    typefaces lack is drawn, and embedded, from the machine's own. The template sees `context`
    under its own names and `identity` as `paper`; `folders` are looked in before ours.

    Raises:
        PaperError: an asset is missing or lies elsewhere, two attachments share a name, or the
            digest to be printed is not that of the attached record.
        jinja2.UndefinedError: the template asks for what the context does not hold.
    """
    _refuse_contradictions(attachments, identity)
    pages = _environment(identity, folders)
    html = pages.get_template(template).render({**context, "paper": identity})
    fingerprint = _fingerprint(html, attachments)
    fetcher = _Assets(watermark=_watermark(pages, identity))
    with _no_collector(), undrawn() as lacking:
        raw = _print(html, attachments, identity, fetcher, fingerprint)
        if lacking:
            drawable = by_number(html, lacking)
            fingerprint = _fingerprint(drawable, attachments)
            raw = _print(drawable, attachments, identity, fetcher, fingerprint)
    metadata = pages.get_template("metadata.xml").render(
        paper=identity, producer=f"WeasyPrint {weasyprint.__version__}"
    )
    media_types = {each.name: each.media_type for each in attachments}
    return finish(raw, metadata=metadata.encode(), media_types=media_types)


def _refuse_contradictions(attachments: Sequence[Attachment], identity: PaperIdentity) -> None:
    by_name = {each.name: each for each in attachments}
    if len(by_name) != len(attachments):
        raise PaperError("Two attachments have the same name; each needs its own.")
    record = by_name.get(RECORD_NAME)
    if record is None:
        raise PaperError(f"The attachments do not hold {RECORD_NAME}, the record itself.")
    if hashlib.sha256(record.content).hexdigest() != identity.record_digest:
        raise PaperError("The digest to be printed is not the digest of the attached record.")
    if identity.generated_at.utcoffset() is None:
        raise PaperError("The time of printing has no zone.")


def _environment(identity: PaperIdentity, folders: Sequence[Path]) -> Environment:
    pages = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["moment"] = partial(_moment, zone=identity.zone)
    pages.filters["day"] = partial(_day, zone=identity.zone)
    pages.filters["utc"] = _utc
    pages.filters["shown"] = partial(words.shown, zone=identity.zone)
    pages.filters["entered"] = partial(words.entered, zone=identity.zone)
    pages.filters["whole"] = words.whole
    return pages


def _moment(at: datetime, zone: str) -> str:
    """A time as people read it, with its offset: no time on paper is without a zone."""
    local = in_zone(at, zone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:]}"


def _day(at: datetime, zone: str) -> str:
    return f"{in_zone(at, zone):%Y-%m-%d}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"


def _watermark(pages: Environment, identity: PaperIdentity) -> bytes | None:
    if identity.watermark is None:
        return None
    return pages.get_template("watermark.svg").render(words=identity.watermark).encode()


def _fingerprint(html: str, attachments: Sequence[Attachment]) -> bytes:
    """Sixteen bytes that name this print: the file identifier is made of what is in the file."""
    whole = hashlib.sha256(html.encode())
    for each in sorted(attachments, key=lambda one: one.name):
        whole.update(hashlib.sha256(each.content).digest())
    return whole.digest()[:16]


def _print(
    html: str,
    attachments: Sequence[Attachment],
    identity: PaperIdentity,
    fetcher: "_Assets",
    fingerprint: bytes,
) -> bytes:
    # The name tree of attachments must be sorted, and it is written in the order given.
    files = [
        weasyprint.Attachment(
            string=each.content,
            name=each.name,
            description=each.description,
            created=identity.generated_at,
            modified=identity.generated_at,
            relationship=each.relationship,
            url_fetcher=fetcher,
        )
        for each in sorted(attachments, key=lambda one: one.name)
    ]
    page = weasyprint.HTML(string=html, base_url=f"{TEMPLATES.as_uri()}/", url_fetcher=fetcher)
    try:
        printed: bytes = page.write_pdf(
            pdf_variant="pdf/a-3a", pdf_identifier=fingerprint, attachments=files
        )
    except FatalURLFetchingError as missing:
        raise PaperError(f"{missing}: {missing.__cause__}") from missing
    return printed


class _Assets(URLFetcher):  # type: ignore[misc]
    """Hands out our own templates and fonts, and refuses everything else loudly."""

    def __init__(self, watermark: bytes | None) -> None:
        super().__init__(allowed_protocols=("file", "paper"), fail_on_errors=True)
        self._watermark_svg = watermark

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return one bundled file.

        Raises:
            PaperError: the address is not ours, or the file is not there.
        """
        del headers
        if url == WATERMARK_URL and self._watermark_svg is not None:
            return URLFetcherResponse(url, self._watermark_svg, {"Content-Type": "image/svg+xml"})
        path = _bundled(url)
        media_type = _MEDIA_TYPES[path.suffix]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": media_type})


def _bundled(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc:
        raise PaperError(f"A record is printed from bundled files only, not from {url}")
    path = Path(unquote(parts.path)).resolve()
    if not any(path.is_relative_to(root) for root in (TEMPLATES, FONTS)):
        raise PaperError(f"{path.name} lies outside the report templates and the bundled fonts")
    if path.suffix not in _MEDIA_TYPES:
        raise PaperError(f"{path.name} is not a kind of file a record is printed from")
    if not path.is_file():
        raise PaperError(f"{path.name} is not bundled")
    return path


@contextmanager
def _no_collector() -> Iterator[None]:
    """Hold the cyclic collector: it walks the whole box tree again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
