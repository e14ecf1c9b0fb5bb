"""A lot's whole history, edited behind the application's back in every way: each edit is named."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ENGINES
from tests.postgres import create_database
from tests.trail.edits import ALONE, EDITS, Alone, intruder
from tests.trail.lived import Kept, Site, whole_history


@pytest.fixture(scope="module", params=ENGINES)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("whole_history")
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), folder / "passage.db")
        return whole_history(f"sqlite:///{folder / 'passage.db'}", folder)
    server = request.getfixturevalue("_postgres")
    template = request.getfixturevalue("_postgres_template")
    return whole_history(create_database(server, "whole_history", template=template), folder)


@pytest.fixture
def site(kept: Kept, tmp_path: Path) -> Iterator[Site]:
    with kept.copied(tmp_path / "site", f"attacked_{tmp_path.name}"[:60]) as copy:
        yield copy


def test_the_history_is_as_it_says(site: Site) -> None:
    assert site.verified() == []


def test_every_edit_of_a_row_is_named_and_nothing_else(site: Site) -> None:
    wanted: dict[tuple[str, str], str] = {}
    with intruder(site.database) as raw:
        for edit in EDITS:
            wanted |= dict.fromkeys(edit.made(raw), edit.what)
    found = site.verified()
    for (where, says), what in wanted.items():
        assert any(each.where == where and says in each.says for each in found), what
    assert {each.where for each in found} == {where for where, _ in wanted}


@pytest.mark.parametrize("edit", ALONE, ids=lambda each: each.what)
def test_what_is_done_to_the_trail_and_around_it_is_named(site: Site, edit: Alone) -> None:
    wanted = edit.does(site)
    found = "\n".join(f"{each.where}: {each.says}" for each in site.verified())
    for name in wanted:
        assert name in found
    assert edit.says in found
