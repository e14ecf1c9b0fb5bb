"""The command line `passage`."""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from sqlalchemy import inspect

from app.db import Database
from app.main import create_app
from app.migrate import upgrade
from app.settings import settings
from app.web.clock import wall_clock

main = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The batch record of a living medicine."
)
audit = typer.Typer(no_args_is_help=True, help="The trail: what was done, by whom, and why.")
main.add_typer(audit, name="audit")


def open_database() -> Database:
    """The database of this installation, upgraded to this version."""
    settings().folder.mkdir(parents=True, exist_ok=True)
    upgrade(settings().url)
    return Database(settings().url)


@main.command()
def migrate() -> None:
    """Upgrade the database to this version; safe to repeat."""
    open_database().close()
    typer.echo("The database is up to date.")


@main.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8000,
) -> None:
    """Upgrade the database and serve the application."""
    app = create_app(open_database())
    typer.echo(f"Passage serves on http://{'localhost' if host == '127.0.0.1' else host}:{port}")
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


def _has_trail(database: Database) -> bool:
    path = database.engine.url.database
    if database.is_sqlite and not (path and Path(path).exists()):
        return False  # looking into it would make an empty one
    return inspect(database.engine).has_table("audit_entry")


@audit.command("verify")
def audit_verify() -> None:
    """Compare the trail, every row, file and trigger with what was recorded; 1 if any differs."""
    import app.tables  # noqa: F401 - every table must be known before it is compared
    from app.trail import attachments, checkpoint
    from app.trail.verify import keep_report, verify

    database = Database(settings().url)
    if not _has_trail(database):
        typer.echo(f"There is no trail in {database.engine.url.render_as_string()}.", err=True)
        raise typer.Exit(2)
    report = verify(
        database,
        files=attachments.folder(),
        head_file=checkpoint.head_file(),
        at=wall_clock(),
        found=lambda fault: typer.echo(f"FOUND {fault.where}: {fault.says}"),
    )
    database.close()
    keep_report(report)
    for each in report.sections:
        state = "ok   " if not each.faults else "FOUND"
        typer.echo(f"{state} {each.looked_at:>9} {each.name}")
    typer.echo(f"The trail ends at entry {report.head.seq}, link {report.head.link}.")
    raise typer.Exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
