"""The oracle itself, on cases small enough to count by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from oracle import Oracle, all_models, parse_model
from oracle_compare import differences
from oracle_truth import Commit, Event, Member, Transaction, Truth

from oso_lake import ids

BEGIN, END = date(2025, 8, 4), date(2025, 9, 15)
ONE, TWO = 101, 102
ANN, BEN, BOT = 1, 2, 9
_LOGINS = {ANN: "ann", BEN: "ben", BOT: "renovate[bot]"}
_NAMES = {ONE: "acme/one", TWO: "acme/two"}


def second(day: str, time: str = "12:00:00") -> int:
    """Seconds since 1970 of a UTC day and time."""
    return int(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC).timestamp())


class Scribe:
    """Writes events with numbers of their own."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def note(self, kind: str, actor: int, repo: int, at: int, **other: Any) -> Event:
        """An event that arrives in the file of its hour, unless told otherwise."""
        number = len(self.events)
        values: dict[str, Any] = {
            "event_id": str(number),
            "type": "PushEvent" if kind == "PUSH" else f"{kind}Event",
            "kind": kind,
            "created_at": at,
            "file_hour": at // 3600 * 3600,
            "line_number": number,
            "actor_id": actor,
            "actor_login": _LOGINS[actor],
            "repo_id": repo,
            "repo_name": _NAMES[repo],
        }
        event = Event(**(values | other))
        self.events.append(event)
        return event

    def push(self, actor: int, repo: int, at: int, *shas: str) -> Event:
        """A push that lists `shas`."""
        return self.note("PUSH", actor, repo, at, push_head=shas[-1], listed_shas=shas)


def truth_of(scribe: Scribe, **other: Any) -> Truth:
    """A truth of both repositories in project p and, through it, in collection c."""
    values: dict[str, Any] = {
        "members": (Member("p", "repository", "acme/one"), Member("p", "repository", "acme/two")),
        "collections": (("c", "p"),),
    }
    return Truth(begin=BEGIN, end=END, events=tuple(scribe.events), **(values | other))


def of_project(oracle: Oracle, model: str, slug: str = "p") -> dict[tuple[str, date], float]:
    """Rows of one project or collection, without their ids."""
    _, entity, _ = parse_model(model)
    wanted = ids.project_id(slug) if entity == "project" else ids.collection_id(slug)
    return {
        (metric, day): amount
        for (metric, _, entity_id, day), amount in oracle.expected(model).items()
        if entity_id == wanted
    }


def test_developers_of_a_project_come_from_pooled_events() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-05"), "a1")
    scribe.push(ANN, TWO, second("2025-08-05", "13:00:00"), "b1")
    scribe.push(BEN, TWO, second("2025-08-06"), "b2")
    scribe.push(BOT, TWO, second("2025-08-06"), "b3")
    oracle = Oracle(truth_of(scribe))
    assert of_project(oracle, "oso.active_developers_to_project_weekly") == {
        ("active_developers_weekly", date(2025, 8, 4)): 2.0
    }
    assert of_project(oracle, "oso.commits_to_project_weekly") == {("commits_weekly", date(2025, 8, 4)): 4.0}


def test_a_repository_of_two_projects_counts_once_in_their_collection() -> None:
    scribe = Scribe()
    scribe.note("STARRED", ANN, ONE, second("2025-08-05"))
    members = (Member("p", "repository", "acme/one"), Member("q", "repository", "acme/one"))
    oracle = Oracle(truth_of(scribe, members=members, collections=(("c", "p"), ("c", "q"))))
    assert of_project(oracle, "oso.stars_to_project_daily", "q") == {("stars_daily", date(2025, 8, 5)): 1.0}
    assert of_project(oracle, "oso.stars_to_collection_daily", "c") == {("stars_daily", date(2025, 8, 5)): 1.0}


def test_an_owner_stands_for_the_repositories_whose_last_name_is_its_own() -> None:
    scribe = Scribe()
    scribe.note("STARRED", ANN, ONE, second("2025-08-05"))
    scribe.note("STARRED", ANN, TWO, second("2025-08-05"))
    scribe.note("STARRED", ANN, TWO, second("2025-08-06"), repo_name="Other/two")
    oracle = Oracle(truth_of(scribe, members=(Member("p", "owner", "acme"),)))
    assert of_project(oracle, "oso.stars_to_project_over_all_time") == {("stars_over_all_time", date(2025, 9, 14)): 1.0}


