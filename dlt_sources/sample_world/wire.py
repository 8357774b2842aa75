"""Payloads as GitHub's events carry them, in both eras; seen in real files of 2015, 2023, 2025 and 2026.

Until 2025-10-07 a push lists its commits and a pull request comes whole; since then a push has its head only, a pull
request five fields, and a merge is an action of its own.
"""

from dlt_sources.sample_world.cast import Owner, Repository
from dlt_sources.sample_world.config import ERA_SWITCH, iso
from dlt_sources.sample_world.happenings import Happening, Push, Ticket
from dlt_sources.sample_world.people import Person

API = "https://api.github.com"
NO_SHA = "0" * 40


def envelope(happening: Happening, event_id: int, payload: dict) -> dict:
    """The whole event."""
    at, repository = happening.at, happening.repository
    login = happening.actor.login(at)
    name = repository.full_name(at)
    event = {
        "id": str(event_id),
        "type": happening.type,
        "actor": {
            "id": happening.actor.id,
            "login": login,
            "display_login": login.removesuffix("[bot]"),
            "gravatar_id": "",
            "url": f"{API}/users/{login}",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{happening.actor.id}?",
        },
        "repo": {"id": repository.id, "name": name, "url": f"{API}/repos/{name}"},
        "payload": payload,
        "public": True,
        "created_at": iso(at),
    }
    if repository.owner.is_org:
        event["org"] = _organisation(repository.owner)
    return event


def payload_of(happening: Happening) -> dict:
    """The payload of its type and era."""
    payload = _PAYLOADS.get(happening.type)
    return payload(happening) if payload else dict(happening.details)


def is_new(at: int) -> bool:
    """Whether events of that second have the new payloads."""
    return at >= ERA_SWITCH


def tells_opening(happening: Happening) -> bool:
    """Whether the payload says when and by whom its issue or pull request was opened."""
    return happening.type in ("IssuesEvent", "IssueCommentEvent") or not is_new(happening.at)


def _organisation(owner: Owner) -> dict:
    return {
        "id": owner.id,
        "login": owner.login,
        "gravatar_id": "",
        "url": f"{API}/orgs/{owner.login}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{owner.id}?",
    }


def _user(person: Person, at: int) -> dict:
    login = person.login(at)
    return {
        "login": login,
        "id": person.id,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{person.id}?v=4",
        "gravatar_id": "",
        "url": f"{API}/users/{login}",
        "html_url": f"https://github.com/{login}",
        "type": "Bot" if person.is_bot else "User",
        "site_admin": False,
    }


def _push(happening: Happening) -> dict:
    push: Push = happening.details["push"]
    payload = {"repository_id": happening.repository.id, "push_id": happening.details["push_id"]}
    if not is_new(happening.at):
        payload["size"] = len(push.commits)
        payload["distinct_size"] = sum(commit.sha not in push.known for commit in push.commits)
    payload |= {"ref": push.ref, "head": push.head, "before": push.before}
    if not is_new(happening.at):
        url = f"{API}/repos/{happening.repository.full_name(happening.at)}/commits/"
        payload["commits"] = [
            {
                "sha": commit.sha,
                "author": {"email": commit.author.email, "name": commit.author.name},
                "message": commit.message,
                "distinct": commit.sha not in push.known,
                "url": url + commit.sha,
            }
            for commit in push.listed
        ]
    return payload


def _side(repository: Repository, name: str, ref: str, sha: str, fork_id: int = 0) -> dict:
    id_ = repository.id + fork_id
    return {"ref": ref, "sha": sha, "repo": {"id": id_, "url": f"{API}/repos/{name}", "name": name.split("/")[1]}}


def _pull_request(ticket: Ticket, happening: Happening) -> dict:
    at, repository = happening.at, ticket.repository
    name = repository.full_name(at)
    head_name = f"{ticket.author.login(at)}/{name.split('/')[1]}" if ticket.from_fork else name
    fork = 50_000_000 if ticket.from_fork else 0
    head = ticket.branch[-1].sha if ticket.branch else NO_SHA
    small = {
        "url": f"{API}/repos/{name}/pulls/{ticket.number}",
        "id": ticket.id,
        "number": ticket.number,
        "head": _side(repository, head_name, ticket.branch_name, head, fork),
        "base": _side(repository, name, "main", ticket.base.sha if ticket.base else NO_SHA),
    }
    if is_new(at):
        return small
    full = {
        "html_url": f"https://github.com/{name}/pull/{ticket.number}",
        "state": "open" if ticket.is_open else "closed",
        "locked": False,
        "title": ticket.title,
        "user": _user(ticket.author, at),
        "body": None if ticket.number % 3 else f"{ticket.title}.",
        "created_at": iso(ticket.created_at),
        "updated_at": iso(at),
        "closed_at": None if ticket.is_open else iso(at),
        "merged_at": None,
        "merge_commit_sha": None,
        "assignees": [],
        "requested_reviewers": [],
        "labels": [],
        "milestone": None,
        "draft": False,
        "author_association": "NONE" if ticket.from_fork else "MEMBER",
    }
    return small | full


