"""Issues and pull requests as GitHub Archive tells of them, in the payload of the day on which it happens."""

from dataclasses import dataclass
from typing import Any

from raw_lake import Archive, at

NEW_PAYLOADS = at("2025-10-07 00:00")


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """An issue or pull request; what is done to it is added to `archive`, and returns the event's id."""

    archive: Archive
    repo: int
    number: int
    opened_at: str
    opened_by: int
    is_pull_request: bool = False

    def act(self, when: str, action: str, actor: int, **fields: Any) -> str:
        """Open, close, reopen, or (a pull request) merge."""
        if not self.is_pull_request:
            return self.archive.add("IssuesEvent", when, actor, self.repo, action=action, **self._issue(), **fields)
        if at(when) >= NEW_PAYLOADS:
            return self._on_pull_request("PullRequestEvent", when, actor, action=action, **fields)
        fields["is_merged"] = action == "merged"
        action = "closed" if action == "merged" else action
        return self._on_pull_request("PullRequestEvent", when, actor, action=action, **fields)

    def comment(self, when: str, actor: int, **fields: Any) -> str:
        """A comment in the conversation."""
        return self.archive.add(
            "IssueCommentEvent", when, actor, self.repo, action="created", **self._issue(), **fields
        )

    def review(self, when: str, actor: int, **fields: Any) -> str:
        """A review of a pull request."""
        return self._on_pull_request("PullRequestReviewEvent", when, actor, action="created", **fields)

    def remark(self, when: str, actor: int, **fields: Any) -> str:
        """A comment on lines of a pull request."""
        return self._on_pull_request("PullRequestReviewCommentEvent", when, actor, action="created", **fields)

    def _issue(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "issue_id": self.repo * 1000 + self.number,
            "issue_created_at": at(self.opened_at),
            "issue_user_id": self.opened_by,
            "is_pull_request_issue": self.is_pull_request,
        }

    def _on_pull_request(self, kind: str, when: str, actor: int, **fields: Any) -> str:
        told = {"pull_request_created_at": at(self.opened_at), "pull_request_user_id": self.opened_by}
        if at(when) >= NEW_PAYLOADS:
            told = {}
        return self.archive.add(
            kind,
            when,
            actor,
            self.repo,
            number=self.number,
            pull_request_id=self.repo * 1000 + self.number,
            **told,
            **fields,
        )
