"""What lands from GitHub Archive: events of both payload eras in typed columns, a receipt per hour, a quarantine.

On 2025-10-07 GitHub removed `commits`, `size` and `distinct_size` from pushes and all but ids from pull requests, and
made a merge an action of its own; the columns stay and are null. See docs for what each era means.
"""

import pyarrow as pa

from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column

STRING = pa.string()
INT64 = pa.int64()
INT32 = pa.int32()
BOOL = pa.bool_()

COMMIT = pa.struct(
    [
        pa.field("sha", STRING),
        pa.field("author_email", STRING),
        pa.field("author_name", STRING),
        pa.field("is_distinct", BOOL),
    ]
)

_FILE_HOUR = column("file_hour", TIMESTAMP, "The archive's file that holds the line: an hour of arrival, not of event.")

EVENTS = TableContract(
    name="github_archive.events",
    description="Public GitHub events as they arrived, one row a line; duplicate ids are kept.",
    partition=(PartitionBy("file_hour", "day"),),
    identity=("file_hour", "line_number"),
    schema=pa.schema(
        [
            _FILE_HOUR,
            column("line_number", INT64, "Number of the line among the file's non-blank lines, from 1."),
            column("id", STRING, "GitHub's event id: not ordered, unique only together with type, and may come again."),
            column("type", STRING, "GitHub's event type, for example PushEvent."),
            column("created_at", TIMESTAMP, "When it happened."),
            column("actor_id", INT64, "Account that did it."),
            column("actor_login", STRING, "Its login at the time; ends with [bot] for apps."),
            column("repo_id", INT64, "Repository it happened in; stays when the repository is renamed."),
            column("repo_name", STRING, "owner/name of the repository at the time."),
            column(
                "org_id", INT64, "Organisation that owns the repository; null for users' repositories.", nullable=True
            ),
            column("org_login", STRING, "Its login.", nullable=True),
            column("action", STRING, "payload.action; null for types without one.", nullable=True),
            column("ref", STRING, "Git ref of a push, create or delete; null for a created repository.", nullable=True),
            column("ref_type", STRING, "branch, tag or repository, of create and delete.", nullable=True),
            column("number", INT64, "Number of the issue or pull request.", nullable=True),
            column("push_id", INT64, "Id of the push.", nullable=True),
            column(
                "push_size", INT32, "Commits in the push, beyond the 20 listed; null since 2025-10-07.", nullable=True
            ),
            column("push_head", STRING, "Sha after the push.", nullable=True),
            column("push_before", STRING, "Sha before the push.", nullable=True),
            column(
                "commits", pa.list_(COMMIT), "At most 20 commits of the push; null since 2025-10-07.", nullable=True
            ),
            column("pull_request_id", INT64, "Id of the pull request.", nullable=True),
            column("is_merged", BOOL, "pull_request.merged; null since 2025-10-07.", nullable=True),
            column("merged_at", TIMESTAMP, "When it was merged; null since 2025-10-07.", nullable=True),
            column("pull_request_user_id", INT64, "Who opened it; null since 2025-10-07.", nullable=True),
            column("pull_request_user_login", STRING, "Their login; null since 2025-10-07.", nullable=True),
            column("pull_request_created_at", TIMESTAMP, "When it was opened; null since 2025-10-07.", nullable=True),
            column("issue_id", INT64, "Id of the issue, or of the issue behind a pull request.", nullable=True),
            column("issue_created_at", TIMESTAMP, "When the issue was opened.", nullable=True),
            column("issue_user_id", INT64, "Who opened the issue.", nullable=True),
            column(
                "is_pull_request_issue", BOOL, "Whether the issue is a pull request; null without one.", nullable=True
            ),
            column("comment_id", INT64, "Id of the comment.", nullable=True),
            column("review_id", INT64, "Id of the review.", nullable=True),
            column("review_state", STRING, "approved, commented, changes_requested or dismissed.", nullable=True),
            column("release_id", INT64, "Id of the release.", nullable=True),
            column("release_tag", STRING, "Its tag.", nullable=True),
            column("forkee_id", INT64, "Repository that the fork made.", nullable=True),
            column("forkee_name", STRING, "Its owner/name.", nullable=True),
        ]
    ),
)

QUARANTINE = TableContract(
    name="github_archive.quarantine",
    description="Lines that break the contract of events, with the reason.",
    identity=("file_hour", "line_number"),
    schema=pa.schema(
        [
            _FILE_HOUR,
            column("line_number", INT64, "Number of the line among the file's non-blank lines, from 1."),
            column("reason", STRING, "What is wrong, for example 'no repo.id'."),
            column("type", STRING, "Event type, where it could be read.", nullable=True),
            column("id", STRING, "Event id, where it could be read.", nullable=True),
            column("line", STRING, "The line, cut at 4,000 characters; bytes that are not UTF-8 are replaced."),
        ]
    ),
)

HOURS = TableContract(
    name="github_archive.hours",
    description="Receipts: what became of each hour that was looked at.",
    identity=("file_hour",),
    schema=pa.schema(
        [
            column("file_hour", TIMESTAMP, "The hour."),
            column(
                "status",
                STRING,
                "landed; empty (a file without events); missing (no file at the source); truncated or corrupt (nothing "
                "replaced, earlier rows stay).",
            ),
            column("rows", INT64, "Events landed."),
            column("quarantined", INT64, "Lines in quarantine."),
            column("compressed_bytes", INT64, "Size of the file."),
            column("source_version", STRING, "Size and time, or ETag, of the file; empty when missing."),
            column("load_id", STRING, "dlt's load that wrote this receipt."),
            column("landed_at", TIMESTAMP, "When."),
        ]
    ),
)

TABLES = (EVENTS, QUARANTINE, HOURS)

# payload fields without which an event of the type means nothing; both eras have them
REQUIRED_PAYLOAD = {
    "PushEvent": ("push_id", "push_head"),
    "PullRequestEvent": ("action", "pull_request_id", "number"),
    "PullRequestReviewEvent": ("action", "pull_request_id", "review_id"),
    "PullRequestReviewCommentEvent": ("action", "pull_request_id", "comment_id"),
    "IssuesEvent": ("action", "issue_id", "number"),
    "IssueCommentEvent": ("action", "issue_id", "comment_id"),
    "WatchEvent": ("action",),
    "ForkEvent": ("forkee_id",),
    "ReleaseEvent": ("action", "release_id"),
}