def _on_pull_request(happening: Happening) -> dict:
    ticket = _ticket(happening)
    payload = {"action": happening.action, "number": ticket.number}
    pull_request = _pull_request(ticket, happening)
    merged = happening.kind == "PULL_REQUEST_MERGED"
    if is_new(happening.at):
        label = {"label": {"name": "bug"}, "labels": [{"name": "bug"}]} if happening.action == "labeled" else {}
        return payload | {"pull_request": pull_request} | label
    if merged:
        payload["action"] = "closed"
    pull_request |= {
        "merged": merged,
        "mergeable": None,
        "mergeable_state": "unknown",
        "merged_by": _user(happening.actor, happening.at) if merged else None,
        "merged_at": iso(happening.at) if merged else None,
        "comments": ticket.comments,
        "review_comments": 0,
        "commits": len(ticket.branch),
        "additions": 12,
        "deletions": 3,
        "changed_files": 1,
    }
    return payload | {"pull_request": pull_request}


def _issue(ticket: Ticket, happening: Happening) -> dict:
    at = happening.at
    name = ticket.repository.full_name(at)
    issue = {
        "url": f"{API}/repos/{name}/issues/{ticket.number}",
        "id": ticket.id,
        "number": ticket.number,
        "title": ticket.title,
        "user": _user(ticket.author, at),
        "labels": [],
        "state": "open" if ticket.is_open else "closed",
        "locked": False,
        "assignee": None,
        "comments": ticket.comments,
        "created_at": iso(ticket.created_at),
        "updated_at": iso(at),
        "closed_at": None if ticket.is_open else iso(at),
        "body": None if ticket.number % 4 == 0 else f"{ticket.title}?",
    }
    if ticket.is_pull_request:
        issue["draft"] = False
        issue["pull_request"] = {"url": f"{API}/repos/{name}/pulls/{ticket.number}"}
    return issue


def _on_issue(happening: Happening) -> dict:
    return {"action": happening.action, "issue": _issue(_ticket(happening), happening)}


def _comment(happening: Happening) -> dict:
    return {
        "id": happening.details["comment_id"],
        "user": _user(happening.actor, happening.at),
        "created_at": iso(happening.at),
        "updated_at": iso(happening.at),
        "body": "Thanks, this looks right.",
    }


def _on_issue_comment(happening: Happening) -> dict:
    return _on_issue(happening) | {"comment": _comment(happening)}


def _on_review(happening: Happening) -> dict:
    review = {
        "id": happening.details["review_id"],
        "user": _user(happening.actor, happening.at),
        "body": None,
        "state": happening.details["state"],
        "submitted_at": iso(happening.at),
    }
    ticket = _ticket(happening)
    return {"action": happening.action, "review": review, "pull_request": _pull_request(ticket, happening)}


def _on_review_comment(happening: Happening) -> dict:
    comment = _comment(happening) | {"path": "part-1.txt", "position": 3, "diff_hunk": "@@ -1,3 +1,4 @@"}
    pull_request = _pull_request(_ticket(happening), happening)
    return {"action": happening.action, "comment": comment, "pull_request": pull_request}


def _fork(happening: Happening) -> dict:
    login, name = happening.actor.login(happening.at), happening.repository.full_name(happening.at).split("/")[1]
    forkee = {
        "id": happening.details["forkee_id"],
        "name": name,
        "full_name": f"{login}/{name}",
        "private": False,
        "owner": _user(happening.actor, happening.at),
        "fork": True,
        "created_at": iso(happening.at),
        "pushed_at": iso(happening.at - 7200),
        "stargazers_count": 0,
        "public": True,
    }
    return ({"action": "forked"} if is_new(happening.at) else {}) | {"forkee": forkee}


def _release(happening: Happening) -> dict:
    tag = happening.details["tag"]
    release = {
        "id": happening.details["release_id"],
        "tag_name": tag,
        "target_commitish": "main",
        "name": tag,
        "draft": False,
        "prerelease": False,
        "author": _user(happening.actor, happening.at),
        "created_at": iso(happening.at - 60),
        "published_at": iso(happening.at),
        "assets": [],
        "body": None,
    }
    return {"action": happening.action, "release": release}


def _ticket(happening: Happening) -> Ticket:
    if happening.ticket is None:
        raise ValueError(f"a {happening.type} without its issue or pull request")
    return happening.ticket


_PAYLOADS = {
    "PushEvent": _push,
    "PullRequestEvent": _on_pull_request,
    "PullRequestReviewEvent": _on_review,
    "PullRequestReviewCommentEvent": _on_review_comment,
    "IssuesEvent": _on_issue,
    "IssueCommentEvent": _on_issue_comment,
    "ForkEvent": _fork,
    "ReleaseEvent": _release,
}
