"""The command line `passage`."""

from typing import Annotated

import typer
import uvicorn

from app.db import Database
from app.main import create_app
from app.migrate import upgrade
from app.settings import settings

main = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The batch record of a living medicine."
)


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


if __name__ == "__main__":
    main()
