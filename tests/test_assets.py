"""What we ship of others is what they published: named, licensed, whole, and asking nobody else."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

VENDOR = Path(__file__).parent.parent / "app" / "static" / "vendor"
OURS = {"MANIFEST.json", "plex.css"}
LARGEST_BYTES = 1_500_000

PACKAGES: list[dict[str, Any]] = json.loads((VENDOR / "MANIFEST.json").read_text())["packages"]
FILES = [each for package in PACKAGES for each in (*package["files"], package["licence_text"])]
FONTS = sorted(VENDOR.rglob("*.woff2"))


def test_the_manifest_names_every_file_and_nothing_else() -> None:
    there = {str(each.relative_to(VENDOR)) for each in VENDOR.rglob("*") if each.is_file()}
    assert there - OURS == {each["path"] for each in FILES}


@pytest.mark.parametrize("listed", FILES, ids=lambda each: each["path"])
def test_a_file_is_the_one_that_was_looked_at(listed: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / listed["path"]).read_bytes()).hexdigest() == listed["sha256"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each["name"])
def test_a_package_has_a_version_a_licence_and_says_what_was_changed(
    package: dict[str, Any],
) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["licence"] in {"0BSD", "MIT", "OFL-1.1"}
    changed = any(each["sha256"] != each["from_sha256"] for each in package["files"])
    assert changed == (package["changes"] != "none")


def test_everything_together_stays_small() -> None:
    assert sum(each.stat().st_size for each in VENDOR.rglob("*") if each.is_file()) < LARGEST_BYTES


@pytest.mark.parametrize(
    "brand", ["gds transport", "crest", "crown", "govuk-logo", "govuk-header", "@font-face"]
)
def test_the_style_sheet_carries_no_brand_of_the_british_government(brand: str) -> None:
    assert brand not in (VENDOR / "govuk-frontend/govuk-frontend.min.css").read_text().lower()


@pytest.mark.parametrize("sheet", sorted(VENDOR.rglob("*.css")), ids=lambda each: each.name)
def test_a_style_sheet_loads_only_what_lies_beside_it(sheet: Path) -> None:
    wanted = re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text())
    assert [each for each in wanted if not (sheet.parent / each).is_file()] == []


def test_every_font_is_offered_to_screen_and_paper() -> None:
    offered = set(re.findall(r'url\("([^"]+)"\)', (VENDOR / "plex.css").read_text()))
    assert offered == {str(each.relative_to(VENDOR)) for each in FONTS}


@pytest.mark.parametrize("file", FONTS, ids=lambda each: each.stem)
def test_digits_of_a_font_have_one_width_and_the_signs_of_the_bench_are_there(file: Path) -> None:
    font = TTFont(file)
    glyphs = font.getBestCmap()
    widths = {font["hmtx"][glyphs[ord(each)]][0] for each in "0123456789"}
    assert len(widths) == 1
    assert [each for each in "≤≥×µ±–²⁶°→łąęřčőß" if ord(each) not in glyphs] == []


@pytest.mark.parametrize("file", FONTS, ids=lambda each: each.stem)
def test_a_font_may_be_embedded_in_a_record(file: Path) -> None:
    assert TTFont(file)["OS/2"].fsType == 0
