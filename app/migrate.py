"""Upgrading the database: the only code that runs Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

ROOT = Path(__file__).parent.parent


def configuration(url: str) -> Config:
    """Alembic's settings for the database at `url`."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to this version's tables. Data stays; repeating is safe."""
    config = configuration(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        known = MigrationContext.configure(connection).get_current_heads()
    engine.dispose()
    if set(known) != set(ScriptDirectory.from_config(config).get_heads()):
        command.upgrade(config, "head")
