"""The house rules that a reader would otherwise have to check: direction, size, rules, locks."""

import ast
import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from app.rulebook import Rule

ROOT = Path(__file__).parent.parent
FUNCTION_MAX_LINES = 50
FILE_MAX_LINES = 300
OF_OTHERS = ROOT / "app" / "static" / "vendor"
WRITTEN_ONCE = ROOT / "migrations" / "versions"


def written_here(*folders: str, ending: str) -> list[Path]:
    """List the files of ours in these folders: nothing vendored, no past migration."""
    found = (each for folder in folders for each in (ROOT / folder).rglob(f"*.{ending}"))
    return sorted(
        each for each in found if not {OF_OTHERS, WRITTEN_ONCE}.intersection(each.parents)
    )


def short(path: Path) -> str:
    """Name a file as seen from the root of the project."""
    return str(path.relative_to(ROOT))


PYTHON = written_here("app", "schemas", "report_templates", "migrations", "bench", ending="py")
TEMPLATES = written_here("app", "report_templates", ending="html")
SHEETS_AND_SCRIPTS = [
    *written_here("app", "report_templates", ending="css"),
    *written_here("app", "report_templates", ending="js"),
]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = SETTINGS["tool"]["importlinter"]["contracts"]
TREES = {each: ast.parse(each.read_text(encoding="utf-8")) for each in PYTHON}


# Direction


