"""Trino's state over HTTP. Not by SQL: while no worker is there every query waits, also one that asks for the state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from oso_dagster.cluster.demand import TrinoState

WAITING = "WAITING_FOR_RESOURCES"
QUEUED = frozenset({"QUEUED", "DISPATCHING"})
RUNNING = frozenset({"PLANNING", "STARTING", "RUNNING", "FINISHING"})
# the newer name counts workers, the older all nodes with the coordinator
WORKERS_METRIC = "trino_node_name_CoordinatorNodeManager_ActiveWorkerCount"
NODES_METRIC = "trino_metadata_name_DiscoveryNodeManager_ActiveNodeCount"
# who asked, in a query's client tags: the reaper ends what belongs to a lease that expired
OWNER_TAG = "oso-lease="


class TrinoAnswerError(RuntimeError):
    """The coordinator answered, but not with its state."""


@dataclass(frozen=True, kw_only=True)
class TrinoQuery:
    """A query that is not over, and the owner of the lease it runs under, if it says so."""

    query_id: str
    state: str
    owner: str | None


class TrinoHttp:
    """A coordinator's HTTP interface, as one user; `password` asks for TLS and basic authentication."""

    def __init__(self, url: str, *, user: str, password: str | None = None, timeout_seconds: float = 5.0) -> None:
        if password is not None and not url.startswith("https://"):
            raise ValueError(f"a password goes over https only, not to {url}")
        self._client = httpx.Client(
            base_url=url,
            headers={"X-Trino-User": user},
            auth=(user, password) if password is not None else None,
            timeout=timeout_seconds,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> "TrinoHttp":
        """The same, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def state(self) -> TrinoState | None:
        """What it does now; None where no coordinator answers or it still starts.

        Raises TrinoAnswerError for a coordinator that refuses the user or speaks otherwise.
        """
        try:
            info = self._get("/v1/info")
            if info.json().get("starting"):
                return None
            queries = self.queries()
            active = active_workers(self._get("/metrics").text)
        except httpx.TransportError:
            return None
        states = [query.state for query in queries]
        return TrinoState(
            active_workers=active,
            running_queries=sum(state in RUNNING for state in states),
            queued_queries=sum(state in QUEUED for state in states),
            waiting_queries=sum(state == WAITING for state in states),
        )

    def queries(self) -> list[TrinoQuery]:
        """The queries that are not over."""
        return [_query(one) for one in self._get("/v1/query").json() if one["state"] in {WAITING, *QUEUED, *RUNNING}]

    def end_query(self, query_id: str) -> None:
        """Cancel a query; one that is over meanwhile is fine."""
        answer = self._client.delete(f"/v1/query/{query_id}")
        if answer.status_code not in {httpx.codes.OK, httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            raise TrinoAnswerError(f"query {query_id} could not be ended: HTTP {answer.status_code}")

    def _get(self, path: str) -> httpx.Response:
        answer = self._client.get(path)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise httpx.ConnectError(f"{path}: not available yet")
        if answer.status_code != httpx.codes.OK:
            raise TrinoAnswerError(
                f"{self._client.base_url}{path} answered HTTP {answer.status_code}: may this user see the state?"
            )
        return answer


def active_workers(metrics: str) -> int:
    """Workers that the coordinator counts as active, from its metrics page; raises TrinoAnswerError without either."""
    values = {name: int(float(value)) for name, value in _samples(metrics.splitlines())}
    if WORKERS_METRIC in values:
        return values[WORKERS_METRIC]
    if NODES_METRIC in values:
        return max(0, values[NODES_METRIC] - 1)
    raise TrinoAnswerError(f"/metrics has neither {WORKERS_METRIC} nor {NODES_METRIC}")


def _samples(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(" ")
        if name in {WORKERS_METRIC, NODES_METRIC}:
            yield name, value.split(" ")[0]


def _query(answer: Mapping[str, Any]) -> TrinoQuery:
    tags = answer.get("session", {}).get("clientTags", ())
    owners = [tag.removeprefix(OWNER_TAG) for tag in tags if tag.startswith(OWNER_TAG)]
    return TrinoQuery(query_id=answer["queryId"], state=answer["state"], owner=owners[0] if owners else None)
