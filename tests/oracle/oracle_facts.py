"""From truth to facts: which events count, who wrote which commit, who is a bot, which repository a name means."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from oracle_tickets import TicketEvent
from oracle_truth import Commit, Event, Truth, day_of

from oso_lake import ids

HOUR = 3600
DAY = 24 * HOUR
GITHUB = "GITHUB"
COUNTED_KINDS = frozenset(
    {
        "STARRED",
        "FORKED",
        "ISSUE_OPENED",
        "ISSUE_CLOSED",
        "ISSUE_REOPENED",
        "ISSUE_COMMENT",
        "PULL_REQUEST_OPENED",
        "PULL_REQUEST_REOPENED",
        "PULL_REQUEST_MERGED",
        "PULL_REQUEST_CLOSED",
        "PULL_REQUEST_REVIEW",
        "PULL_REQUEST_REVIEW_COMMENT",
        "RELEASE_PUBLISHED",
    }
)
KNOWN_BOTS = frozenset({"dependabot", "renovate-bot", "greenkeeper", "codecov-io", "web-flow", "mergify-bot"})
_NOREPLY = re.compile(r"(\d+)\+[^@]+@users\.noreply\.github\.com", re.IGNORECASE)


class Fact(NamedTuple):
    """Something counted: `source` did or has `kind` on `day`, from one artifact to another."""

    day: date
    source: str
    kind: str
    from_id: str
    to_id: str
    amount: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Names:
    """Which repository a name means: the one that bore it last; and the last name of each repository."""

    bearer: dict[str, int] = field(default_factory=dict)
    latest: dict[int, str] = field(default_factory=dict)

    def artifact(self, name: str) -> str:
        """The artifact of owner/name: by id when an event ever bore the name, else by the name."""
        if name in self.bearer:
            return ids.repository_id(self.bearer[name])
        owner, _, rest = name.partition("/")
        return ids.repository_name_id(owner, rest)

    def of_owner(self, owner: str) -> set[int]:
        """Repositories whose last name is one of `owner`."""
        return {repo_id for repo_id, name in self.latest.items() if name.split("/")[0] == owner}


def names_of(events: Iterable[Event]) -> Names:
    """Names as the landed events bear them; the later event wins, then the larger id."""
    bearer: dict[str, tuple[int, int]] = {}
    latest: dict[int, tuple[int, str]] = {}
    for event in events:
        name = event.repo_name.lower()
        bearer[name] = max(bearer.get(name, (0, 0)), (event.created_at, event.repo_id))
        latest[event.repo_id] = max(latest.get(event.repo_id, (0, "")), (event.created_at, name))
    return Names(
        bearer={name: repo_id for name, (_, repo_id) in bearer.items()},
        latest={repo_id: name for repo_id, (_, name) in latest.items()},
    )


def counted(truth: Truth) -> list[Event]:
    """Events of the world's days that arrived in time, each (type, id) once: its first line."""
    first: dict[tuple[str, str], Event] = {}
    for event in truth.events:
        midnight = event.created_at // DAY * DAY
        in_time = midnight - HOUR <= event.file_hour < midnight + DAY + 2 * HOUR
        if not in_time or not truth.begin <= day_of(event.created_at) < truth.end:
            continue
        key = (event.type, event.event_id)
        known = first.get(key)
        if known is None or (event.file_hour, event.line_number) < (known.file_hour, known.line_number):
            first[key] = event
    return list(first.values())


def crawled_histories(truth: Truth, names: Names) -> dict[int, list[Commit]]:
    """Commits by repository id: the histories of what the latest directory lists, by name or by owner."""
    wanted: set[str] = set()
    for member in truth.members:
        if member.kind == "repository":
            bearer = names.bearer.get(member.value)
            wanted.add(names.latest[bearer] if bearer is not None else member.value)
        elif member.kind == "owner":
            wanted |= {names.latest[repo_id] for repo_id in names.of_owner(member.value)}
    histories: dict[int, list[Commit]] = {}
    for commit in truth.commits:
        if commit.repository in wanted and commit.repository in names.bearer:
            histories.setdefault(names.bearer[commit.repository], []).append(commit)
    return histories