@pytest.mark.parametrize("contract", [each["id"] for each in CONTRACTS])
def test_imports_go_one_way(
    contract: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(
        config_filename=str(ROOT / "pyproject.toml"),
        limit_to_contracts=(contract,),
        no_cache=True,
        no_logo=True,
    )
    assert not broken, capsys.readouterr().out


def test_nothing_is_called_helper_or_utility() -> None:
    vague = {"helper", "helpers", "util", "utils", "misc", "manager", "managers"}
    assert [short(each) for each in PYTHON if each.stem in vague or each.parent.name in vague] == []


# Size


def test_a_file_is_read_in_one_sitting() -> None:
    lengths = {
        short(each): len(each.read_text(encoding="utf-8").splitlines())
        for each in (*PYTHON, *TEMPLATES, *SHEETS_AND_SCRIPTS)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FILE_MAX_LINES} == {}


def test_a_function_fits_on_a_screen() -> None:
    lengths = {
        f"{short(file)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_MAX_LINES} == {}


# Transactions and pages


def test_an_action_never_commits() -> None:
    """The request does: all of it is saved, or none of it."""
    asked = [
        f"{short(file)}:{node.lineno}"
        for file, tree in TREES.items()
        if "actions" in file.relative_to(ROOT).with_suffix("").parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]
    assert asked == []


def test_rows_are_inserted_where_they_are_noted_and_nowhere_else() -> None:
    inserting = {
        short(file)
        for file in PYTHON
        if file.is_relative_to(ROOT / "app")
        for node in ast.walk(TREES[file])
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sqlalchemy")
        if any(each.name == "insert" for each in node.names)
    }
    assert inserting == {"app/trail/appending.py", "app/trail/audit.py"}


def test_what_a_rule_says_is_shown_with_the_times_of_the_site() -> None:
    said = re.compile(r"\{\{ *[\w.]*\bsays *\}\}")
    bare = {
        short(each): said.findall(each.read_text(encoding="utf-8"))
        for each in TEMPLATES
        if "report_templates" not in each.parts
    }
    assert {name: found for name, found in bare.items() if found} == {}


def test_a_template_never_calls_text_safe() -> None:
    bare = re.compile(r"\|\s*safe\b|autoescape\s+false")
    assert [short(each) for each in TEMPLATES if bare.search(each.read_text())] == []


# Rules


@dataclass(frozen=True)
class Written:
    """A rule as its source shows it: the module, the function's name, its number, its citation."""

    module: str
    name: str
    number: str
    cite: str
    words: str

    def __str__(self) -> str:
        """Name the rule in the list of tests."""
        return f"{self.number} {self.name}"


def rules_of(file: Path) -> Iterator[Written]:
    """Read the rules of one file without running it."""
    for node in ast.walk(TREES[file]):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "rule":
                told = {each.arg: ast.unparse(each.value) for each in mark.keywords}
                yield Written(
                    module=".".join(file.relative_to(ROOT).with_suffix("").parts),
                    name=node.name,
                    number=ast.literal_eval(mark.args[0]),
                    cite=told.get("cite", ""),
                    words=ast.get_docstring(node) or "",
                )


RULES = [each for file in PYTHON for each in rules_of(file)]
TESTS = "\n".join(
    each.read_text(encoding="utf-8")
    for each in written_here("tests", ending="py")
    if each != Path(__file__)
)


def test_a_number_is_given_once() -> None:
    counted = Counter(each.number for each in RULES)
    assert {number: times for number, times in counted.items() if times > 1} == {}


@pytest.mark.parametrize("written", RULES, ids=str)
def test_a_rule_is_numbered_cites_what_asks_for_it_and_says_itself_in_a_sentence(
    written: Written,
) -> None:
    assert re.fullmatch(r"[A-Z]{2,6}(-[A-Z]{2})?-\d{2,3}", written.number)
    assert re.search(r"\bR-[A-Z0-9]+-\d{2}", written.cite), "no requirement is cited"
    assert written.words.split("\n", 1)[0].endswith("."), "the docstring is no sentence"


@pytest.mark.parametrize("written", RULES, ids=str)
def test_a_rule_is_asked(written: Written) -> None:
    """It stands in RULES of its module, or of the package whose modules share it."""
    path = written.module.split(".")
    around = [importlib.import_module(".".join(path[:end])) for end in range(len(path), 1, -1)]
    kept = getattr(around[0], written.name)
    assert isinstance(kept, Rule)
    assert any(each is kept for module in around for each in getattr(module, "RULES", ()))


def test_every_rule_is_named_by_a_test() -> None:
    named = set(re.findall(r"\b[A-Z]{2,6}(?:-[A-Z]{2})?-\d{2,3}\b", TESTS))
    assert sorted({each.number for each in RULES} - named) == []


def test_a_rule_is_written_only_where_purity_is_checked() -> None:
    pure = next(each for each in CONTRACTS if each["id"] == "pure")["source_modules"]
    guarded = re.compile("|".join(rf"{each.replace('*', '[^.]+')}(\..+)?" for each in pure))
    assert sorted({each.module for each in RULES if not guarded.fullmatch(each.module)}) == []


# Locks


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_digests_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert re.findall(r"://|^-|--(?:index|extra|find|trusted)\S*", text, re.MULTILINE) == []
    named = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert [each for each in named if not re.match(r"[\w.\[\]-]+==\S+[^\n]* \\\n", each)] == []
    assert [each for each in named if "--hash=sha256:" not in each] == []


def test_the_locks_agree_and_hold_what_the_project_asks_for() -> None:
    run, develop = (
        dict(re.findall(r"^([\w.-]+)==([^\s\\]+)", (ROOT / each).read_text(), re.MULTILINE))
        for each in ("requirements.lock", "requirements-dev.lock")
    )
    assert run.items() <= develop.items()
    project = SETTINGS["project"]
    asked = (*project["dependencies"], *project["optional-dependencies"]["dev"])
    for each in asked:
        name, _, version = re.sub(r"\[.*\]", "", each).partition("==")
        kept = develop[re.sub(r"[._]", "-", name.lower())]
        assert version in {"", kept}, f"{name} is locked at {kept}"


# Words


def test_every_test_that_the_security_page_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 100
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path, _ in named}
    assert [
        f"{path}::{name}" for path, name in named if name and f"def {name}(" not in sources[path]
    ] == []