def test_a_name_means_the_repository_that_bore_it_last() -> None:
    scribe = Scribe()
    scribe.note("STARRED", ANN, ONE, second("2025-08-05"), repo_name="acme/reborn")
    scribe.note("STARRED", ANN, TWO, second("2025-08-06"), repo_name="Acme/Reborn")
    scribe.note("STARRED", ANN, TWO, second("2025-08-07"), repo_name="acme/renamed")
    oracle = Oracle(truth_of(scribe, members=(Member("p", "repository", "acme/reborn"),)))
    assert of_project(oracle, "oso.stars_to_project_over_all_time") == {("stars_over_all_time", date(2025, 9, 14)): 2.0}


def test_events_are_counted_once_by_type_and_id_as_their_first_line_says() -> None:
    scribe = Scribe()
    first = scribe.note("PULL_REQUEST_MERGED", ANN, ONE, second("2025-08-05"), type="PullRequestEvent")
    again = first._replace(kind="PULL_REQUEST_CLOSED", file_hour=first.file_hour + 3600, line_number=0)
    scribe.events.append(again)
    scribe.events.append(first._replace(kind="STARRED", type="WatchEvent"))
    oracle = Oracle(truth_of(scribe))
    assert of_project(oracle, "oso.merged_pull_requests_to_project_daily") == {
        ("merged_pull_requests_daily", date(2025, 8, 5)): 1.0
    }
    assert of_project(oracle, "oso.stars_to_project_daily") == {("stars_daily", date(2025, 8, 5)): 1.0}


@pytest.mark.parametrize(
    ("file_day", "file_time", "is_counted"),
    [
        ("2025-08-05", "23:00:00", True),
        ("2025-08-06", "01:00:00", True),
        ("2025-08-06", "02:00:00", False),
        ("2025-08-04", "23:00:00", True),
        ("2025-08-04", "22:00:00", False),
    ],
)
def test_an_event_counts_when_it_arrives_from_an_hour_before_its_day_to_two_hours_after(
    file_day: str, file_time: str, is_counted: bool
) -> None:
    scribe = Scribe()
    scribe.note("STARRED", ANN, ONE, second("2025-08-05"), file_hour=second(file_day, file_time))
    assert bool(of_project(Oracle(truth_of(scribe)), "oso.stars_to_project_daily")) is is_counted


def test_a_commit_in_the_git_history_has_its_time_and_author_from_there() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-10"), "a1", "a0", "unknown")
    scribe.push(BEN, ONE, second("2025-08-11"), "unknown")
    commits = (
        Commit("acme/one", "a1", "Ben", "2+ben@users.noreply.github.com", second("2025-08-07")),
        Commit("acme/one", "a0", "Ben", "2+ben@users.noreply.github.com", second("2025-08-03")),
        Commit("acme/one", "h1", "Stranger", "s@x.example", second("2025-08-08")),
    )
    oracle = Oracle(truth_of(scribe, commits=commits))
    assert {(fact.day, fact.from_id) for fact in oracle.github} == {
        (date(2025, 8, 7), ids.user_id(BEN)),
        (date(2025, 8, 8), ids.git_identity_id("s@x.example")),
        (date(2025, 8, 10), ids.user_id(ANN)),
    }


def test_an_address_belongs_to_who_pushed_its_commits_most_and_to_the_smaller_id_on_a_tie() -> None:
    scribe = Scribe()
    scribe.push(BEN, ONE, second("2025-08-10"), "a1")
    scribe.push(ANN, ONE, second("2025-08-11"), "a2")
    commits = [Commit("acme/one", sha, "Ann", "Ann@X.example", second("2025-08-09")) for sha in ("a1", "a2", "a3")]
    tied = Oracle(truth_of(scribe, commits=tuple(commits)))
    assert {fact.from_id for fact in tied.github} == {ids.user_id(ANN)}
    scribe.push(BEN, ONE, second("2025-08-12"), "a1", "a3")
    won = Oracle(truth_of(scribe, commits=tuple(commits)))
    assert {fact.from_id for fact in won.github} == {ids.user_id(BEN)}


