"""GitHub events, commits, identities and bots: each rule of their meaning on a few rows in real Iceberg tables."""

from collections.abc import Iterator
from datetime import date

import pytest
from model_runs import ModelRun, planned_models, window
from raw_lake import Archive, commit, write_raw

from oso_lake import ids
from oso_lake.settings import Settings

SPAN = window("2025-10-05", "2025-10-10")
ALICE, BOB, DEPENDABOT, APP = 1, 2, 3, 4
REPO, RENAMED, TWIN = 10, 20, 30
ORPHAN_EMAIL = "Nobody@Example.org"


def archive() -> Archive:
    """Five days around the change of payloads on 2025-10-07."""
    events = Archive()
    _both_eras(events)
    _arrivals(events)
    _names(events)
    _pushes(events)
    return events


def _both_eras(events: Archive) -> None:
    for day, merge in (("2025-10-06", {"action": "closed", "is_merged": True}), ("2025-10-08", {"action": "merged"})):
        events.add("WatchEvent", f"{day} 09:00", ALICE, REPO, action="started")
        events.add("ForkEvent", f"{day} 09:01", ALICE, REPO, action="forked" if day == "2025-10-08" else None)
        events.add("PullRequestEvent", f"{day} 09:02", BOB, REPO, action="opened", number=1)
        events.add("PullRequestEvent", f"{day} 09:03", ALICE, REPO, number=1, **merge)
        events.add("PullRequestEvent", f"{day} 09:04", ALICE, REPO, action="labeled", number=1)
        events.add("PullRequestEvent", f"{day} 09:05", BOB, REPO, action="reopened", number=2)
        events.add("PullRequestReviewEvent", f"{day} 09:06", ALICE, REPO, action="created")
        events.add("PullRequestReviewEvent", f"{day} 09:07", ALICE, REPO, action="updated")
        events.add("PullRequestReviewCommentEvent", f"{day} 09:08", ALICE, REPO, action="created")
        events.add("IssuesEvent", f"{day} 09:09", BOB, REPO, action="opened")
        events.add("IssuesEvent", f"{day} 09:10", BOB, REPO, action="closed")
        events.add("IssuesEvent", f"{day} 09:11", BOB, REPO, action="reopened")
        events.add("IssueCommentEvent", f"{day} 09:12", BOB, REPO, action="created")
        events.add("IssueCommentEvent", f"{day} 09:13", BOB, REPO, action="edited")
        events.add("ReleaseEvent", f"{day} 09:14", ALICE, REPO, action="published")
        events.add("ReleaseEvent", f"{day} 09:15", ALICE, REPO, action="created")
    events.add("PullRequestEvent", "2025-10-06 10:00", ALICE, REPO, action="closed", is_merged=False)
    events.add("PullRequestEvent", "2025-10-08 10:00", ALICE, REPO, action="closed")


def _arrivals(events: Archive) -> None:
    star = {"action": "started"}
    # in the next day's first files: of its day, as long as the lateness of two hours lasts
    events.add("WatchEvent", "2025-10-05 23:59", BOB, REPO, **star, id="late", file_hour="2025-10-06 01:00")
    events.add("WatchEvent", "2025-10-05 23:58", BOB, REPO, **star, id="too late", file_hour="2025-10-06 02:00")
    # also where the whole range would still have seen it
    events.add("WatchEvent", "2025-10-05 12:00", BOB, REPO, **star, id="days late", file_hour="2025-10-07 12:00")
    # the archive's clock may be ahead by an hour, not by two
    events.add("WatchEvent", "2025-10-09 00:01", BOB, REPO, **star, id="early", file_hour="2025-10-08 23:00")
    events.add("WatchEvent", "2025-10-09 00:02", BOB, REPO, **star, id="too early", file_hour="2025-10-08 22:00")
    # the same event twice, with another payload: the first line of the archive stays
    events.add("WatchEvent", "2025-10-09 08:00", ALICE, TWIN, **star, id="twice", file_hour="2025-10-09 09:00")
    events.add("WatchEvent", "2025-10-09 08:00", BOB, TWIN, **star, id="twice", file_hour="2025-10-09 08:00")
    # an id is unique within its type only
    events.add("ForkEvent", "2025-10-09 08:00", BOB, TWIN, id="twice")


