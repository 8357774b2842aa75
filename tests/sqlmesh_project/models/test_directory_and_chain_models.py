"""Membership intervals of the directory, resolution of what it lists, and events of chains, on real Iceberg tables."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from model_runs import ModelRun, planned_models, window
from raw_lake import Archive, Directory, chain_day, log, transaction, write_raw

from oso_lake import ids
from oso_lake.settings import Settings

SPAN = window("2025-10-01", "2025-10-06")
ALPHA = ("GITHUB", "repository", "acme", "alpha")
OLD_NAME = ("GITHUB", "repository", "acme", "old-alpha")
UNSEEN = ("GITHUB", "repository", "acme", "unseen")
OWNER = ("GITHUB", "owner", "acme", "")
PACKAGE = ("NPM", "package", "@acme", "@acme/kit")
EVERYWHERE = ("BLOCKCHAIN", "contract", "any_evm", "0xC0FFEE")
ON_BASE = ("BLOCKCHAIN", "contract", "base", "0xC0FFEE")
ON_MAINNET = ("BLOCKCHAIN", "eoa", "mainnet", "0xFEED")


def directory() -> Directory:
    """Five versions on four days; the third is replaced on its own day."""
    versions = Directory()
    both = {"all": ["one", "two"]}
    versions.add("v1", "2025-10-01 10:00", {"one": [ALPHA, UNSEEN], "two": [ALPHA]}, both)
    versions.add("v2", "2025-10-02 10:00", {"one": [ALPHA], "two": [ALPHA, PACKAGE]}, {"all": ["one"]})
    versions.add("v3", "2025-10-03 10:00", {"one": [], "two": []}, {})
    versions.add("v4", "2025-10-03 11:00", {"one": [ALPHA], "two": [PACKAGE]}, {"all": ["one", "one"], "few": ["two"]})
    final = {
        "one": [ALPHA, OLD_NAME, UNSEEN, EVERYWHERE, ON_BASE, ON_MAINNET],
        "two": [OWNER, PACKAGE],
        "0x3327": [],
    }
    versions.add("v5", "2025-10-05 10:00", final, {"all": ["one", "two"], "few": ["two"]})
    return versions


def events() -> Archive:
    """Repository 1 renamed to acme/alpha, 2 of the same owner, 3 moved away from it, 4 of another."""
    archive = Archive()
    star = {"action": "started"}
    for when, repo, name in (
        ("2025-10-01 08:00", 1, "Acme/Old-Alpha"),
        ("2025-10-02 08:00", 1, "Acme/Alpha"),
        ("2025-10-02 08:00", 2, "ACME/beta"),
        ("2025-10-02 08:00", 3, "acme/gamma"),
        ("2025-10-03 08:00", 3, "elsewhere/gamma"),
        ("2025-10-03 08:00", 4, "elsewhere/delta"),
    ):
        archive.add("WatchEvent", when, 9, repo, name=name, **star)
    return archive


def chains() -> dict[str, list[dict[str, object]]]:
    """Transactions of two days on two chains."""
    wei = 10**18
    huge = 2_000_000_000 * wei
    transactions = [
        transaction("base", "2025-10-02", 1, "0xA", "0xC"),
        transaction("base", "2025-10-02", 2, "0xa", "0xc", status=0, l1_fee=500_000),
        transaction("base", "2025-10-02", 3, "0xB", None, contract_address="0xd"),
        transaction("base", "2025-10-02", 4, "0xS", "0xc", is_system=True, type=126),
        transaction("base", "2025-10-03", 5, "0xb", "0xc", status=None, effective_gas_price=huge, gas_used=3),
        transaction("optimism", "2025-10-03", 6, "0xa", "0xc"),
    ]
    logs = [
        log("base", "2025-10-02", 1, 0, "0xC"),
        log("base", "2025-10-02", 1, 1, "0xE"),
        log("base", "2025-10-02", 1, 2, "0xe"),
        log("base", "2025-10-02", 3, 3, "0xE"),
        log("base", "2025-10-02", 4, 4, "0xe"),
    ]
    days = [chain_day("base", "2025-10-02"), chain_day("base", "2025-10-03"), chain_day("optimism", "2025-10-03")]
    return {"evm_chain.transactions": transactions, "evm_chain.logs": logs, "evm_chain.days": days}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelRun]:
    """All models, over the directory, a few stars and two chains."""
    settings = Settings(home=tmp_path_factory.mktemp("lake"), start=SPAN.start)
    write_raw(settings, {**events().tables(SPAN.start, SPAN.end), **directory().tables(), **chains()})
    with planned_models(settings) as run:
        run.evaluate(SPAN)
        yield run


def artifact_intervals(models: ModelRun, project: str, artifact: str) -> list[tuple[str, str | None]]:
    rows = models.rows(
        "SELECT valid_from, valid_to FROM oso.artifacts_by_project_v1 "
        f"WHERE project_id = '{ids.project_id(project)}' AND artifact_id = '{artifact}' ORDER BY valid_from"
    )
    return [(str(start), str(end) if end else None) for start, end in rows]


def collection_intervals(models: ModelRun, collection: str, project: str) -> list[tuple[str, str | None]]:
    rows = models.rows(
        "SELECT valid_from, valid_to FROM oso.projects_by_collection_v1 WHERE "
        f"collection_id = '{ids.collection_id(collection)}' AND project_id = '{ids.project_id(project)}' ORDER BY 1"
    )
    return [(str(start), str(end) if end else None) for start, end in rows]


def test_membership_that_never_breaks_is_one_interval_to_now(models: ModelRun) -> None:
    assert artifact_intervals(models, "one", ids.repository_id(1)) == [("2025-10-01", None)]


def test_membership_ends_with_the_version_that_drops_it(models: ModelRun) -> None:
    # two drops alpha in v4 and takes it back through its owner in v5
    assert artifact_intervals(models, "two", ids.repository_id(1)) == [
        ("2025-10-01", "2025-10-03"),
        ("2025-10-05", None),
    ]
    assert artifact_intervals(models, "one", ids.repository_name_id("acme", "unseen")) == [
        ("2025-10-01", "2025-10-02"),
        ("2025-10-05", None),
    ]


def test_a_version_replaced_on_its_own_day_leaves_no_trace(models: ModelRun) -> None:
    assert artifact_intervals(models, "two", ids.package_id("NPM", "@acme/kit")) == [("2025-10-02", None)]
    assert collection_intervals(models, "all", "one") == [("2025-10-01", None)]


def test_a_project_leaves_and_joins_a_collection(models: ModelRun) -> None:
    assert collection_intervals(models, "all", "two") == [("2025-10-01", "2025-10-02"), ("2025-10-05", None)]
    assert collection_intervals(models, "few", "two") == [("2025-10-03", None)]


def test_current_membership_is_distinct_and_resolved(models: ModelRun) -> None:
    current = models.rows(
        "SELECT project_name, artifact_id FROM oso.artifacts_by_project_v1 "
        "WHERE valid_to IS NULL AND artifact_source <> 'OSS_FUNDING' ORDER BY 1, 2"
    )
    one = [
        ids.repository_id(1),
        ids.repository_name_id("acme", "unseen"),
        ids.address_id("base", "0xc0ffee"),
        ids.address_id("optimism", "0xc0ffee"),
        ids.address_id("mainnet", "0xfeed"),
    ]
    two = [ids.repository_id(1), ids.repository_id(2), ids.package_id("NPM", "@acme/kit")]
    assert current == sorted([("one", artifact) for artifact in one] + [("two", artifact) for artifact in two])


def test_every_project_has_an_account_for_funding_as_long_as_it_is_listed(models: ModelRun) -> None:
    accounts = models.rows(
        "SELECT project_name, artifact_id, artifact_name, valid_from, valid_to FROM oso.artifacts_by_project_v1 "
        "WHERE artifact_source = 'OSS_FUNDING' ORDER BY 1"
    )
    assert [(name, artifact, shown, str(start), end) for name, artifact, shown, start, end in accounts] == [
        ("0x3327", ids.funding_account_id("0x3327"), "0x3327", "2025-10-05", None),
        ("one", ids.funding_account_id("one"), "one", "2025-10-01", None),
        ("two", ids.funding_account_id("two"), "two", "2025-10-01", None),
    ]


def test_an_artifact_is_described_by_its_current_name(models: ModelRun) -> None:
    rows = models.rows(
        "SELECT artifact_id, artifact_source, artifact_namespace, artifact_name, artifact_url FROM oso.artifacts_v1"
    )
    described = {row[0]: row[1:] for row in rows}
    assert len(described) == len(rows)
    assert described[ids.repository_id(1)] == ("GITHUB", "acme", "alpha", "https://github.com/acme/alpha")
    assert described[ids.repository_id(4)][1:3] == ("elsewhere", "delta")
    assert described[ids.address_id("base", "0xc0ffee")][:3] == ("BASE", "", "0xc0ffee")
    assert described[ids.package_id("NPM", "@acme/kit")][:3] == ("NPM", "", "@acme/kit")


def test_projects_and_collections_are_those_of_the_latest_version(models: ModelRun) -> None:
    projects = models.rows("SELECT project_id, project_name, display_name FROM oso.projects_v1 ORDER BY project_name")
    assert projects == [
        (ids.project_id("0x3327"), "0x3327", "0X3327"),
        (ids.project_id("one"), "one", "One"),
        (ids.project_id("two"), "two", "Two"),
    ]
    collections = models.rows("SELECT collection_id, collection_name FROM oso.collections_v1 ORDER BY 2")
    assert collections == [(ids.collection_id("all"), "all"), (ids.collection_id("few"), "few")]


def chain_events(models: ModelRun, event_type: str) -> dict[tuple[str, str, str, str], Decimal]:
    names = {ids.address_id(chain, a): a for chain in ("base", "optimism") for a in ("0xa", "0xb", "0xc", "0xe", "0xs")}
    rows = models.rows(
        "SELECT bucket_day, event_source, from_artifact_id, to_artifact_id, amount "
        f"FROM oso.int_events_daily__blockchain WHERE event_type = '{event_type}'"
    )
    return {(str(day)[-2:], source, names[sender], names[to]): amount for day, source, sender, to, amount in rows}


def test_transactions_count_with_failed_ones_and_without_the_chains_own(models: ModelRun) -> None:
    assert chain_events(models, "TRANSACTION") == {
        ("02", "BASE", "0xa", "0xc"): 2.0,
        ("03", "BASE", "0xb", "0xc"): 1.0,
        ("03", "OPTIMISM", "0xa", "0xc"): 1.0,
    }


def test_fees_are_exact_hold_the_layer_below_and_pass_64_bits(models: ModelRun) -> None:
    assert chain_events(models, "GAS_FEE") == {
        ("02", "BASE", "0xa", "0xc"): Decimal(2 * 42_000 + 500_000) / 10**18,
        ("03", "BASE", "0xb", "0xc"): Decimal(6 * 10**9),
        ("03", "OPTIMISM", "0xa", "0xc"): Decimal(42_000) / 10**18,
    }


def test_a_transaction_invokes_its_receiver_and_who_emits_a_log_once(models: ModelRun) -> None:
    assert chain_events(models, "CONTRACT_INVOCATION") == {
        ("02", "BASE", "0xa", "0xc"): 2.0,
        ("02", "BASE", "0xa", "0xe"): 1.0,
        ("02", "BASE", "0xb", "0xe"): 1.0,
        ("03", "BASE", "0xb", "0xc"): 1.0,
        ("03", "OPTIMISM", "0xa", "0xc"): 1.0,
    }


def test_no_audit_fails(models: ModelRun) -> None:
    assert models.failures == {}


def test_chain_events_of_a_range_are_those_of_its_days(models: ModelRun) -> None:
    query = "SELECT * FROM oso.int_events_daily__blockchain ORDER BY ALL"
    of_range = models.rows(query)
    assert len({row[0] for row in of_range}) == 2
    models.evaluate(SPAN, days_at_once=1)
    assert models.rows(query) == of_range


def test_an_empty_lake_gives_empty_models(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", start=date(2025, 10, 1))
    with planned_models(settings) as run:
        run.evaluate(SPAN)
        for mart in ("artifacts_v1", "projects_v1", "projects_by_collection_v1", "int_events_daily__blockchain"):
            assert run.rows(f"SELECT COUNT(*) FROM oso.{mart}") == [(0,)]
        hours = SPAN.days * 24 + 2
        assert run.failures == {("oso.stg_github__events", "no_missing_hours"): hours}
