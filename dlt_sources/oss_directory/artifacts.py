"""What an URL or an address of the directory stands for: pure functions from text to artifacts, or the reason why not.

People write one repository in many ways (`http://www.github.com/Owner/Repo.git/`, `.../tree/main`); here it gets one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from dlt_sources import github_names

# an address has one type: the first of its tags in this order, from what it does to what it is
TAGS = ("contract", "factory", "proxy", "bridge", "safe", "deployer", "creator", "eoa", "wallet")
ADDRESS_DIGITS = 40

_SCHEMES = ("http", "https", "git", "ssh", "git+https", "git+ssh")
_SCP_LIKE = re.compile(r"git@(?P<host>[\w.-]+):(?P<path>.+)")
# github.com/orgs/<owner>/repositories
_OWNER_PAGES = frozenset({"orgs", "users", "sponsors"})
_GITHUB_PAGES = frozenset(
    {"about", "apps", "collections", "explore", "features", "login", "marketplace", "notifications", "pricing"}
    | {"search", "settings", "topics", "trending"}
)
_NPM = re.compile(r"(?P<scope>@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*", re.ASCII)
_CRATE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_PYPI = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_GO = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9._~!-]+)+", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-f]*", re.ASCII)
_NETWORK = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)


class ArtifactError(ValueError):
    """An URL or an address that stands for no artifact; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A row of `oss_directory.artifacts_by_project`, but for project and version."""

    source: str
    type: str
    namespace: str
    name: str
    url: str


def github(url: str) -> Artifact:
    """The repository or owner that a GitHub URL leads to, deeper paths included; raises ArtifactError."""
    segments = _segments(url, ("github.com",))
    if segments and segments[0].lower() in _OWNER_PAGES:
        segments = segments[1:2]
    if not segments:
        raise ArtifactError("the URL names no owner")
    owner = segments[0].lower()
    if not github_names.is_owner(owner) or owner in _GITHUB_PAGES:
        raise ArtifactError(f"{segments[0]!r} is not a GitHub owner")
    if len(segments) == 1:
        return Artifact("GITHUB", "owner", owner, "", f"https://github.com/{owner}")
    name = segments[1].lower().removesuffix(".git")
    if not github_names.is_repository(f"{owner}/{name}"):
        raise ArtifactError(f"{segments[1]!r} is not a GitHub repository")
    return Artifact("GITHUB", "repository", owner, name, f"https://github.com/{owner}/{name}")


def npm(url: str) -> Artifact:
    """The npm package of an URL `https://www.npmjs.com/package/[@scope/]name`; raises ArtifactError."""
    rest = _after(_segments(url, ("npmjs.com", "npmjs.org")), "package")
    name = "/".join(rest[:2] if rest[0].startswith("@") else rest[:1])
    match = _NPM.fullmatch(name)
    if match is None:
        raise ArtifactError(f"{name!r} is not an npm package")
    scope = (match["scope"] or "").rstrip("/")
    return Artifact("NPM", "package", scope, name, f"https://www.npmjs.com/package/{name}")


def crate(url: str) -> Artifact:
    """The Rust crate of an URL `https://crates.io/crates/name`; raises ArtifactError."""
    name = _after(_segments(url, ("crates.io",)), "crates")[0]
    if not _CRATE.fullmatch(name):
        raise ArtifactError(f"{name!r} is not a crate")
    return Artifact("CRATES", "package", "", name, f"https://crates.io/crates/{name}")


def pypi(url: str) -> Artifact:
    """The Python package of `https://pypi.org/project/name`, normalised (PEP 503); raises ArtifactError."""
    name = _after(_segments(url, ("pypi.org", "pypi.python.org")), "project")[0]
    if not _PYPI.fullmatch(name):
        raise ArtifactError(f"{name!r} is not a Python package")
    name = re.sub(r"[-_.]+", "-", name).lower()
    return Artifact("PYPI", "package", "", name, f"https://pypi.org/project/{name}")


def go(url: str) -> Artifact:
    """The Go module of an URL: `https://pkg.go.dev/module`, or the module's own path; raises ArtifactError."""
    parts = _split(url)
    host = _host(parts)
    path = "/".join(_path_segments(parts)).partition("@")[0].removesuffix(".git")
    module = path if host == "pkg.go.dev" else f"{host}/{path}"
    if not _GO.fullmatch(module):
        raise ArtifactError(f"{module!r} is not a Go module")
    return Artifact("GO", "package", "", module, f"https://pkg.go.dev/{module}")


def addresses(address: str, networks: Sequence[str], tags: Sequence[str]) -> Iterator[Artifact]:
    """An artifact for each network of an EVM address; raises ArtifactError for a bad address, network or no tag."""
    cleaned = address.strip().lower()
    if not cleaned:
        raise ArtifactError("the address is empty")
    digits = cleaned.removeprefix("0x")
    if digits == cleaned or not _HEXADECIMAL.fullmatch(digits):
        raise ArtifactError("the address is not 0x and hexadecimal digits")
    if len(digits) != ADDRESS_DIGITS:
        raise ArtifactError(f"the address has {len(digits)} digits instead of {ADDRESS_DIGITS}")
    named = dict.fromkeys(network.strip().lower() for network in networks)
    if not named:
        raise ArtifactError("the address has no network")
    if bad := [network for network in named if not _NETWORK.fullmatch(network)]:
        raise ArtifactError(f"{bad[0]!r} is not the name of a network")
    known = [tag for tag in TAGS if tag in {tag.strip().lower() for tag in tags}]
    if not known:
        raise ArtifactError(f"the address has none of the tags {', '.join(TAGS)}")
    for network in named:
        yield Artifact("BLOCKCHAIN", known[0], network, cleaned, "")


def _split(url: str) -> SplitResult:
    text = url.strip()
    if not text:
        raise ArtifactError("the URL is empty")
    if not text.isprintable() or " " in text:
        raise ArtifactError("the URL holds blanks or control characters")
    if match := _SCP_LIKE.fullmatch(text):
        text = f"ssh://{match['host']}/{match['path']}"
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError as error:
        raise ArtifactError(f"the URL cannot be parsed: {error}") from None
    if parts.scheme.lower() not in _SCHEMES:
        raise ArtifactError(f"the URL has the scheme {parts.scheme!r}")
    return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")


def _path_segments(parts: SplitResult) -> list[str]:
    return [segment for segment in unquote(parts.path).split("/") if segment]


def _segments(url: str, hosts: tuple[str, ...]) -> list[str]:
    """Segments of the path of an URL on one of `hosts`."""
    parts = _split(url)
    if _host(parts) not in hosts:
        raise ArtifactError(f"the URL is on {_host(parts)!r}, not on {hosts[0]}")
    return _path_segments(parts)


def _after(segments: list[str], first: str) -> list[str]:
    """What follows the first segment, which must be `first`; never empty."""
    if len(segments) < 2 or segments[0] != first:
        raise ArtifactError(f"the URL is not of the form .../{first}/<name>")
    return segments[1:]
