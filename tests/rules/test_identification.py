"""The codes of donations and patients: what is read, what is refused, and in which words."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.chain_of_identity import (
    CODES,
    ChainOfIdentity,
    chain_of_identity,
    parse_chain_of_identity,
)
from schemas.european_code import (
    CodingSystem,
    SingleEuropeanCode,
    parse_sec,
    parse_sec_di,
    sec_donation_part,
)
from schemas.identification import Din, DonationCode, DonationScheme, SecDonationPart
from schemas.identification import identify_donation as identify
from schemas.isbt_128 import din_check_character, parse_din

SEC_DI = "PL001499Z549917123456"
SEC = "PL001499Z549917123456A00T041600320171231"
DIN = "G123498654321"
CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
COI = chain_of_identity(123_456_789)


@pytest.mark.parametrize(
    "entered",
    [
        pytest.param(SEC, id="as a machine reads it"),
        pytest.param("PL001499Z549917123456 A00T041600320171231", id="two parts apart"),
        pytest.param("SEC PL001499Z549917123456 A00T041600320171231", id="as printed for the eye"),
        pytest.param("SEC PL001499Z549917123456\r\nA00T041600320171231", id="on two lines"),
        pytest.param("sec pl001499z549917123456 a00t041600320171231", id="caps lock forgotten"),
    ],
)
def test_a_whole_single_european_code_is_read(entered: str) -> None:
    code = parse_sec(entered)
    assert code == SingleEuropeanCode(
        donation_part=SEC_DI,
        coding_system=CodingSystem.ISBT_128,
        product_number="00T0416",
        split_number="003",
        expires_on=date(2017, 12, 31),
    )
    assert (len(code.donation_part), len(code.product_part), code.compact) == (21, 19, SEC)
    assert code.eye_readable == "SEC PL001499Z549917123456 A00T041600320171231"


def test_tissue_that_does_not_expire_has_no_expiry_and_is_written_back() -> None:
    code = parse_sec(SEC[:-8] + "00000000")
    assert code.expires_on is None
    assert code.compact == SEC[:-8] + "00000000"


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        pytest.param(SEC[1:], "has 40 characters .* this has 39", id="a character too few"),
        pytest.param(SEC + "0", "this has 41", id="a character too many"),
        pytest.param("P1" + SEC[2:], "character 2 is '1'; two letters", id="country P1"),
        pytest.param(SEC[:21] + "X" + SEC[22:], "character 22 is 'X'; E .EUTC.", id="coding X"),
        pytest.param(SEC[:-8] + "20170230", "no day of the calendar", id="30 February"),
        pytest.param(SEC[:-8] + "2017123A", "is not YYYYMMDD", id="a letter in the expiry"),
        pytest.param(SEC[:24] + "-" + SEC[25:], "character 25 is '-'", id="dash in the product"),
        pytest.param(SEC[:5] + "Ω" + SEC[6:], "character 6 of the .* plain letters", id="Greek"),
    ],
)
def test_a_wrong_single_european_code_is_refused_in_words(entered: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_sec(entered)


@pytest.mark.parametrize(
    "part",
    [
        {"donation_part": SEC_DI.lower()},
        {"product_number": "00T041"},
        {"split_number": "00/"},
        {"expires_on": "2017-02-30"},
        {"coding_system": "X"},
    ],
    ids=["small letters", "short product", "slash in split", "30 February", "unknown system"],
)
def test_a_single_european_code_put_together_by_hand_is_checked(part: dict[str, str]) -> None:
    whole = parse_sec(SEC).plain()
    assert SingleEuropeanCode.model_validate(whole).compact == SEC
    with pytest.raises(ValidationError):
        SingleEuropeanCode.model_validate(whole | part)


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        pytest.param(SEC_DI[:-1], "has 21 characters .* this has 20", id="20 characters"),
        pytest.param(SEC_DI + "7", "this has 22", id="22 characters"),
        pytest.param("P1" + SEC_DI[2:], "character 2 is '1'", id="country P1"),
        pytest.param(SEC_DI[:4] + "*" + SEC_DI[5:], "character 5 is '\\*'; six", id="star"),
        pytest.param(SEC_DI[:20] + "/", "character 21 is '/'; thirteen", id="slash at the end"),
    ],
)
def test_a_wrong_donation_part_is_refused_in_words(entered: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_sec_di(entered)


def test_a_donation_part_beginning_with_the_letters_sec_keeps_them() -> None:
    swedish = "SEC01499Z549917123456"
    assert parse_sec_di(swedish) == swedish
    assert parse_sec_di(f"SEC {swedish}") == swedish


@pytest.mark.parametrize(
    ("number", "padded"),
    [("7", "0000000000007"), ("Z549917123456", "Z549917123456"), ("12 34", "0000000001234")],
    ids=["one digit", "all thirteen", "a space inside"],
)
def test_a_short_donation_number_is_filled_with_zeros(number: str, padded: str) -> None:
    assert sec_donation_part("PL", "001499", number) == f"PL001499{padded}"


@pytest.mark.parametrize(
    ("country", "establishment", "number"),
    [("P1", "001499", "7"), ("PL", "01499", "7"), ("PL", "001499", ""), ("PL", "001499", "7" * 14)],
    ids=["country P1", "short establishment", "no number", "fourteen characters"],
)
def test_a_wrong_part_is_refused(country: str, establishment: str, number: str) -> None:
    with pytest.raises(ValueError, match="would be right"):
        sec_donation_part(country, establishment, number)


@pytest.mark.parametrize(
    ("din", "check"),
    [("G123498654321", "H"), ("A999917123458", "5"), ("A999926000088", "*")],
)
def test_the_check_character_of_published_examples(din: str, check: str) -> None:
    assert din_check_character(din) == check
    assert parse_din(f"{din}{check}") == din
    assert parse_din(f"{din}{CHECKED.index(check) + 60}") == din


@pytest.mark.parametrize(
    "entered",
    [
        pytest.param("G123498654321", id="thirteen characters"),
        pytest.param("=G12349865432100", id="a scanner"),
        pytest.param("=G123498654321 00", id="a scanner with a space"),
        pytest.param("G1234 98 654321 H", id="eye-readable with its check"),
        pytest.param("G1234 98 654321 00 H", id="eye-readable with flags and check"),
        pytest.param("G12349865432177", id="flags that carry the check value"),
        pytest.param("g1234 98 654321 h\n", id="caps lock forgotten"),
    ],
)
def test_a_din_is_read_as_it_is_printed_or_scanned(entered: str) -> None:
    assert parse_din(entered) == DIN


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        pytest.param("G1234 98 654321 J", "check character 'J' does not fit", id="wrong check"),
        pytest.param("G123498654321 00 S", "check character 'S'", id="check over the flags too"),
        pytest.param("G12349865432178", "does not fit", id="flags carry a wrong check"),
        pytest.param("1123498654321", "character 1 .* '1'; a letter", id="begins with a digit"),
        pytest.param("G12349865432", "13 characters.* this has 12", id="twelve characters"),
        pytest.param("G123498654321 00 H 1", "this has 17", id="seventeen characters"),
        pytest.param("=G123498654321", "15 characters after '='", id="scan without flags"),
        pytest.param("=G12349865432100H", "15 characters after '='", id="scan too long"),
        pytest.param("G12349865432A", "character 13 .* 'A'; a digit", id="a letter in the serial"),
        pytest.param("G12*498654321", "character 4 is '\\*'", id="a star in the facility"),
        pytest.param("G1234986543210A", "two digits would be right", id="a letter in the flags"),
        pytest.param("G12349865432\u0661", "character 13 .* plain letters", id="Arabic digit"),
    ],
)
def test_a_wrong_din_is_refused_in_words(entered: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_din(entered)


dins = st.from_regex(r"[A-Z][A-Z0-9]{4}[0-9]{8}", fullmatch=True)


@given(dins, st.data())
def test_one_misread_character_is_always_found(din: str, data: st.DataObject) -> None:
    printed = din + din_check_character(din)
    assert parse_din(printed) == din
    spot = data.draw(st.integers(0, len(printed) - 1))
    wrong = data.draw(st.sampled_from([each for each in CHECKED if each != printed[spot]]))
    with pytest.raises(ValueError, match=r"would be right|is right|does not fit"):
        parse_din(printed[:spot] + wrong + printed[spot + 1 :])


@given(dins, st.integers(0, 12))
def test_two_neighbours_exchanged_are_always_found(din: str, spot: int) -> None:
    printed = din + din_check_character(din)
    exchanged = printed[:spot] + printed[spot + 1] + printed[spot] + printed[spot + 2 :]
    if exchanged == printed:
        assert parse_din(exchanged) == din
    else:
        with pytest.raises(ValueError, match=r"would be right|is right|does not fit"):
            parse_din(exchanged)


@pytest.mark.parametrize(
    ("entered", "scheme", "value", "printed"),
    [
        (SEC_DI, "sec_di", SEC_DI, f"SEC {SEC_DI}"),
        (f"SEC {SEC_DI}", "sec_di", SEC_DI, f"SEC {SEC_DI}"),
        (f"SEC: {SEC_DI}", "sec_di", SEC_DI, f"SEC {SEC_DI}"),
        (f"SEC {SEC_DI} {SEC[21:]}", "sec_di", SEC_DI, f"SEC {SEC_DI}"),
        (DIN, "isbt_128", DIN, "G1234 98 654321 H"),
        ("=G123498654321 00", "isbt_128", DIN, "G1234 98 654321 H"),
    ],
    ids=[
        "donation part",
        "with SEC",
        "with SEC and a colon",
        "whole SEC: the donation part is kept",
        "DIN",
        "scan",
    ],
)
def test_a_donation_says_which_standard_it_follows(
    entered: str, scheme: str, value: str, printed: str
) -> None:
    found = identify(entered)
    assert (found.scheme, found.value) == (DonationScheme(scheme), value)
    assert found.eye_readable == printed
    assert identify(found.value) == found
    assert TypeAdapter(DonationCode).validate_python(entered) == value


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ("D-00123", "7 characters are neither"),
        ("", "the donation code is missing"),
        (SEC_DI[:-1], "this has 20"),
        ("X" * 60, "60 characters are neither"),
    ],
    ids=["some other number", "nothing", "one character short", "far too long"],
)
def test_neither_standard_is_said_in_words(entered: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(DonationCode).validate_python(entered)


@pytest.mark.parametrize(
    ("kind", "entered"),
    [(Din, SEC_DI), (SecDonationPart, DIN), (Din, 5), (DonationCode, None), (DonationCode, b"G")],
    ids=["a SEC is no DIN", "a DIN is no SEC", "a number", "nothing", "bytes"],
)
def test_the_other_kind_is_refused(kind: Any, entered: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(entered)


@pytest.mark.parametrize("number", [0, 1, 123_456_789, CODES - 1])
def test_a_chain_of_identity_code_is_read_back_however_it_is_typed(number: int) -> None:
    code = chain_of_identity(number)
    for entered in (code, code.lower(), f" {code} ", code.replace("-", ""), code[:8] + code[9:]):
        assert TypeAdapter(ChainOfIdentity).validate_python(entered) == code


@pytest.mark.parametrize("number", [-1, CODES])
def test_there_are_no_more_chain_of_identity_codes(number: int) -> None:
    with pytest.raises(ValueError, match="is not among them"):
        chain_of_identity(number)


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        pytest.param("2345-6789", "begins with COI", id="no COI"),
        pytest.param(COI[:-1], "this has 7", id="a character short"),
        pytest.param("COI-O345-6789", "character 1 after COI is 'O'", id="a look-alike"),
        pytest.param("COI-\u041245-67892", "character 1 after COI is", id="a Cyrillic letter"),
        pytest.param("Jan Kowalski", "begins with COI", id="a name"),
    ],
)
def test_a_wrong_chain_of_identity_code_is_refused(entered: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(ChainOfIdentity).validate_python(entered)


@given(st.integers(0, CODES - 1), st.data())
def test_a_wrong_or_exchanged_character_in_a_coi_is_found(number: int, data: st.DataObject) -> None:
    code = chain_of_identity(number).replace("-", "")
    first, second = data.draw(
        st.lists(st.integers(3, 10), min_size=2, max_size=2, unique=True).map(sorted)
    )
    letters = list(code)
    letters[first], letters[second] = letters[second], letters[first]
    spoiled = data.draw(st.sampled_from([each for each in CHECKED[2:-1] if each != code[first]]))
    for wrong in ("".join(letters), code[:first] + spoiled + code[first + 1 :]):
        if wrong != code:
            with pytest.raises(ValueError, match=r"does not fit|after COI"):
                parse_chain_of_identity(wrong)
