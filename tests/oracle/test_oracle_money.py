"""Tokens and grants of the oracle, each a few lines by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

from oracle import Oracle
from oracle_chains import NOBODY
from oracle_truth import Grant, Member, Transfer, Truth

from oso_lake import ids

BEGIN, END = date(2025, 8, 1), date(2025, 9, 1)
NOON = int(datetime(2025, 8, 5, 12, tzinfo=UTC).timestamp())
TOKEN, ANN, BEN = "0xcc", "0xaa", "0xbb"


def rows(truth: Truth, model: str) -> dict[tuple[str, str], float]:
    """Rows of a model by source and entity; its metric and date are one each."""
    found = Oracle(truth).expected(model)
    assert len({(metric, day) for metric, _, _, day in found}) <= 1
    return {(source, entity): amount for (_, source, entity, _), amount in found.items()}


def test_transfers_have_volume_and_holders_of_which_nobody_is_none() -> None:
    truth = Truth(
        begin=BEGIN,
        end=END,
        members=(Member("p", "address", TOKEN, "any_evm"),),
        transfers=(
            Transfer("base", NOON, TOKEN, ANN, BEN, 2_500_000, 6),
            Transfer("base", NOON, TOKEN, NOBODY, BEN, 1_000_000, 6),
        ),
    )
    project = ("BASE", ids.project_id("p"))
    assert rows(truth, "oso.token_transfers_to_project_monthly") == {project: 2.0}
    assert rows(truth, "oso.token_transfer_volume_to_project_monthly") == {project: 3.5}
    assert rows(truth, "oso.active_token_holders_to_project_monthly") == {project: 2.0}
    assert rows(truth, "oso.transactions_to_project_monthly") == {}


def test_grants_count_for_who_receives_and_for_who_awards_them() -> None:
    truth = Truth(
        begin=BEGIN,
        end=END,
        projects=("p", "q"),
        collections=(("c", "p"), ("c", "q")),
        grants=(
            Grant(date(2025, 8, 5), "p", "q", Decimal("10.5")),
            Grant(date(2025, 8, 6), "foundation", "q", Decimal(100)),
            Grant(date(2025, 8, 6), "p", None, Decimal(7)),
            Grant(date(2025, 8, 7), "other", "q", Decimal(0)),
            Grant(date(2025, 7, 31), "other", "q", Decimal(5)),
        ),
    )
    p, q, c = ids.project_id("p"), ids.project_id("q"), ids.collection_id("c")
    source = "OSS_FUNDING"
    assert rows(truth, "oso.funding_received_to_project_monthly") == {(source, q): 110.5}
    assert rows(truth, "oso.funding_awarded_to_project_monthly") == {(source, p): 17.5}
    assert rows(truth, "oso.funders_to_project_monthly") == {(source, q): 2.0}
    assert rows(truth, "oso.funding_awarded_to_collection_monthly") == {(source, c): 17.5}
    foundation = ids.funding_account_id("foundation")
    assert rows(truth, "oso.funding_awarded_to_artifact_monthly")[source, foundation] == 100.0
