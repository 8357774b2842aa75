"""What the tables of git histories hold. A window is one repository, replaced as a whole."""

import pyarrow as pa

from oso_lake.contracts import TIMESTAMP, TableContract, column

_REPOSITORY = column("repository", pa.string(), "The repository, `owner/name` in lower case.")
_LOAD_ID = column("load_id", pa.string(), "dlt load package that brought the row.")

COMMITS = TableContract(
    name="git_history.commits",
    description="Commits reachable from any branch of a repository, as of its last crawl.",
    identity=("repository", "sha"),
    schema=pa.schema(
        [
            _REPOSITORY,
            column("sha", pa.string(), "Object name of the commit, 40 (SHA-1) or 64 (SHA-256) hexadecimal digits."),
            column("author_name", pa.string(), "Who wrote it; may be empty. Broken bytes are U+FFFD."),
            column("author_email", pa.string(), "Author's e-mail as written; may be empty or hold no @."),
            column("authored_at", TIMESTAMP, "When it was written, by the author's clock."),
            column("committer_name", pa.string(), "Who committed it; may be empty."),
            column("committer_email", pa.string(), "Committer's e-mail as written; may be empty."),
            column("committed_at", TIMESTAMP, "When it was committed, by the committer's clock."),
            column("parents", pa.list_(pa.string()), "Object names of its parents, in order; empty for a root."),
            column("is_merge", pa.bool_(), "Whether it has two or more parents."),
            column("files", pa.int32(), "Files changed; null when not asked for, 0 for merges.", nullable=True),
            column("insertions", pa.int64(), "Lines added in text files; null when not asked for.", nullable=True),
            column("deletions", pa.int64(), "Lines removed in text files; null when not asked for.", nullable=True),
        ]
    ),
)

QUARANTINE = TableContract(
    name="git_history.quarantine",
    description="Commits that break the contract, with the reason.",
    identity=("repository", "sha"),
    schema=pa.schema(
        [
            _REPOSITORY,
            column("sha", pa.string(), "Object name of the commit."),
            column("reason", pa.string(), "What is wrong with it."),
            column("value", pa.string(), "The value at fault."),
        ]
    ),
)

FETCHES = TableContract(
    name="git_history.fetches",
    description="Receipts: what the last crawl found of each repository.",
    identity=("repository",),
    schema=pa.schema(
        [
            _REPOSITORY,
            column(
                "status",
                pa.string(),
                "`fetched` (read anew), `unchanged` (no branch moved), `missing` (not there, or not public) or "
                "`failed`. What was landed before stays in the last two.",
            ),
            column("head_digest", pa.string(), "Digest of the branches that were read; empty when none ever were."),
            column("commits", pa.int64(), "Commits of it in `git_history.commits`."),
            column("crawl_started_at", TIMESTAMP, "When the crawl began: what was pushed before is in."),
            column("fetched_at", TIMESTAMP, "When this repository was looked at."),
            column("error", pa.string(), "Why it failed, without credentials; null otherwise.", nullable=True),
            _LOAD_ID,
        ]
    ),
)

CRAWLS = TableContract(
    name="git_history.crawls",
    description="Crawls that came to their end: an interrupted one has left receipts of repositories, but no row here.",
    identity=("crawl_started_at",),
    schema=pa.schema(
        [
            column("crawl_started_at", TIMESTAMP, "When it began: what was pushed before, to what it reached, is in."),
            column("finished_at", TIMESTAMP, "When it ended."),
            column("repositories", pa.int64(), "Repositories it was asked for."),
            column("fetched", pa.int64(), "Of these, read anew."),
            column("unchanged", pa.int64(), "Of these, not moved since they were read."),
            column("missing", pa.int64(), "Of these, not there or not public."),
            column("failed", pa.int64(), "Of these, not reached."),
            _LOAD_ID,
        ]
    ),
)

TABLES = (COMMITS, QUARANTINE, FETCHES, CRAWLS)
