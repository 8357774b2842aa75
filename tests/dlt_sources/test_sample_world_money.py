"""The sample world's token transfers and grants: what is written, and that the truth tells what it means."""

import csv
import gzip
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dlt_sources.sample_world import World, WorldConfig, write_world
from dlt_sources.sample_world.tokens import SIX_DECIMALS, TRANSFER, ZERO_ADDRESS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twenty days, the least projects."""
    return write_world(tmp_path_factory.mktemp("sample") / "world", WorldConfig(days=20, projects=16, seed=9))


def rows(world: World, name: str) -> list[dict]:
    """A table of the truth."""
    return pq.read_table(world.truth_dir / f"{name}.parquet").to_pylist()


def logs(world: World, chain: str) -> list[tuple[str, dict]]:
    """Transaction and log of everything a chain emitted."""
    return [
        (receipt["transactionHash"], log)
        for path in (world.evm_dir / chain / "blocks").iterdir()
        for line in gzip.decompress(path.read_bytes()).splitlines()
        for receipt in json.loads(line)["receipts"]
        for log in receipt["logs"]
    ]


@pytest.mark.parametrize("chain", SIX_DECIMALS)
def test_the_truth_of_transfers_is_what_the_logs_hold(world: World, chain: str) -> None:
    told = {
        (row["hash"], row["log_index"]): (row["token"], row["from_address"], row["to_address"], row["value"])
        for row in rows(world, "token_transfers")
        if row["chain"] == chain and row["kind"] == "erc20"
    }
    found = {
        (hash_, int(log["logIndex"], 16)): (
            log["address"],
            f"0x{log['topics'][1][-40:]}",
            f"0x{log['topics'][2][-40:]}",
            str(int(log["data"], 16)),
        )
        for hash_, log in logs(world, chain)
        if log["topics"][0] == TRANSFER and len(log["topics"]) == 3 and len(log["data"]) == 66
    }
    assert len(found) > 1000
    assert found == told


def test_transfers_are_of_every_kind(world: World) -> None:
    transfers = rows(world, "token_transfers")
    assert {row["kind"] for row in transfers} == {"erc20", "erc721", "odd"}
    fungible = [row for row in transfers if row["kind"] == "erc20"]
    assert sum(row["from_address"] == ZERO_ADDRESS for row in fungible) > 50
    assert sum(row["to_address"] == ZERO_ADDRESS for row in fungible) > 50
    assert str(2**256 - 1) in {row["value"] for row in fungible}
    assert {(row["chain"], row["token"]) for row in fungible if row["decimals"] == 6} == set(SIX_DECIMALS.items())


def cells(path: Path) -> list[dict[str, str]]:
    """A file's lines by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_truth_of_grants_names_the_lines_of_the_files(world: World) -> None:
    grants = rows(world, "grants")
    lines = {
        str(path.relative_to(world.funding_dir)): cells(path) for path in world.funding_dir.rglob("*") if path.is_file()
    }
    assert Counter(row["file"] for row in grants) == {name: len(found) for name, found in lines.items()}
    for row in grants:
        line = lines[row["file"]][row["line"] - 2]
        assert line["grant_pool_name"] == row["grant_pool_name"]
        if row["fault"] is None:
            assert line["to_project_name"].strip() == (row["to_project_name"] or "")
            digits = line["amount"].translate(str.maketrans("", "", "$ ,USD"))
            assert Decimal(digits) == Decimal(row["amount"])


def test_grants_hold_what_registries_hold(world: World) -> None:
    grants = rows(world, "grants")
    assert Counter(row["fault"] for row in grants if row["fault"]) == {"amount": 6, "date": 3, "funder": 1}
    assert world.counts["grants"] == sum(row["fault"] is None for row in grants)
    sound = [row for row in grants if row["fault"] is None]
    slugs = {row["project_slug"] for row in rows(world, "projects")}
    assert {row["from_funder_name"] in slugs for row in sound} == {True, False}
    assert {row["to_project_name"] for row in sound} - slugs == {None, "not-in-the-directory"}
    assert any(row["funding_date"] < world.begin for row in sound)
    assert any(row["funding_date"] >= world.end for row in sound)
    assert any(row["to_project_name"] == row["from_funder_name"] for row in sound)
    assert any(Decimal(row["amount"]) == 0 for row in sound)