def test_the_history_of_a_repository_that_nobody_lists_is_not_known() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-10"), "a1")
    commits = (Commit("acme/one", "a1", "Ben", "2+ben@users.noreply.github.com", second("2025-08-07")),)
    oracle = Oracle(truth_of(scribe, commits=commits, members=(Member("p", "repository", "acme/two"),)))
    assert [(fact.day, fact.from_id) for fact in oracle.github] == [(date(2025, 8, 10), ids.user_id(ANN))]


def test_bots_are_summed_but_not_counted_as_people() -> None:
    scribe = Scribe()
    scribe.note("PULL_REQUEST_OPENED", BOT, ONE, second("2025-08-05"))
    scribe.note("PULL_REQUEST_OPENED", ANN, ONE, second("2025-08-05"), actor_login="mergify-bot")
    scribe.note("PULL_REQUEST_OPENED", BEN, ONE, second("2025-08-06"))
    commits = (Commit("acme/one", "a1", "Train[bot]", "train@ci.example", second("2025-08-07")),)
    oracle = Oracle(truth_of(scribe, commits=commits))
    assert of_project(oracle, "oso.opened_pull_requests_to_project_weekly") == {
        ("opened_pull_requests_weekly", date(2025, 8, 4)): 3.0
    }
    assert of_project(oracle, "oso.contributors_to_project_weekly") == {("contributors_weekly", date(2025, 8, 4)): 1.0}
    assert of_project(oracle, "oso.active_developers_to_project_daily") == {}


def test_contributors_are_new_once() -> None:
    scribe = Scribe()
    scribe.note("ISSUE_OPENED", ANN, ONE, second("2025-08-05"))
    scribe.note("ISSUE_OPENED", ANN, TWO, second("2025-08-12"))
    scribe.note("ISSUE_OPENED", BEN, TWO, second("2025-08-13"))
    assert of_project(Oracle(truth_of(scribe)), "oso.new_contributors_to_project_weekly") == {
        ("new_contributors_weekly", date(2025, 8, 4)): 1.0,
        ("new_contributors_weekly", date(2025, 8, 11)): 1.0,
    }


def test_only_whole_buckets_have_rows_and_weeks_hold_their_sunday() -> None:
    scribe = Scribe()
    for day in ("2025-08-10", "2025-09-01", "2025-09-14"):
        scribe.note("STARRED", ANN, ONE, second(day))
    oracle = Oracle(truth_of(scribe))
    assert {day for _, day in of_project(oracle, "oso.stars_to_project_weekly")} == {
        date(2025, 8, 4),
        date(2025, 9, 1),
        date(2025, 9, 8),
    }
    assert of_project(oracle, "oso.stars_to_project_monthly") == {}


def test_full_time_is_ten_days_in_thirty() -> None:
    scribe = Scribe()
    for day in range(5, 8):
        scribe.push(ANN, ONE, second(f"2025-08-{day:02}"), f"a{day}")
        scribe.push(ANN, TWO, second(f"2025-08-{day:02}"), f"b{day}")
    for day in (5, 6):
        scribe.push(BEN, ONE, second(f"2025-08-{day:02}"), f"c{day}")
    assert of_project(Oracle(truth_of(scribe)), "oso.developer_classifications_to_project_weekly") == {
        ("full_time_developers_weekly", date(2025, 8, 4)): 1.0,
        ("part_time_developers_weekly", date(2025, 8, 4)): 1.0,
    }


def test_retention_compares_two_consecutive_windows() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-04"), "a1")
    scribe.push(BEN, ONE, second("2025-09-03"), "b1")
    rows = of_project(Oracle(truth_of(scribe)), "oso.developers_lifecycle_to_project_over_30_day_window")
    kinds = ("new_developers", "returning_developers", "retained_developers", "churned_developers")

    def on(day: date) -> list[float]:
        return [rows[f"{kind}_over_30_day_window", day] for kind in kinds]

    assert on(date(2025, 8, 4)) == [1.0, 0.0, 0.0, 0.0]
    assert on(date(2025, 9, 2)) == [1.0, 0.0, 0.0, 0.0]
    assert on(date(2025, 9, 3)) == [1.0, 0.0, 0.0, 1.0]
    assert on(date(2025, 9, 14)) == [1.0, 0.0, 0.0, 1.0]
    assert len(rows) == 7 * 42


