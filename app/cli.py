"""The command line `passage`.

A command loads what it needs and nothing else: `verify` starts without a database, without the
settings of a site and without the web server, on any machine that holds a file to be proven.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from socket import socket

    from app.db import Database
    from app.errors import RecordError

DONE, AGAINST, CANNOT, UNKNOWN = 0, 1, 2, 3
EXIT = """

Exit code 0: done, or it holds. 1: refused, or something does not hold. 2: it could not be
tried: a file, a folder, a port or a word on the command line. 3: what is checked is not known.
"""

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
    help=f"The batch record of a living medicine.{EXIT}",
)
audit = typer.Typer(no_args_is_help=True, help="The trail: what was done, by whom, and why.")
masters = typer.Typer(no_args_is_help=True, help="Products, specifications, master batch records.")
main.add_typer(audit, name="audit")
main.add_typer(masters, name="masters")

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every one.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)]
THIS_MACHINE = "127.0.0.1"


def stop(says: str, code: int = CANNOT) -> NoReturn:
    """End with words for a person, not with a trace."""
    typer.echo(says, err=True)
    raise typer.Exit(code)


@contextmanager
def in_words() -> Iterator[None]:
    """What was refused ends the command with what would be right."""
    from app.errors import RecordError

    try:
        yield
    except RecordError as no:
        stop(f"{no.title}. {no.says}", AGAINST)


def open_database() -> "Database":
    """The database of this installation, upgraded to this version."""
    from sqlalchemy.exc import OperationalError

    from app.db import Database
    from app.migrate import upgrade
    from app.settings import settings

    try:
        settings().folder.mkdir(parents=True, exist_ok=True)
        upgrade(settings().url)
    except OSError as wrong:
        stop(f"The folder {settings().folder} cannot be made: {wrong.strerror}.")
    except OperationalError as wrong:
        stop(f"The database cannot be opened: {wrong.orig}")
    return Database(settings().url)


def socket_for(host: str, port: int) -> "socket":
    """A socket that listens, before anything long is begun for it."""
    from app.web.listening import listen, why_not

    try:
        return listen(host, port)
    except OSError as wrong:
        stop(why_not(wrong, host, port))


def serve_on(listening: "socket") -> None:
    """Serve until somebody presses Ctrl-C, or the machine says stop."""
    import uvicorn

    from app.main import create_app
    from app.web.listening import settle

    config = uvicorn.Config(
        create_app(open_database()),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    settle()
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    raise typer.Exit(DONE if server.started else CANNOT)


@main.command()
def demo(host: Host = THIS_MACHINE, port: Port = 8000) -> None:
    """Serve a demo site, filled once with ten weeks of work; the next start keeps all of it."""
    from app.demo.site import demo_site, poster
    from app.settings import settings
    from app.web.listening import address

    if settings().database_url:
        stop("The demo keeps its data in a file: start it without PASSAGE_DATABASE_URL.")
    listening = socket_for(host, port)
    with in_words():
        record = demo_site(settings().folder, os.environ)
    typer.echo(poster(address(listening), settings().folder, record))
    serve_on(listening)


@main.command()
def serve(host: Host = THIS_MACHINE, port: Port = 8000) -> None:
    """Serve this site; an empty one asks for its administrator first."""
    from app.web.listening import address

    listening = socket_for(host, port)
    typer.echo(f"Passage serves on {address(listening)}. Ctrl-C stops it.")
    serve_on(listening)


@main.command()
def migrate() -> None:
    """Upgrade the database to this version; safe to repeat."""
    open_database().close()
    typer.echo("The database is up to date.")


@main.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A sealed record, as PDF.")],
    trust: Annotated[
        Path | None,
        typer.Option(
            help="PEM with the certificate of the authority you trust; without it the report "
            "says whose seal it is, and you compare the fingerprint."
        ),
    ] = None,
) -> None:
    """Say line by line what a sealed record proves.

    It needs no database: everything is in the file.

    Exit code 0: all of it holds. 1: something does not hold. 2: there is no such file.
    3: nothing speaks against it, but something is unknown, for example whose seal it is.
    """
    sealed, authority = _content(file), _content(trust) if trust else b""

    from app.record.proving import prove
    from schemas.proof import Holds

    with in_words():
        report = prove(sealed, authority)
    for line in report.lines:
        typer.echo(f"{line.holds.value:>14}  {line.checked}: {line.says}")
    typer.echo(f"\n{file.name}, SHA-256 {report.file_digest}")
    verdict = {
        Holds.YES: "All of it holds.",
        Holds.NO: "It does not hold. Do not rely on this file.",
        Holds.UNKNOWN: "Nothing speaks against it; what is unknown stands above.",
    }
    typer.echo(verdict[report.holds])
    raise typer.Exit({Holds.YES: DONE, Holds.NO: AGAINST, Holds.UNKNOWN: UNKNOWN}[report.holds])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        stop(f"{path} cannot be read: {wrong.strerror}.")


@masters.command("import")
def import_masters(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON documents, in any order.")],
    by: Annotated[str, typer.Option(help="User name of the author, who is asked the password.")],
    change: Annotated[str, typer.Option(help="What is new in this version, and why.")],
) -> None:
    """Import masters as drafts, all of them or none; somebody else approves them on screen.

    Exit code 0: imported, or here already. 1: refused, with file and line. 2: cannot be read.
    """
    from app.errors import RecordError

    for path in files:
        _content(path)
    password = typer.prompt(f"Password of {by}", hide_input=True)
    with in_words(), closing(open_database()) as database:
        try:
            said = _imported(database, files, change=change, username=by, password=password)
        except RecordError as no:
            _keep_attempt(database, by, no)
            raise
    for line in said:
        typer.echo(line)


def _imported(
    database: "Database", files: list[Path], *, change: str, username: str, password: str
) -> tuple[str, ...]:
    """One line of words for each file that was imported, by a person who was asked to prove it."""
    from app.masters.actions import import_files
    from app.people import actions as people
    from app.people.credentials import confirm
    from app.people.sessions import actor_of
    from app.web.clock import wall_clock

    at = wall_clock()
    with database.writing() as session:
        account = people.account_named(session, username)
        author = actor_of(session, account).doing("master.import")
        confirm(session, author, password, at=at)
        return import_files(session, files, change=change, by=author, at=at)


def _keep_attempt(database: "Database", username: str, no: "RecordError") -> None:
    """A refused attempt stays in the trail, and a wrong password counts, as on screen."""
    from app.errors import SignatureFailed
    from app.people import actions as people
    from app.people.credentials import count_failure
    from app.trail import audit as trail
    from app.web.clock import wall_clock

    if not no.kept:
        return
    at = wall_clock()
    with database.writing() as session:
        if isinstance(no, SignatureFailed):
            count_failure(people.account_named(session, username), at=at)
        details = {"method": "command line", "status": no.status, "username": username}
        trail.record(
            session, by=None, at=at, did="refused", about="masters", why=no.says, details=details
        )


@audit.command("verify")
def audit_verify() -> None:
    """Compare the trail, every row, file and trigger with what was recorded; 1 if any differs."""
    import app.tables  # noqa: F401 - every table must be known before it is compared
    from app.record.against_trail import JOBS
    from app.trail import attachments, checkpoint
    from app.trail.verify import keep_report
    from app.trail.verify import verify as compare
    from app.web.clock import wall_clock

    with _trail_as_it_is() as database:
        report = compare(
            database,
            files=attachments.folder(),
            head_file=checkpoint.head_file(),
            at=wall_clock(),
            found=lambda fault: typer.echo(f"FOUND {fault.where}: {fault.says}"),
            further=(JOBS,),
        )
    keep_report(report)
    for each in report.sections:
        state = "ok   " if not each.faults else "FOUND"
        typer.echo(f"{state} {each.looked_at:>9} {each.name}")
    typer.echo(f"The trail ends at entry {report.head.seq}, link {report.head.link}.")
    raise typer.Exit(AGAINST if report.faults else DONE)


@contextmanager
def _trail_as_it_is() -> "Iterator[Database]":
    """The database of this installation to look into, not upgraded and not made."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import DatabaseError

    from app.db import Database
    from app.settings import settings

    database = Database(settings().url)
    path = database.engine.url.database
    try:
        # looking into a SQLite file that is not there would make an empty one
        absent = database.is_sqlite and not (path and Path(path).exists())
        if absent or not inspect(database.engine).has_table("audit_entry"):
            stop(f"There is no trail in {database.engine.url.render_as_string()}.")
        yield database
    except DatabaseError as wrong:
        stop(f"The database cannot be read: {wrong.orig}. Is there a backup that can?")
    finally:
        database.close()


if __name__ == "__main__":
    main(prog_name="passage")
