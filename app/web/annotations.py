"""Reading a contract's annotations: what a field holds, without Annotated and without None."""

from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo


def extra(info: FieldInfo) -> dict[str, Any]:
    """The further facts of a field: unit, rows, wide."""
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def bare(annotation: Any) -> Any:
    """An annotation without Annotated and without "or None"."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        left = [each for each in get_args(annotation) if each is not type(None)]
        return bare(left[0]) if len(left) == 1 else annotation
    return datetime if annotation is AwareDatetime else annotation


def item_type(kind: Any) -> Any:
    """What a tuple holds, or None when it is not one."""
    return get_args(kind)[0] if get_origin(kind) is tuple and get_args(kind) else None


def contract_in(annotation: Any) -> type[BaseModel] | None:
    """The contract inside an annotation, if there is one."""
    kind = bare(annotation)
    kind = bare(item_type(kind)) if item_type(kind) is not None else kind
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def longest(info: FieldInfo) -> int:
    """The greatest number of characters a text field takes, or 0 where there is no limit."""
    metadata = [*info.metadata, *_flat_metadata(info.annotation)]
    return max([getattr(each, "max_length", 0) or 0 for each in metadata], default=0)


def _flat_metadata(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return list(get_args(annotation)[1:])
    if get_origin(annotation) in (Union, UnionType):
        return [part for each in get_args(annotation) for part in _flat_metadata(each)]
    return []
