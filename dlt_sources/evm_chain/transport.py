"""HTTP transports that keep the RPC URL to themselves.

RPC URLs carry API keys in their path. httpx writes request URLs to its log and into its exceptions, so the client
talks to a placeholder URL and the transport here puts the real one in at the last moment.
"""

import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import SecretStr

from dlt_sources.evm_chain.recorded import RecordedTransport

PLACEHOLDER_URL = "https://rpc.invalid/"


class SecretUrlTransport(httpx.BaseTransport):
    """Sends each request to the secret URL instead of the placeholder the client knows."""

    def __init__(self, url: SecretStr, inner: httpx.BaseTransport) -> None:
        self._url = url
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` to the real URL; its headers but `Host` stay as they are."""
        url = httpx.URL(self._url.get_secret_value())
        others = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        headers = [(b"Host", url.netloc), *others]
        sent = httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)
        if url.username or url.password:
            sent = next(httpx.BasicAuth(url.username, url.password).auth_flow(sent))
        return self._inner.handle_request(sent)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def open_transport(url: SecretStr) -> httpx.BaseTransport:
    """A transport for an http(s) URL (through the environment's proxy) or for a recording behind `file://`.

    Raises ValueError, without the URL, for anything else.
    """
    parts = urlsplit(url.get_secret_value())
    if parts.scheme == "file":
        return RecordedTransport(Path(unquote(parts.path)))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("rpc_url must be an http://, https:// or file:// URL with a host or a path")
    proxy = None if urllib.request.proxy_bypass(parts.hostname) else urllib.request.getproxies().get(parts.scheme)
    return SecretUrlTransport(url, httpx.HTTPTransport(proxy=proxy, retries=0))


def secret_parts(url: SecretStr) -> tuple[str, ...]:
    """The texts of `url` that must not be printed, longest first: itself, its path, query, password, long segments."""
    text = url.get_secret_value()
    parts = urlsplit(text)
    if parts.scheme == "file":
        return ()
    found = {text, parts.netloc, parts.path, parts.query, parts.password or ""}
    found |= set(parts.path.split("/")) | {pair.partition("=")[2] for pair in parts.query.split("&")}
    return tuple(sorted((part for part in found if len(part) >= 8), key=len, reverse=True))
