"""Documents as text: read digit for digit, refused with the line and what would be right."""

import time

import pytest

from app.masters.documents import CONTRACTS, MAX_DEPTH, Problem, Unreadable, read_document
from app.masters.starters import starter_texts
from schemas.document import MAX_CHARACTERS, DocumentKind
from schemas.specification import AtLeast, Specification

GOOD = starter_texts()["specification-uc-wcb.yaml"]
PRODUCT = starter_texts()["product-uc-wcb.yaml"]


def problems(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(Unreadable) as refused:
        read_document(text)
    return refused.value.problems


@pytest.mark.parametrize("name", starter_texts())
def test_every_starter_document_is_read_and_read_back(name: str) -> None:
    read = read_document(starter_texts()[name])
    assert CONTRACTS[read.kind].from_canonical(read.content.canonical()) == read.content


def test_digits_of_a_limit_are_kept() -> None:
    read = read_document(GOOD.replace("limit: 90}", "limit: 90.00}", 1)).content
    assert isinstance(read, Specification)
    accepted = read.criteria[0].acceptance
    assert isinstance(accepted, AtLeast)
    assert accepted.limit == "90.00"


def test_comments_and_order_do_not_change_the_digest_and_a_digit_does() -> None:
    first = read_document(GOOD).digest
    other = "# a comment\n" + GOOD.replace("version: 1\n", "", 1) + "version: 1\n"
    assert read_document(other).digest == first
    assert read_document(GOOD.replace("limit: 90}", "limit: 90.0}", 1)).digest != first


def test_json_is_read_like_yaml() -> None:
    json = '{\n\t"document": "product",\n\t"code": "uc"\n}'
    found = problems(json)
    assert (found[-1].line, found[-1].path) == (3, "code")


REFUSED = [
    pytest.param("", 1, "empty", id="empty"),
    pytest.param("# nothing\n", 1, "empty", id="comments only"),
    pytest.param("- a\n- b\n", 1, "field: value", id="a list"),
    pytest.param("code: X\n", 1, "must say what it is", id="no kind"),
    pytest.param("code: X\ndocument: recipe\n", 2, "specification", id="another kind"),
    pytest.param("document: product\ncode: A\ncode: B\n", 3, "written twice", id="a key twice"),
    pytest.param("document: product\nname: &a x\n", 2, "alias", id="an anchor"),
    pytest.param("document: product\nname: *a\n", 2, "alias", id="an alias"),
    pytest.param("document: product\nname: !!python/name:os.system x\n", 2, "tag", id="a tag"),
    pytest.param("document: product\n<<: {a: b}\n", 2, "merge", id="a merge"),
    pytest.param("document: product\n? [a, b]\n: c\n", 2, "plain word", id="a list for a key"),
    pytest.param("document: product\n---\ndocument: product\n", 2, "second", id="two documents"),
    pytest.param("document: product\nname: [a\n", 3, "cannot be read", id="a bracket left open"),
    pytest.param("document: product\n\tname: x\n", 2, "cannot be read", id="a tab for an indent"),
    pytest.param("document: product\nname: a\0b\n", 2, "null byte", id="a null byte"),
    pytest.param("document: product\nname: a\x07b\n", 2, "(U+0007)", id="a bell"),
    pytest.param("document: product\n# \u202e90\n", 2, "(U+202E)", id="a remark backwards"),
    pytest.param("document: product\nname: a\u00adb\n", 2, "(U+00AD)", id="a hyphen unseen"),
    pytest.param("document: product\nname: \ud800\n", 2, "(U+D800)", id="half a character"),
    pytest.param(b"document: product\nname: \xff\n", 2, "UTF-8", id="not UTF-8"),
    pytest.param("x: " + "[" * 5000, 1, "nested deeper", id="deep nesting"),
    pytest.param('{"a": ' * 5000, 1, "nested deeper", id="deep JSON"),
    pytest.param("x: [" + "1," * 60_000 + "]", 1, "more than", id="too many values"),
    pytest.param("a" * (MAX_CHARACTERS + 1), 1, "characters long", id="a character too long"),
    pytest.param(b"a" * 10_000_000, 1, "bytes long", id="ten megabytes"),
]


@pytest.mark.parametrize(("text", "line", "says"), REFUSED)
def test_refused_with_its_line(text: str | bytes, line: int, says: str) -> None:
    begun = time.monotonic()
    (found,) = problems(text)
    assert (found.line, says in found.says) == (line, True), found
    assert time.monotonic() - begun < 10


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n"
        for at in range(9)
    )
    (found,) = problems(bomb)
    assert found.line == 1


