"""What an installation sets from outside: environment variables that begin with PASSAGE_."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

VERSION = "0.2.0"


class Settings(BaseSettings):
    """The settings of one installation; each has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="PASSAGE_", env_file=".env", extra="ignore")

    folder: Path = Field(Path("var"), description="Where the database, files and keys live")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the folder")
    public_url: str = Field("http://localhost:8000", description="How browsers reach the site")
    key_file: Path | None = Field(None, description="PKCS#12 sealing key; empty: the site's own")
    key_passphrase: SecretStr = Field(SecretStr(""), description="Opens the sealing key")
    timestamp_url: str = Field("", description="RFC 3161 time-stamp authority; empty: none")
    idle_minutes: int = Field(15, ge=1, le=60, description="A session locks after this long")
    session_hours: int = Field(12, ge=1, le=24, description="A session ends after this long")
    password_memory_kib: int = Field(65536, ge=8192, description="Memory of one argon2id hash")
    password_passes: int = Field(3, ge=1, description="Passes of one argon2id hash")
    upload_mib: int = Field(25, ge=1, le=200, description="The largest file that is accepted")

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.folder / 'passage.db').resolve()}"

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us over https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
