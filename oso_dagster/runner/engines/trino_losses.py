"""Which of Trino's errors say that a machine was lost, and what becomes of queries that nobody waits for.

By the codes of `io.trino.spi.StandardErrorCode`, never by the words of a message.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import requests
from sqlglot import exp
from trino.exceptions import HttpError, TrinoConnectionError, TrinoQueryError

from oso_lake.settings import Settings

# internal errors (or ones of resources) that the same query would not meet on machines that live
LOSSES = frozenset(
    {
        "ABANDONED_TASK",
        "NO_NODES_AVAILABLE",
        "PAGE_TRANSPORT_ERROR",
        "PAGE_TRANSPORT_TIMEOUT",
        "REMOTE_BUFFER_CLOSE_FAILED",
        "REMOTE_HOST_GONE",
        "REMOTE_TASK_ERROR",
        "REMOTE_TASK_FAILED",
        "REMOTE_TASK_MISMATCH",
        "SERVER_SHUTTING_DOWN",
        "SERVER_STARTING_UP",
        "TOO_MANY_REQUESTS_FAILED",
    }
)
# a coordinator that was restarted knows no query of before; a proxy before one that is away says so
GONE = frozenset({404, 410, 502, 503, 504})
# of the client's exceptions for answers without a query's error: the status is in their text alone
_STATUS = re.compile(r"error (\d{3})\b")
OVER = ("FINISHED", "FAILED")
_SECONDS = 10.0


def is_loss(error: BaseException) -> bool:
    """Whether `error`, or what it was raised from, says that a worker or the coordinator was lost."""
    if isinstance(error, TrinoQueryError):
        return error.error_name in LOSSES
    if isinstance(error, HttpError):
        status = _STATUS.match(str(error))
        return status is not None and int(status[1]) in GONE
    if isinstance(error, (TrinoConnectionError, requests.ConnectionError, requests.Timeout)):
        return True
    return error.__cause__ is not None and is_loss(error.__cause__)


def settle(adapter: Any, query_id: str | None) -> None:
    """Make sure that the query is over, by a query of its own: that fails while the coordinator does not answer.

    What a client asks for no longer goes on for minutes, and would contend with what is written meanwhile.
    """
    queries = exp.table_("queries", db="runtime", catalog="system")
    is_it = exp.column("query_id").eq(exp.Literal.string(query_id or ""))
    is_under_way = exp.column("state").isin(*OVER).not_()
    if adapter.fetchone(exp.select("state").from_(queries).where(is_it, is_under_way)):
        _ask(adapter.connection, "DELETE", query_id).raise_for_status()


def end_abandoned(adapter: Any, is_ours: Callable[[str], bool], living: Callable[[], set[str]]) -> list[str]:
    """End the pipeline's queries whose run is dead, by the locks that they name; returns their ids.

    `living` gives the names of locks that are held; it is asked after the queries are listed, so that each query that
    begins meanwhile is one of a run that lives.
    """
    from sqlmesh_project.trino_connection import SOURCE

    queries = exp.table_("queries", db="runtime", catalog="system")
    under_way = exp.select("query_id", "query").from_(queries)
    under_way = under_way.where(
        exp.column("source").eq(exp.Literal.string(SOURCE)), exp.column("state").isin(*OVER).not_()
    )
    return _end(adapter.connection, adapter.fetchall(under_way), is_ours, living)


def end_abandoned_on(settings: Settings, is_ours: Callable[[str], bool], living: Callable[[], set[str]]) -> list[str]:
    """The same by HTTP, for who computes elsewhere: a query waits for a worker, and none may be there.

    A coordinator that cannot be reached is one that sleeps, and so has no queries.
    """
    from sqlmesh_project.trino_connection import LakeTrinoConnectionConfig

    adapter = LakeTrinoConnectionConfig.of(settings).create_engine_adapter()
    try:
        answer = _ask(adapter.connection, "GET", "")
    except requests.ConnectionError:
        return []
    finally:
        adapter.close()
    if answer.status_code in GONE:
        # it starts, or a proxy stands before one that sleeps
        return []
    answer.raise_for_status()
    queries = [(one["queryId"], one["query"]) for one in answer.json() if one["state"] not in OVER]
    return _end(adapter.connection, queries, is_ours, living)


def _end(
    connection: Any,
    queries: Iterable[Sequence[str]],
    is_ours: Callable[[str], bool],
    living: Callable[[], set[str]],
) -> list[str]:
    from sqlmesh_project.trino_connection import TICKET_MARK

    before, _, after = TICKET_MARK.partition("{}")
    said = [
        (query_id, text[: -len(after)].rpartition(before)[2])
        for query_id, text in queries
        if text.endswith(after) and before in text
    ]
    held = living() if said else set()
    ended = [query_id for query_id, name in said if is_ours(name) and name not in held]
    for query_id in ended:
        _ask(connection, "DELETE", query_id).raise_for_status()
    return ended


def _ask(connection: Any, method: str, query_id: str | None) -> requests.Response:
    """The coordinator's answer about one query, to the user whose query it is."""
    with requests.Session() as session:
        if connection.auth is not None:
            connection.auth.set_http_session(session)
        return session.request(
            method,
            f"{connection.http_scheme}://{connection.host}:{connection.port}/v1/query/{query_id}".rstrip("/"),
            params={"pruned": "true"},
            headers={"X-Trino-User": connection.user},
            timeout=_SECONDS,
        )
