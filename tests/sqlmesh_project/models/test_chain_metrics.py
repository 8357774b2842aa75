"""Values of the chain metrics on data that can be checked by hand, for a contract, a project and a collection."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from metric_values import MetricValues, entity_ids, metric_values
from model_runs import window
from raw_lake import Row, chain_day, log, transaction, transfer

from oso_lake import ids

# the first of January 2024 is a Monday
SPAN = window("2024-01-01", "2024-07-01")
LAST_DAY = "2024-06-30"
ONE, TWO, LONER, ZERO = (f"0x{digit * 40}" for digit in ("1", "2", "3", "0"))
USDC = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"
ANN, BO, CY, DI = (f"0x{digit * 40}" for digit in "abcd")
ETHER = 10**18
ENTITIES = ("artifact", "project", "collection")
# the project `both` has ONE, TWO and USDC; `half` has TWO; the collection has both projects
OF = entity_ids(ids.address_id("base", ONE), "both", "all")


def contract(address: str) -> tuple[str, str, str, str]:
    """A claim of the directory."""
    return ("BLOCKCHAIN", "contract", "base", address)


def transactions() -> list[Row]:
    """Users of January, February and April; in March and May nobody comes. Each pays a tenth of a coin."""
    sent = [
        ("2024-01-05", ANN, ONE),
        ("2024-01-06", ANN, ONE),
        ("2024-01-10", BO, ONE),
        ("2024-01-20", CY, TWO),
        ("2024-02-03", ANN, TWO),
        ("2024-02-04", CY, TWO),
        ("2024-04-01", BO, ONE),
        ("2024-04-02", DI, TWO),
        ("2024-04-02", DI, LONER),
    ]
    price = {"gas_used": 1, "effective_gas_price": ETHER // 10}
    return [transaction("base", day, index, sender, to, **price) for index, (day, sender, to) in enumerate(sent)]


def logs() -> list[Row]:
    """Transfers of ONE and USDC, and what only looks like one."""
    moved = [
        transfer("base", "2024-01-05", 0, ONE, (ANN, BO), 5 * ETHER // 2),
        transfer("base", "2024-01-06", 1, ONE, (ZERO, ANN), ETHER),
        transfer("base", "2024-01-10", 2, USDC, (ANN, CY), 1_250_000),
        transfer("base", "2024-02-03", 4, ONE, (BO, ZERO), 2**256 - 1),
        transfer("base", "2024-02-04", 5, USDC, (CY, CY), 1),
    ]
    others = [
        # one item, whose number is a fourth topic
        transfer("base", "2024-01-10", 10, ONE, (DI, BO), 0, topic3=f"0x{7:064x}", data="0x"),
        # no amount, or two of them
        transfer("base", "2024-01-10", 11, ONE, (DI, BO), 0, data="0x"),
        transfer("base", "2024-01-10", 12, ONE, (DI, BO), 0, data="0x" + "0" * 128),
        # the parties are not indexed
        transfer("base", "2024-01-10", 13, ONE, (DI, BO), 0, topic1=None, topic2=None),
        # another event
        transfer("base", "2024-01-10", 14, ONE, (DI, BO), 9, topic0="0x" + "8" * 64),
        log("base", "2024-01-20", 3, 0, ONE),
    ]
    return moved + others


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricValues]:
    """Everything above in one lake."""
    raw = {
        "evm_chain.transactions": transactions(),
        "evm_chain.logs": logs(),
        "evm_chain.days": [chain_day("base", str(day)) for day in SPAN.dates()],
    }
    projects = {"both": [contract(ONE), contract(TWO), contract(USDC)], "half": [contract(TWO)]}
    home = tmp_path_factory.mktemp("chain_metrics")
    with metric_values(home, SPAN, projects, {"all": ["both", "half"]}, raw) as found:
        yield found


# metric, the model's suffix, of contract ONE, of the project that has TWO and USDC as well
MONTHS = [
    ("transactions", "monthly", {"01": 3, "04": 1}, {"01": 4, "02": 2, "04": 2}),
    # sums of tenths that doubles would not meet
    ("gas_fees", "monthly", {"01": 0.3, "04": 0.1}, {"01": 0.4, "02": 0.2, "04": 0.2}),
    # ONE speaks on 2024-01-20, in a transaction to TWO, and in the transfers to which a transaction belongs
    ("contract_invocations", "monthly", {"01": 4, "04": 1, "02": 1}, {"01": 6, "02": 4, "04": 2}),
    ("active_contracts", "monthly", {"01": 1, "02": 1, "04": 1}, {"01": 3, "02": 3, "04": 2}),
    ("active_addresses", "monthly", {"01": 2, "04": 1}, {"01": 3, "02": 2, "04": 2}),
    ("active_token_holders", "monthly", {"01": 2, "02": 1}, {"01": 3, "02": 2}),
]


def of_month(found: dict[str, float]) -> dict[str, float]:
    """Amounts by month of 2024."""
    return {day[5:7]: amount for day, amount in found.items()}


@pytest.mark.parametrize(("metric", "suffix", "of_one", "of_both"), MONTHS, ids=[row[0] for row in MONTHS])
@pytest.mark.parametrize("entity_type", ENTITIES)
def test_months(values: MetricValues, entity_type: str, metric: str, suffix: str, of_one: dict, of_both: dict) -> None:
    found = values.of(f"{metric}_to_{entity_type}_{suffix}", OF[entity_type])
    assert of_month(found[metric]) == (of_one if entity_type == "artifact" else of_both)


@pytest.mark.parametrize("entity_type", ENTITIES)
def test_tokens_moved_are_counted_and_summed_by_the_decimals_of_each(values: MetricValues, entity_type: str) -> None:
    found = values.of(f"token_movements_to_{entity_type}_monthly", OF[entity_type])
    is_one = entity_type == "artifact"
    assert of_month(found["token_transfers"]) == ({"01": 2, "02": 1} if is_one else {"01": 3, "02": 2})
    volume = of_month(found["token_transfer_volume"])
    assert volume["01"] == (3.5 if is_one else 4.75)
    # what a token claims to have burnt is far more than 64 or 128 bits hold
    assert volume["02"] == pytest.approx(float(Decimal(2**256 - 1) / ETHER), rel=1e-15)


def test_values_of_words_are_exact_as_far_as_doubles_are(values: MetricValues) -> None:
    rows = values.run.rows("SELECT token_address, value_hex, value FROM oso.stg_evm__token_transfers ORDER BY ALL")
    assert len(rows) == 5
    for token, digits, value in rows:
        assert token in {ONE, USDC}
        assert value == float(int(digits, 16))


def test_parties_of_a_transfer_are_addresses_and_making_tokens_has_no_giver(values: MetricValues) -> None:
    rows = values.run.rows(
        "SELECT from_address, to_address FROM oso.stg_evm__token_transfers WHERE block_day < '2024-02-01' ORDER BY ALL"
    )
    assert rows == [(ZERO, ANN), (ANN, BO), (ANN, CY)]


@pytest.mark.parametrize("suffix", ["daily", "weekly", "quarterly", "over_all_time"])
def test_sums_of_all_grains_agree(values: MetricValues, suffix: str) -> None:
    for name, model in (
        ("transactions", "transactions"),
        ("gas_fees", "gas_fees"),
        ("token_transfers", "token_movements"),
    ):
        found = values.of(f"{model}_to_project_{suffix}", OF["project"]).get(name, {})
        expected = {"transactions": 8.0, "gas_fees": 0.8, "token_transfers": 5.0}[name]
        assert sum(found.values()) == pytest.approx(expected, rel=1e-15)


# (active, new, returning, retained, churned, change) by month
LIFECYCLE = {
    "artifact": {
        "01": (2, 2, 0, 0, 0, 2),
        "02": (0, 0, 0, 0, 2, -2),
        "04": (1, 0, 1, 0, 0, 1),
        "05": (0, 0, 0, 0, 1, -1),
    },
    "project": {
        "01": (3, 3, 0, 0, 0, 3),
        "02": (2, 0, 0, 2, 1, -1),
        "03": (0, 0, 0, 0, 2, -2),
        "04": (2, 1, 1, 0, 0, 2),
        "05": (0, 0, 0, 0, 2, -2),
    },
}
NAMES = ("active_users", "new_users", "returning_users", "retained_users", "churned_users", "change_in_active_users")


@pytest.mark.parametrize("entity_type", ENTITIES)
def test_users_come_stay_and_go_by_month(values: MetricValues, entity_type: str) -> None:
    found = values.of(f"users_lifecycle_to_{entity_type}_monthly", OF[entity_type])
    months = LIFECYCLE["artifact" if entity_type == "artifact" else "project"]
    expected = {name: {month: numbers[at] for month, numbers in months.items()} for at, name in enumerate(NAMES)}
    assert {name: of_month(amounts) for name, amounts in found.items()} == expected


def test_a_user_of_one_contract_is_not_new_to_a_project_of_two(values: MetricValues) -> None:
    of_two = values.of("users_lifecycle_to_artifact_monthly", ids.address_id("base", TWO))["new_users"]
    assert of_month(of_two) == {"01": 1, "02": 1, "03": 0, "04": 1, "05": 0}
    of_both = values.of("users_lifecycle_to_project_monthly", OF["project"])["new_users"]
    assert of_month(of_both)["02"] == 0


def test_windows_that_meet_are_compared_day_by_day(values: MetricValues) -> None:
    found = values.of("users_lifecycle_to_project_over_30_day_window", OF["project"])
    at = {name: found[name].get for name in NAMES}
    # the first transaction is on January 5; the windows of January 31 and February 4 hold others than those before
    assert min(found["active_users"]) == "2024-01-05"
    assert (at["active_users"]("2024-02-04"), at["new_users"]("2024-02-04")) == (3, 2)
    # February 4 to March 4 against January 5 to February 3: ANN and BO went, CY stayed
    day = "2024-03-04"
    assert [at[name](day) for name in NAMES] == [1, 0, 0, 1, 2, -2]
    # everybody who was there left with the last window that knows of them
    assert [at[name]("2024-04-03") for name in NAMES] == [2, 1, 1, 0, 1, 1]
    assert max(found["active_users"]) == "2024-05-31"
    assert at["churned_users"]("2024-05-31") == 1


def test_how_often_a_user_came_is_known_for_each(values: MetricValues) -> None:
    rows = values.rows("user_active_days_to_project_quarterly", OF["project"])
    users = {ids.address_id("base", user): name for user, name in ((ANN, "Ann"), (BO, "Bo"), (CY, "Cy"), (DI, "Di"))}
    assert {(day, users[user]): amount for _, day, user, amount in rows} == {
        ("2024-01-01", "Ann"): 3,
        ("2024-01-01", "Bo"): 1,
        ("2024-01-01", "Cy"): 2,
        ("2024-04-01", "Bo"): 1,
        ("2024-04-01", "Di"): 1,
    }


def test_no_audit_fails(values: MetricValues) -> None:
    assert values.run.failures == {("oso.stg_github__events", "no_missing_hours"): SPAN.days * 24 + 2}


def test_events_of_a_range_are_those_of_its_days(values: MetricValues) -> None:
    queries = [
        f"SELECT * FROM oso.{model} ORDER BY ALL"
        for model in ("int_events_daily__token_transfers", "int_first_of_event_from_artifact__blockchain")
    ]
    of_range = [values.run.rows(query) for query in queries]
    assert [len(rows) > 5 for rows in of_range] == [True, True]
    values.run.evaluate(SPAN, days_at_once=61)
    assert [values.run.rows(query) for query in queries] == of_range
