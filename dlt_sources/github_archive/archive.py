"""Where the hour files are: a directory or an http(s) server, asked which version of an hour it has.

Reading a file's content is in spool.py.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

TIMEOUT_SECONDS = 60.0
ATTEMPTS = 5
PAUSE_SECONDS = 1.0
TOO_MANY_REQUESTS = 429
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)


class ArchiveError(RuntimeError):
    """An archive that cannot be read; says what to change."""


@dataclass(frozen=True, kw_only=True)
class FileVersion:
    """An hour's file as the source has it now: a tag that changes with its content, and its size in bytes."""

    tag: str
    size: int


class Archive(Protocol):
    """A place of hour files."""

    def probe(self, hour: datetime) -> FileVersion | None:
        """The version of an hour's file, or None when the source does not have it."""

    def local(self, hour: datetime) -> AbstractContextManager[Path | None]:
        """Lend the file as a local path, or None when it has gone since the probe."""


def file_name(hour: datetime) -> str:
    """`2015-01-01-1.json.gz`: the hour is not zero-padded."""
    return f"{hour:%Y-%m-%d}-{hour.hour}.json.gz"


def open_archive(url: str) -> Archive:
    """The archive at a directory, a file:// URL or an http(s) URL; raises ArchiveError for anything else."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return HttpArchive(url.rstrip("/"))
    directory = Path(unquote(parts.path)) if parts.scheme == "file" else Path(url).expanduser()
    if not directory.is_dir():
        raise ArchiveError(
            f"github_archive_url {url!r} is neither an http(s) URL nor a directory; set OSO_GITHUB_ARCHIVE_URL"
        )
    return DirectoryArchive(directory)


@dataclass(frozen=True)
class DirectoryArchive:
    """Hour files in one directory."""

    directory: Path

    def probe(self, hour: datetime) -> FileVersion | None:
        """Size and modification time."""
        try:
            stat = (self.directory / file_name(hour)).stat()
        except FileNotFoundError:
            return None
        return FileVersion(tag=f"{stat.st_size}-{stat.st_mtime_ns}", size=stat.st_size)

    def local(self, hour: datetime) -> AbstractContextManager[Path | None]:
        """The file itself."""
        path = self.directory / file_name(hour)
        return nullcontext(path if path.exists() else None)


@dataclass(frozen=True)
class HttpArchive:
    """Hour files below a URL; failures of the server or the network are retried with growing pauses."""

    url: str

    def probe(self, hour: datetime) -> FileVersion | None:
        """ETag, else date, and length, by HEAD."""
        for attempt in self._retrying():
            with attempt:
                response = httpx.head(self._url(hour), timeout=TIMEOUT_SECONDS, follow_redirects=True)
                if response.status_code == httpx.codes.NOT_FOUND:
                    return None
                response.raise_for_status()
        size = int(response.headers.get("content-length", 0))
        etag = response.headers.get("etag") or response.headers.get("last-modified") or ""
        return FileVersion(tag=f"{size}-{etag.strip()}", size=size)

    @contextmanager
    def local(self, hour: datetime) -> Generator[Path | None]:
        """The file, streamed to a temporary directory."""
        with TemporaryDirectory(prefix="oso-hour-") as folder:
            path = Path(folder) / file_name(hour)
            for attempt in self._retrying():
                with attempt:
                    found = self._download(hour, path)
            yield path if found else None

    def _download(self, hour: datetime, path: Path) -> bool:
        with httpx.stream("GET", self._url(hour), timeout=TIMEOUT_SECONDS, follow_redirects=True) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                return False
            response.raise_for_status()
            with path.open("wb") as file:
                # raw: the archive is gzip by itself, whatever Content-Encoding a server adds
                for chunk in response.iter_raw():
                    file.write(chunk)
        return True

    def _url(self, hour: datetime) -> str:
        return f"{self.url}/{file_name(hour)}"

    @staticmethod
    def _retrying() -> Retrying:
        return Retrying(
            retry=retry_if_exception(_is_transient),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=PAUSE_SECONDS, max=30 * PAUSE_SECONDS),
            reraise=True,
        )


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        code = error.response.status_code
        return code == TOO_MANY_REQUESTS or code >= httpx.codes.INTERNAL_SERVER_ERROR
    return isinstance(error, httpx.TransportError)
