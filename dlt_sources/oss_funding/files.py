"""Where the files of grants are: one at an http(s) URL or a path, or all `*.csv` below a folder."""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from dlt_sources.git import scrub

MAX_FILE_BYTES = 64 * 2**20
TIMEOUT_SECONDS = 60.0
ATTEMPTS = 5
PAUSE_SECONDS = 1.0
TOO_MANY_REQUESTS = 429
REMEDY = "set OSO_FUNDING_URL to a CSV file, a folder of CSV files or an http(s) URL of one, or to nothing"


class FundingError(RuntimeError):
    """Files of grants that are not there, or are none; nothing was landed."""


@dataclass(frozen=True, kw_only=True)
class FundingFile:
    """A file as it is now."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of its content."""
        return hashlib.sha256(self.content).hexdigest()


def read_files(url: str) -> list[FundingFile]:
    """The files at `url`, by name; none for an empty `url`. Raises FundingError."""
    if not url:
        return []
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        name = PurePosixPath(unquote(parts.path)).name or parts.netloc
        return [FundingFile(name=name, content=_download(url))]
    path = Path(unquote(parts.path) if parts.scheme == "file" else url).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob("*.csv") if file.is_file())
        if not found:
            raise FundingError(f"no *.csv in or below {path}: {REMEDY}")
        return [_read(file, file.relative_to(path).as_posix()) for file in found]
    if not path.is_file():
        raise FundingError(f"no file or folder {path}: {REMEDY}")
    return [_read(path, path.name)]


def _read(path: Path, name: str) -> FundingFile:
    try:
        _check_size(path.stat().st_size, str(path))
        return FundingFile(name=name, content=path.read_bytes())
    except OSError as error:
        raise FundingError(f"{path} cannot be read: {error.strerror or error}") from error


def _download(url: str) -> bytes:
    retrying = Retrying(
        retry=retry_if_exception(_is_transient),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=PAUSE_SECONDS, max=30 * PAUSE_SECONDS),
        reraise=True,
    )
    try:
        return retrying(_get, url)
    except httpx.HTTPStatusError as error:
        raise FundingError(f"{scrub(url)} answers HTTP {error.response.status_code}: {REMEDY}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FundingError(f"{scrub(url)} cannot be read: {scrub(str(error))}: {REMEDY}") from None


def _get(url: str) -> bytes:
    content = bytearray()
    with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, follow_redirects=True) as response:
        response.raise_for_status()
        for chunk in response.iter_bytes():
            content += chunk
            _check_size(len(content), scrub(url))
    return bytes(content)


def _check_size(size: int, where: str) -> None:
    if size > MAX_FILE_BYTES:
        raise FundingError(
            f"{where} is larger than {MAX_FILE_BYTES // 2**20} MiB, which no file of grants is: {REMEDY}"
        )


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        code = error.response.status_code
        return code == TOO_MANY_REQUESTS or code >= httpx.codes.INTERNAL_SERVER_ERROR
    return isinstance(error, httpx.TransportError)
