"""The last hand on a print: what PDF/A-3 and PDF/UA ask and the printer leaves undone.

Object streams stay off: a verifier then reads the cross-reference sections of the file in
linear time, and each change behind a seal is one numbered object that can be named.
"""

from collections.abc import Mapping
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

RECORD_NAME = "record.json"
"""The attachment whose digest stands on every page."""

SEAL_FIELD = "seal"
"""The name of the one signature field; the template places it, the seal fills it."""


def finish(raw: bytes, *, metadata: bytes, media_types: Mapping[str, str]) -> bytes:
    """Return the archival form of a freshly printed file; the same input gives the same bytes.

    `metadata` is the whole XMP packet; `media_types` are told by attachment name.
    """
    with pikepdf.open(BytesIO(raw)) as pdf:
        _describe_attachments(pdf, media_types)
        _make_room_for_the_seal(pdf)
        pdf.Root.Metadata = pdf.make_indirect(
            Stream(pdf, metadata, Type=Name.Metadata, Subtype=Name.XML)
        )
        pdf.remove_unreferenced_resources()
        out = BytesIO()
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            deterministic_id=True,
            force_version="1.7",
        )
    return out.getvalue()


def _describe_attachments(pdf: Pdf, media_types: Mapping[str, str]) -> None:
    """Name each attachment once in the catalogue, with the media type that was declared."""
    once: dict[tuple[int, int], Object] = {}
    for each in pdf.Root.get(Name.AF, Array()):
        once[each.objgen] = each
    pdf.Root.AF = Array(list(once.values()))
    for each in once.values():
        each.F = each.UF
        each.EF.UF = each.EF.F
        each.EF.F.Subtype = Name("/" + media_types[str(each.UF)])


def _make_room_for_the_seal(pdf: Pdf) -> None:
    """Turn the text field that the template placed into an empty signature field.

    The words of the seal box are drawn by the page itself, in its own embedded fonts, so the
    field's appearance is empty on purpose.
    """
    form = pdf.Root.get(Name.AcroForm)
    if form is None:
        return
    fields = [each for each in form.Fields if str(each.T) == SEAL_FIELD]
    _point_structure_at(pdf)
    for each in fields:
        for key in ("/DA", "/V", "/MaxLen", "/Ff"):
            if key in each:
                del each[key]
        each.FT = Name.Sig
        each.F = 4
        left, bottom, right, top = (float(side) for side in each.Rect)
        each.Rect = Array([min(left, right), min(bottom, top), max(left, right), max(bottom, top)])
        size = [0, 0, abs(right - left), abs(top - bottom)]
        nothing = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array(size))
        nothing.Resources = Dictionary()
        each.AP = Dictionary(N=pdf.make_indirect(nothing))
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array(fields)))


def _point_structure_at(pdf: Pdf) -> None:
    """Let the structure element of a field hold its object reference itself (PDF/UA 7.18.4)."""
    for each in pdf.objects:
        if isinstance(each, Dictionary) and each.get("/S") == Name.Form and "/K" in each:
            kids = each.K
            if isinstance(kids, Array) and len(kids) == 1:
                each.K = kids[0]