def test_who_comes_back_after_a_whole_window_is_returning() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-04"), "a1")
    scribe.push(ANN, ONE, second("2025-10-10"), "a2")
    truth = Truth(begin=BEGIN, end=date(2025, 10, 12), events=tuple(scribe.events), members=truth_of(scribe).members)
    rows = of_project(Oracle(truth), "oso.developers_lifecycle_to_project_over_30_day_window")
    assert rows["returning_developers_over_30_day_window", date(2025, 10, 10)] == 1.0
    assert rows["new_developers_over_30_day_window", date(2025, 10, 10)] == 0.0
    assert ("new_developers_over_30_day_window", date(2025, 10, 5)) not in rows


def test_rolling_counts_have_a_row_while_their_window_holds_somebody() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-06"), "a1")
    rows = of_project(Oracle(truth_of(scribe)), "oso.active_developers_to_project_over_30_day_window")
    assert (min(rows)[1], max(rows)[1], len(rows)) == (date(2025, 8, 6), date(2025, 9, 4), 30)


def test_chains_count_every_contract_reached_once_a_transaction() -> None:
    sent = Transaction("base", second("2025-08-05"), "0xaa", "0xbb", ("0xbb", "0xcc"), 3 * 10**17)
    made = Transaction("base", second("2025-08-05"), "0xaa", None, (), 10**17)
    members = (Member("p", "address", "0xbb", "any_evm"), Member("p", "address", "0xcc", "optimism"))
    oracle = Oracle(truth_of(Scribe(), transactions=(sent, made), members=members))
    day = date(2025, 8, 5)
    assert of_project(oracle, "oso.contract_invocations_to_project_daily") == {("contract_invocations_daily", day): 1.0}
    assert of_project(oracle, "oso.gas_fees_to_project_daily") == {("gas_fees_daily", day): 0.3}
    assert of_project(oracle, "oso.active_addresses_to_project_daily") == {("active_addresses_daily", day): 1.0}
    invoked = oracle.expected("oso.contract_invocations_to_artifact_daily")
    assert {entity for _, _, entity, _ in invoked} == {ids.address_id("base", "0xbb"), ids.address_id("base", "0xcc")}


def test_published_rows_carry_metric_ids_and_leave_out_intermediate_metrics() -> None:
    scribe = Scribe()
    scribe.push(ANN, ONE, second("2025-08-05"), "a1")
    oracle = Oracle(truth_of(scribe))
    published = oracle.expected_published("collection")
    key = (ids.metric_id("GITHUB_commits_daily"), ids.collection_id("c"), date(2025, 8, 5))
    assert published[key] == 1.0
    assert ids.metric_id("GITHUB_developer_active_days_daily") not in {metric for metric, _, _ in published}
    key = (ids.metric_id("GITHUB_commits_over_all_time"), ids.collection_id("c"), date(2025, 9, 14))
    assert oracle.expected_key_metrics("collection")[key] == 1.0


def test_every_model_can_be_asked_for_and_others_are_refused() -> None:
    oracle = Oracle(truth_of(Scribe()))
    assert len(all_models()) == len(set(all_models()))
    assert all(oracle.expected(model) == {} for model in all_models())
    with pytest.raises(ValueError, match="knows no model"):
        oracle.expected("oso.likes_to_project_daily")


def test_differences_name_what_is_missing_extra_and_wrong() -> None:
    assert differences({"a": 1.0, "b": 2.0}, {"a": 1.0 + 1e-12, "b": 2.0}) == []
    said = differences({"a": 1.0, "c": 3.0}, {"a": 1.5, "b": 2.0})
    assert said == [
        "1 of 2 rows are missing: [('b', 2.0)]",
        "1 of 2 rows should not be: [('c', 3.0)]",
        "1 of 2 amounts are wrong: [('a', '1.0 instead of 1.5')]",
    ]