def _names(events: Archive) -> None:
    star = {"action": "started"}
    events.add("WatchEvent", "2025-10-05 08:00", ALICE, RENAMED, **star, name="Old/Name")
    events.add("WatchEvent", "2025-10-07 08:00", ALICE, RENAMED, **star, name="New/Name")
    # the old name of TWIN's predecessor is taken over by TWIN in the same second
    events.add("WatchEvent", "2025-10-06 08:00", ALICE, 29, **star, name="acme/taken")
    events.add("WatchEvent", "2025-10-06 08:00", ALICE, TWIN, **star, name="Acme/Taken")


def _pushes(events: Archive) -> None:
    # listed by two pushes: the earlier one counts, whoever stands first in the archive
    events.push("2025-10-06 15:00", BOB, REPO, ["a1", "a2"], file_hour="2025-10-06 14:00")
    events.push("2025-10-05 14:00", ALICE, REPO, ["a1"])
    events.push("2025-10-06 16:00", BOB, REPO, ["a2"])
    # the same commit in another repository is another one
    events.push("2025-10-06 17:00", BOB, RENAMED, ["a1"], name="old/name")
    # two pushes of one second: the line decides
    events.push("2025-10-06 18:00", BOB, TWIN, ["tie"])
    events.push("2025-10-06 18:00", ALICE, TWIN, ["tie"])
    # h1, h2 are in the history of new/name; the new payload lists nothing
    events.push("2025-10-07 18:00", BOB, RENAMED, ["h1"])
    events.push("2025-10-08 18:00", BOB, RENAMED, None, push_head="h2")
    events.push("2025-10-08 19:00", ALICE, RENAMED, None, push_head="h3")
    events.push("2025-10-08 20:00", ALICE, REPO, None, push_head="only a head")
    events.push("2025-10-08 21:00", DEPENDABOT, RENAMED, None, push_head="h4", login="Dependabot")
    events.push("2025-10-08 22:00", APP, REPO, None, push_head="x", login="some-app[bot]")


HISTORY = [
    # pushed most by Bob: h1 and h2, against Alice's h3
    commit("new/name", "h1", "2025-10-05 11:00", "dev@Example.org"),
    commit("new/name", "h2", "2025-10-08 11:00", "dev@example.org"),
    commit("new/name", "h3", "2025-10-08 12:00", "DEV@example.org"),
    # the directory still lists the old name as well: the same repository, the same commits
    commit("old/name", "h1", "2025-10-05 11:00", "dev@example.org"),
    commit("new/name", "h4", "2025-10-08 13:00", "77+carol@users.noreply.github.com"),
    commit("new/name", "h5", "2025-10-08 14:00", "49699333+dependabot[bot]@users.noreply.github.com"),
    commit("new/name", "h6", "2025-10-08 15:00", ORPHAN_EMAIL),
    commit("new/name", "h7", "2025-10-08 16:00", "ci@example.org", name="Release[bot]"),
    commit("new/name", "before", "2025-10-04 23:59", ORPHAN_EMAIL),
    # no event ever bore this name
    commit("quiet/repo", "q1", "2025-10-09 10:00", ORPHAN_EMAIL),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelRun]:
    """The models, evaluated over the five days in one range."""
    settings = Settings(home=tmp_path_factory.mktemp("github"), start=SPAN.start)
    gap = ["2025-10-07 03:00", "2025-10-10 01:00"]
    write_raw(settings, {**archive().tables(SPAN.start, SPAN.end, missing=gap), "git_history.commits": HISTORY})
    with planned_models(settings) as run:
        run.evaluate(SPAN)
        yield run


def events_of(models: ModelRun, event_type: str, repo: str) -> list[tuple[str, str, str]]:
    return models.rows(
        f"SELECT STRFTIME(time, '%Y-%m-%d %H:%M'), event_id, from_artifact_id FROM oso.int_events__github "
        f"WHERE event_type = '{event_type}' AND to_artifact_id = '{repo}' ORDER BY time, event_id"
    )


def commits_of(models: ModelRun, repo: str) -> dict[str, tuple[str, str]]:
    return {sha: (time, author) for time, sha, author in events_of(models, "COMMIT_CODE", repo)}


