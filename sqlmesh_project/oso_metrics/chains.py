"""What happened on chains: transactions, fees, invocations, addresses."""

from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import GRAINS, people, summed

CHAINS = {
    "transactions": summed(
        "blockchain/transactions.sql",
        unit="transactions",
        display_name="Transactions",
        description="Transactions sent to an address, failed ones included; the chain's own are left out.",
    ),
    "gas_fees": summed(
        "blockchain/gas_fees.sql",
        unit="coins",
        display_name="Gas fees",
        description=(
            "Fees of the transactions sent to an address, failed ones included and with the fee for the layer below, "
            "in the chain's coin (wei / 1e18)."
        ),
    ),
    "contract_invocations": summed(
        "blockchain/contract_invocations.sql",
        unit="invocations",
        display_name="Contract invocations",
        description="Transactions that were sent to a contract or made it emit a log; each counts once a contract.",
    ),
    "active_addresses": MetricQueryDef(
        ref="blockchain/active_addresses.sql",
        time_aggregations=GRAINS,
        metadata=people(
            "Active addresses", "Distinct addresses that sent a transaction to an address.", unit="addresses"
        ),
    ),
}
