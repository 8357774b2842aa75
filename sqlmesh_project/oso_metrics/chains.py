"""What happened on chains: transactions, fees, contracts used, tokens moved, and the addresses that did it."""

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import GRAINS, OWNER, ROLLING_HALF_YEAR, WEEKLY_ON, people, summed

_USER = "A user is an address that sent a transaction to an address of the artifact, project or collection."
_BEFORE = "the period of the same length before it"


def _users(display_name: str, description: str) -> MetricMetadata:
    return MetricMetadata(display_name=display_name, description=f"{description} {_USER}")


CHAINS = {
    "transactions": summed(
        "blockchain/events.sql",
        variables={"event_types": ("TRANSACTION",)},
        unit="transactions",
        display_name="Transactions",
        description="Transactions sent to an address, failed ones included; the chain's own are left out.",
    ),
    "gas_fees": summed(
        "blockchain/events.sql",
        variables={"event_types": ("GAS_FEE",)},
        unit="coins",
        display_name="Gas fees",
        description=(
            "Fees of the transactions sent to an address, failed ones included and with the fee for the layer below, "
            "in the chain's coin (wei / 1e18). Summed exactly, as decimals."
        ),
    ),
    "contract_invocations": summed(
        "blockchain/events.sql",
        variables={"event_types": ("CONTRACT_INVOCATION",)},
        unit="invocations",
        display_name="Contract invocations",
        description="Transactions that were sent to a contract or made it emit a log; each counts once a contract.",
    ),
    "active_contracts": MetricQueryDef(
        ref="blockchain/active_contracts.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=people(
            "Active contracts",
            "Distinct addresses that were sent a transaction or emitted a log.",
            unit="contracts",
        ),
    ),
    "active_addresses": MetricQueryDef(
        ref="blockchain/active_addresses.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=people(
            "Active addresses", "Distinct addresses that sent a transaction to an address.", unit="addresses"
        ),
    ),
    "token_movements": MetricQueryDef(
        ref="blockchain/token_movements.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=MetricMetadata(
            display_name="Token movements",
            description="ERC-20 tokens moved, tokens made and burnt included.",
            owner=OWNER,
            additivity="additive",
        ),
        metadata_by_name={
            "token_transfers": MetricMetadata(
                display_name="Token transfers",
                description=(
                    "Transfers of ERC-20 tokens whose contract is listed, tokens made and burnt included. Transfers "
                    "of single items (ERC-721) do not count."
                ),
                unit="transfers",
            ),
            "token_transfer_volume": MetricMetadata(
                display_name="Token transfer volume",
                description=(
                    "ERC-20 tokens moved, tokens made and burnt included: amounts divided by 10^decimals, which are "
                    "18 where oso.known_tokens does not say otherwise. Tokens are summed as they are: a project with "
                    "several adds amounts of different worth. A token that claims to have moved more than there can "
                    "be is believed."
                ),
                unit="tokens",
            ),
        },
    ),
    "active_token_holders": MetricQueryDef(
        ref="blockchain/active_token_holders.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=people(
            "Active token holders",
            "Distinct addresses that sent or received an ERC-20 token; the zero address, which stands for tokens "
            "made and burnt, is none.",
            unit="addresses",
        ),
    ),
    "user_active_days": MetricQueryDef(
        ref="blockchain/user_active_days.sql",
        time_aggregations=WEEKLY_ON,
        rolling=ROLLING_HALF_YEAR,
        is_intermediate=True,
        metadata=people("User active days", "Days with a transaction to an address, for each sender.", unit="days"),
    ),
    "users_lifecycle": MetricQueryDef(
        ref="blockchain/users_lifecycle.sql",
        time_aggregations=WEEKLY_ON,
        rolling=ROLLING_HALF_YEAR,
        reads="history",
        metadata=people("Users lifecycle", f"Users of a period against those of {_BEFORE}. {_USER}", unit="addresses"),
        metadata_by_name={
            "active_users": _users("Active users", "Distinct users in the period."),
            "new_users": _users("New users", "Users whose first transaction ever falls into the period."),
            "returning_users": _users(
                "Returning users", f"Users who were there once, not in {_BEFORE}, and are back in this one."
            ),
            "retained_users": _users("Retained users", f"Users in both the period and {_BEFORE}."),
            "churned_users": _users("Churned users", f"Users of {_BEFORE} without a transaction in this one."),
            "change_in_active_users": _users(
                "Change in active users", f"Active users less those of {_BEFORE}; growth is positive."
            ),
        },
    ),
}