@pytest.mark.parametrize("day", ["2025-10-06", "2025-10-08"])
@pytest.mark.parametrize(
    ("event_type", "minute", "actor"),
    [
        ("STARRED", 0, ALICE),
        ("FORKED", 1, ALICE),
        ("PULL_REQUEST_OPENED", 2, BOB),
        ("PULL_REQUEST_MERGED", 3, ALICE),
        ("PULL_REQUEST_REOPENED", 5, BOB),
        ("PULL_REQUEST_REVIEW", 6, ALICE),
        ("PULL_REQUEST_REVIEW_COMMENT", 8, ALICE),
        ("ISSUE_OPENED", 9, BOB),
        ("ISSUE_CLOSED", 10, BOB),
        ("ISSUE_REOPENED", 11, BOB),
        ("ISSUE_COMMENT", 12, BOB),
        ("RELEASE_PUBLISHED", 14, ALICE),
    ],
)
def test_an_event_means_the_same_before_and_after_the_change_of_payloads(
    models: ModelRun, day: str, event_type: str, minute: int, actor: int
) -> None:
    of_day = [
        (int(time[-2:]), actor_id)
        for time, _, actor_id in events_of(models, event_type, ids.repository_id(REPO))
        if time.startswith(day)
    ]
    assert of_day == [(minute, ids.user_id(actor))]


def test_a_pull_request_closed_without_merging_is_closed_in_both_eras(models: ModelRun) -> None:
    closed = events_of(models, "PULL_REQUEST_CLOSED", ids.repository_id(REPO))
    assert [time for time, _, _ in closed] == ["2025-10-06 10:00", "2025-10-08 10:00"]


def test_actions_that_are_not_listed_count_as_nothing(models: ModelRun) -> None:
    seen = models.rows(
        "SELECT COUNT(*) FROM oso.stg_github__events WHERE action IN ('labeled', 'updated', 'edited') "
        "OR (event_type = 'ReleaseEvent' AND action = 'created')"
    )
    known = models.rows(
        "SELECT event_type, COUNT(*) FROM oso.int_events__github WHERE event_type LIKE '%RE%' GROUP BY 1"
    )
    assert seen == [(8,)]
    assert dict(known)["RELEASE_PUBLISHED"] == 2


def test_an_event_counts_for_its_day_when_it_arrives_in_the_two_hours_after(models: ModelRun) -> None:
    stars = {event_id: time for time, event_id, _ in events_of(models, "STARRED", ids.repository_id(REPO))}
    assert {key: time for key, time in stars.items() if not key.isdigit()} == {
        "late": "2025-10-05 23:59",
        "early": "2025-10-09 00:01",
    }


def test_an_event_that_comes_twice_counts_once_as_first_archived(models: ModelRun) -> None:
    twin = ids.repository_id(TWIN)
    stars = [row for row in events_of(models, "STARRED", twin) if row[1] == "twice"]
    assert [actor for _, _, actor in stars] == [ids.user_id(BOB)]
    assert len(events_of(models, "FORKED", twin)) == 1


def test_a_commit_that_pushes_list_counts_once_at_its_first_push(models: ModelRun) -> None:
    found = commits_of(models, ids.repository_id(REPO))
    assert found == {
        "a1": ("2025-10-05 14:00", ids.user_id(ALICE)),
        "a2": ("2025-10-06 15:00", ids.user_id(BOB)),
    }
    assert commits_of(models, ids.repository_id(TWIN)) == {"tie": ("2025-10-06 18:00", ids.user_id(BOB))}


def test_a_commit_of_a_history_has_the_committers_time_and_the_author(models: ModelRun) -> None:
    found = commits_of(models, ids.repository_id(RENAMED))
    assert found == {
        "h1": ("2025-10-05 11:00", ids.user_id(BOB)),
        "a1": ("2025-10-06 17:00", ids.user_id(BOB)),
        "h2": ("2025-10-08 11:00", ids.user_id(BOB)),
        "h3": ("2025-10-08 12:00", ids.user_id(BOB)),
        "h4": ("2025-10-08 13:00", ids.user_id(77)),
        "h5": ("2025-10-08 14:00", ids.user_id(49699333)),
        "h6": ("2025-10-08 15:00", ids.git_identity_id(ORPHAN_EMAIL)),
        "h7": ("2025-10-08 16:00", ids.git_identity_id("ci@example.org")),
    }


