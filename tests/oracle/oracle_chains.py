"""From truth to facts: what was sent and called on the chains, which tokens moved, who gave what to whom."""

from collections.abc import Iterator
from decimal import Decimal

from oracle_facts import Fact
from oracle_truth import Transaction, Transfer, Truth, day_of

from oso_lake import ids

FUNDING = "OSS_FUNDING"
NOBODY = "0x" + "0" * 40


def chain_facts(truth: Truth) -> list[Fact]:
    """All facts of the chains within the world's days; failed transactions count and pay."""
    facts = [fact for sent in truth.transactions for fact in _sent(sent)]
    facts += [fact for transfer in truth.transfers for fact in _moved(transfer)]
    return [fact for fact in facts if truth.begin <= fact.day < truth.end]


def funding_facts(truth: Truth) -> list[Fact]:
    """Each grant once where it was received and once where it was awarded; one of nothing is none."""
    facts = []
    for grant in truth.grants:
        if grant.amount == 0 or not truth.begin <= grant.day < truth.end:
            continue
        funder = funding_account(grant.funder)
        recipient = "" if grant.project is None else funding_account(grant.project)
        facts.append(Fact(grant.day, FUNDING, "FUNDING_AWARDED", recipient, funder, float(grant.amount)))
        if grant.project is not None:
            facts.append(Fact(grant.day, FUNDING, "FUNDING_RECEIVED", funder, recipient, float(grant.amount)))
    return facts


def funding_account(name: str) -> str:
    """The artifact that stands for whoever gives or receives under a name."""
    return ids.funding_account_id(name)


def _sent(sent: Transaction) -> Iterator[Fact]:
    day, source = day_of(sent.block_at), sent.chain.upper()
    sender = ids.address_id(source, sent.sender)
    if sent.to is not None:
        to = ids.address_id(source, sent.to)
        yield Fact(day, source, "TRANSACTION", sender, to)
        yield Fact(day, source, "GAS_FEE", sender, to, sent.fee_wei / 10**18)
    for address in {address for address in (sent.to, *sent.log_addresses) if address is not None}:
        yield Fact(day, source, "CONTRACT_INVOCATION", sender, ids.address_id(source, address))


def _moved(transfer: Transfer) -> Iterator[Fact]:
    """A transfer, its volume, and the two that held the token; nobody holds what is made or burned."""
    day, source = day_of(transfer.block_at), transfer.chain.upper()
    token, sender = ids.address_id(source, transfer.token), ids.address_id(source, transfer.sender)
    volume = float(Decimal(transfer.value) / 10**transfer.decimals)
    yield Fact(day, source, "TOKEN_TRANSFER", sender, token)
    yield Fact(day, source, "TOKEN_VOLUME", sender, token, volume)
    for holder in {transfer.sender, transfer.receiver} - {NOBODY}:
        yield Fact(day, source, "TOKEN_HELD", ids.address_id(source, holder), token)