def test_nesting_is_allowed_to_its_limit() -> None:
    text = "document: product\nname: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert all("nested" not in each.says for each in problems(text))


WRONG_FIELDS = [
    pytest.param("code: UC-WCB", "code: uc wcb", "code", "capitals", id="a code in small letters"),
    pytest.param("version: 1", "version: one", "version", "'one'", id="a version in words"),
    pytest.param("name: Umb", "nmae: Umb", "nmae", "did you mean name?", id="a typing error"),
    pytest.param("tissue: umbilical_cord", "tissue: cord", "tissue", "'adipose'", id="a tissue"),
    pytest.param("is_bank: true", "is_bank: perhaps", "is_bank", "'perhaps'", id="perhaps"),
    pytest.param(
        "  maximum_c: -150",
        "  maximum_c: cold",
        "storage.maximum_c",
        "'cold'",
        id="a temperature in words",
    ),
    pytest.param("strength: 5", "strength: true #", "strength", "put it in quotes", id="a yes"),
]


@pytest.mark.parametrize(("was", "now", "path", "says"), WRONG_FIELDS)
def test_a_wrong_field_is_named_with_what_is_right(
    was: str, now: str, path: str, says: str
) -> None:
    text = PRODUCT.replace(was, now, 1)
    line = text[: text.index(now)].count("\n") + 1
    named = {each.path: each for each in problems(text)}
    assert named[path].line == line
    assert says in named[path].says


def test_a_missing_field_says_what_it_is() -> None:
    text = GOOD.replace('     source: "WJCC 2023;11:5083 table 1, frozen level"}', "     }", 1)
    (found,) = problems(text)
    assert found.path == "criteria[0].source"
    assert found.says == "is missing; it is: A document, never a habit"
    assert text.splitlines()[found.line - 1].startswith("  - {code: VIABILITY")


def test_an_unknown_kind_lists_the_known_ones() -> None:
    text = GOOD.replace("acceptance: {kind: at_least, limit: 90}", "acceptance: {kind: big}", 1)
    (found,) = problems(text)
    assert found.path == "criteria[0].acceptance.kind"
    assert "'at_least'" in found.says


def test_a_limit_with_an_exponent_is_refused_inside_its_union() -> None:
    text = GOOD.replace("limit: 90}", "limit: 9e1}", 1)
    (found,) = problems(text)
    assert (found.path, "95 or 0.25" in found.says) == ("criteria[0].acceptance.limit", True)


def test_all_problems_are_shown_in_the_order_of_lines() -> None:
    text = PRODUCT.replace("tissue: umbilical_cord", "tissue: cord").replace("code: UC", "code: u")
    found = problems(text)
    assert [each.path for each in found] == ["code", "tissue"]
    assert [each.line for each in found] == sorted(each.line for each in found)


def test_a_kind_of_document_has_words() -> None:
    assert DocumentKind.MASTER_BATCH_RECORD.words == "master batch record"


def test_an_unknown_field_without_a_neighbour_lists_what_is_known() -> None:
    (found,) = problems(PRODUCT + "zzz: 1\n")
    assert "known are: active_substance, at_risk_processing" in found.says