def authors_of(truth: Truth, histories: dict[int, list[Commit]]) -> dict[str, str]:
    """By e-mail in lower case: the account of a no-reply address, else who pushed its commits most, else itself."""
    emails = {
        repo_id: {commit.sha: commit.author_email.lower() for commit in commits}
        for repo_id, commits in histories.items()
    }
    shown: set[tuple[str, int, str, str]] = set()
    for event in truth.events:
        if event.type != "PushEvent":
            continue
        for sha in {event.push_head or "", *event.listed_shas}:
            email = emails.get(event.repo_id, {}).get(sha)
            if email is not None:
                shown.add((event.event_id, event.actor_id, sha, email))
    pushers: dict[str, Counter[int]] = {}
    for _, actor_id, _, email in shown:
        pushers.setdefault(email, Counter())[actor_id] += 1
    found = {}
    for email in {email for shas in emails.values() for email in shas.values()}:
        account = _NOREPLY.fullmatch(email)
        if account:
            found[email] = ids.user_id(int(account[1]))
        elif email in pushers:
            found[email] = ids.user_id(min(pushers[email].items(), key=lambda item: (-item[1], item[0]))[0])
        else:
            found[email] = ids.git_identity_id(email)
    return found


def bots_of(truth: Truth, histories: dict[int, list[Commit]], authors: dict[str, str]) -> set[str]:
    """Artifacts of accounts with a bot's login, and of authors known by e-mail only whose e-mail or name says [bot]."""
    bots = {
        ids.user_id(event.actor_id)
        for event in truth.events
        if event.actor_login.endswith("[bot]") or event.actor_login in KNOWN_BOTS
    }
    for commits in histories.values():
        for commit in commits:
            identity = ids.git_identity_id(commit.author_email)
            says_bot = "[bot]" in commit.author_email or "[bot]" in commit.author_name
            if says_bot and authors[commit.author_email.lower()] == identity:
                bots.add(identity)
    return bots


def github_facts(truth: Truth) -> tuple[list[Fact], set[str]]:
    """All facts of GitHub within the world's days, and the artifacts that are bots."""
    names = names_of(truth.events)
    histories = crawled_histories(truth, names)
    events = counted(truth)
    facts = [
        Fact(
            day_of(event.created_at),
            GITHUB,
            event.kind,
            ids.user_id(event.actor_id),
            ids.repository_id(event.repo_id),
        )
        for event in events
        if event.kind in COUNTED_KINDS
    ]
    authors = authors_of(truth, histories)
    facts += _commit_facts(truth, histories, authors, events)
    return facts, bots_of(truth, histories, authors)


def ticket_events(truth: Truth) -> list[TicketEvent]:
    """The counted events about issues and pull requests."""
    return [
        TicketEvent(
            at=event.created_at,
            kind=event.kind,
            actor=ids.user_id(event.actor_id),
            repository=ids.repository_id(event.repo_id),
            number=event.number,
            is_pull_request=event.is_pull_request,
            opened_at=event.opened_at,
            opened_by=None if event.opened_by is None else ids.user_id(event.opened_by),
        )
        for event in counted(truth)
        if event.number is not None and event.kind in COUNTED_KINDS
    ]


def _commit_facts(
    truth: Truth, histories: dict[int, list[Commit]], authors: dict[str, str], events: list[Event]
) -> list[Fact]:
    """One fact a repository and sha: as the git history has it, else as the earliest push that lists it."""
    found: dict[tuple[int, str], tuple[date, str]] = {}
    for repo_id, commits in histories.items():
        for commit in commits:
            found[repo_id, commit.sha] = (day_of(commit.committed_at), authors[commit.author_email.lower()])
    pushes = [event for event in events if event.type == "PushEvent"]
    for push in sorted(pushes, key=lambda event: (event.created_at, event.file_hour, event.line_number)):
        for sha in push.listed_shas:
            found.setdefault((push.repo_id, sha), (day_of(push.created_at), ids.user_id(push.actor_id)))
    return [
        Fact(day, GITHUB, "COMMIT_CODE", author, ids.repository_id(repo_id))
        for (repo_id, _), (day, author) in found.items()
        if truth.begin <= day < truth.end
    ]