def test_a_history_without_events_belongs_to_the_repositorys_name(models: ModelRun) -> None:
    found = commits_of(models, ids.repository_name_id("Quiet", "Repo"))
    assert found == {"q1": ("2025-10-09 10:00", ids.git_identity_id(ORPHAN_EMAIL))}


def test_a_name_resolves_to_the_repository_that_bore_it_last(models: ModelRun) -> None:
    resolved = models.rows(
        "SELECT repository_name, repo_id, artifact_id FROM oso.int_github_repositories WHERE is_current_holder"
    )
    assert {name: repo for name, repo, _ in resolved} == {
        "acme/repo10": REPO,
        "acme/repo20": RENAMED,
        "acme/repo30": TWIN,
        "old/name": RENAMED,
        "new/name": RENAMED,
        "acme/taken": TWIN,
    }
    assert all(artifact == ids.repository_id(repo) for _, repo, artifact in resolved)


def test_a_renamed_repository_has_one_current_name(models: ModelRun) -> None:
    current = models.rows("SELECT repo_id, repository_name FROM oso.int_github_repositories WHERE is_current_name")
    assert dict(current)[TWIN] == "acme/repo30"
    assert len(current) == len({repo for repo, _ in current})


def test_bots_are_known_by_login_list_and_git_author(models: ModelRun) -> None:
    bots = {artifact for (artifact,) in models.rows("SELECT artifact_id FROM oso.int_bots")}
    assert bots == {
        ids.user_id(DEPENDABOT),
        ids.user_id(APP),
        ids.user_id(49699333),
        ids.git_identity_id("ci@example.org"),
    }


def test_daily_events_add_up_to_the_events(models: ModelRun) -> None:
    by_day = models.rows("SELECT CAST(time AS DATE), event_type, COUNT(*) FROM oso.int_events__github GROUP BY 1, 2")
    daily = models.rows("SELECT bucket_day, event_type, SUM(amount) FROM oso.int_events_daily__github GROUP BY 1, 2")
    assert sorted(daily) == sorted((day, kind, float(count)) for day, kind, count in by_day)
    assert len({day for day, _, _ in daily}) == SPAN.days


def test_the_first_event_of_an_actor_is_the_earliest(models: ModelRun) -> None:
    first = models.rows(
        "SELECT STRFTIME(time, '%Y-%m-%d %H:%M') FROM oso.int_first_of_event_from_artifact__github "
        f"WHERE event_type = 'COMMIT_CODE' AND from_artifact_id = '{ids.user_id(BOB)}' "
        f"AND to_artifact_id = '{ids.repository_id(RENAMED)}'"
    )
    assert first == [("2025-10-05 11:00",)]


def test_missing_hours_and_events_left_out_are_counted_without_blocking(models: ModelRun) -> None:
    models.failures.clear()
    models.evaluate(SPAN)
    assert models.failures == {
        ("oso.stg_github__events", "no_missing_hours"): 2,
        # too late, days late, too early
        ("oso.stg_github__events", "no_late_events"): 3,
    }


def test_a_range_gives_what_its_days_give(models: ModelRun) -> None:
    incremental = (
        "stg_github__events",
        "stg_github__push_commits",
        "int_commits__pushes",
        "int_events__github",
        "int_events_daily__github",
        "int_first_of_event_from_artifact__github",
    )
    queries = [f"SELECT * FROM oso.{table} ORDER BY ALL" for table in incremental]
    of_range = [models.rows(query) for query in queries]
    assert all(of_range)
    # every row is deleted and written again by the evaluation of its day
    models.evaluate(SPAN, days_at_once=1)
    assert [models.rows(query) for query in queries] == of_range


def test_evaluating_a_day_again_changes_nothing(models: ModelRun) -> None:
    query = "SELECT * FROM oso.int_events__github ORDER BY ALL"
    before = models.rows(query)
    day = date(2025, 10, 6)
    models.evaluate(window(str(day), "2025-10-07"))
    assert models.rows(query) == before
