"""Forms that come with a file: the certificate beside the words."""

from base64 import b64encode
from typing import Any

from fastapi import Depends
from starlette.datastructures import FormData

from app.people.sessions import SignedIn
from app.web.forms import read_form, upload_in
from app.web.pages import Form
from schemas.base import Contract


class SentWithFile:
    """A dependency that reads a contract with a `file` from a page's form and its upload."""

    def __init__(self, contract: type[Contract]) -> None:
        self.contract = contract

    def __call__(self, by: SignedIn, form: Form) -> Contract:
        """Read the contract in the zone of the person who sent it."""
        return read_form(self.contract, form, by.zone, _file_in(form))


def _file_in(form: FormData) -> dict[str, Any]:
    upload = upload_in(form, "file")
    if upload is None:
        return {}
    with upload.file as file:
        return {"file": {"name": upload.filename, "content": b64encode(file.read())}}


def sent_with_file(contract: type[Contract]) -> Any:
    """Read the page's form and its file into this contract, as a dependency."""
    return Depends(SentWithFile(contract))
