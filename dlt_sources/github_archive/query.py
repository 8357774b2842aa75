"""The SQL that types event lines of both payload eras, and says of each line what is wrong with it.

Parameters: the file, its compression, and the longest line in bytes. A row comes out for each line, in order.
"""

from dlt_sources.github_archive.contract import REQUIRED_PAYLOAD

UNREADABLE = "unreadable"

_COLUMNS = {
    "id": "VARCHAR",
    "type": "VARCHAR",
    "created_at": "VARCHAR",
    "public": "BOOLEAN",
    "actor": "STRUCT(id BIGINT, login VARCHAR)",
    "repo": "STRUCT(id BIGINT, name VARCHAR)",
    "org": "STRUCT(id BIGINT, login VARCHAR)",
    # the shape before 2015
    "repository": "STRUCT(name VARCHAR, url VARCHAR)",
    "payload": """STRUCT(
        action VARCHAR, ref VARCHAR, ref_type VARCHAR, number BIGINT,
        push_id BIGINT, size INTEGER, head VARCHAR, "before" VARCHAR,
        commits STRUCT(sha VARCHAR, author STRUCT(email VARCHAR, name VARCHAR), "distinct" BOOLEAN)[],
        pull_request STRUCT(
            id BIGINT, number BIGINT, merged BOOLEAN, merged_at VARCHAR, created_at VARCHAR,
            "user" STRUCT(id BIGINT, login VARCHAR)),
        issue STRUCT(
            id BIGINT, number BIGINT, created_at VARCHAR, "user" STRUCT(id BIGINT), pull_request STRUCT(url VARCHAR)),
        comment STRUCT(id BIGINT), review STRUCT(id BIGINT, state VARCHAR),
        release STRUCT(id BIGINT, tag_name VARCHAR), forkee STRUCT(id BIGINT, full_name VARCHAR))""",
}

_TYPED = """
    select
        id, type, try_cast(created_at as timestamp) as created_at,
        actor.id as actor_id, actor.login as actor_login, repo.id as repo_id, repo.name as repo_name,
        org.id as org_id, org.login as org_login,
        payload.action as action, payload.ref as ref, payload.ref_type as ref_type,
        coalesce(payload.number, payload.issue.number, payload.pull_request.number) as number,
        payload.push_id as push_id, payload.size as push_size, payload.head as push_head,
        payload."before" as push_before,
        [{{'sha': c.sha, 'author_email': c.author.email, 'author_name': c.author.name, 'is_distinct': c."distinct"}}
            for c in payload.commits if c.sha is not null] as commits,
        payload.pull_request.id as pull_request_id, payload.pull_request.merged as is_merged,
        try_cast(payload.pull_request.merged_at as timestamp) as merged_at,
        payload.pull_request."user".id as pull_request_user_id,
        payload.pull_request."user".login as pull_request_user_login,
        try_cast(payload.pull_request.created_at as timestamp) as pull_request_created_at,
        payload.issue.id as issue_id, try_cast(payload.issue.created_at as timestamp) as issue_created_at,
        payload.issue."user".id as issue_user_id,
        case when payload.issue.id is not null then payload.issue.pull_request is not null end as is_pull_request_issue,
        payload.comment.id as comment_id, payload.review.id as review_id, payload.review.state as review_state,
        payload.release.id as release_id, payload.release.tag_name as release_tag,
        payload.forkee.id as forkee_id, payload.forkee.full_name as forkee_name,
        created_at as created_text, public, repository is not null and repo is null as is_old
    from read_json(?, format = 'newline_delimited', ignore_errors = true, compression = ?,
        maximum_object_size = ?, columns = {{{columns}}})
"""


def events_query() -> str:
    """The columns of the contract of events but file_hour and line_number, is_old, and fault: null for a sound line."""
    columns = ", ".join(f"{name}: '{dtype}'" for name, dtype in _COLUMNS.items())
    faults = [
        ("id is null and type is null and actor_id is null and repo_id is null and created_text is null", UNREADABLE),
        ("id is null or id = ''", "no id"),
        ("type is null or type = ''", "no type"),
        ("public is false", "not public"),
        ("repo_id is null", "no repo.id"),
        ("repo_name is null", "no repo.name"),
        ("actor_id is null", "no actor.id"),
        ("actor_login is null", "no actor.login"),
        ("created_text is null", "no created_at"),
        ("created_at is null", "created_at is not a time"),
    ]
    for event_type, names in REQUIRED_PAYLOAD.items():
        faults += [(f"type = '{event_type}' and {name} is null", f"{event_type} without {name}") for name in names]
    cases = " ".join(f"when {condition} then '{reason}'" for condition, reason in faults)
    # every part is a constant of this module; values are parameters
    return f"select *, case when is_old then 'before 2015' {cases} end as fault from ({_TYPED.format(columns=columns)})"  # noqa: S608
