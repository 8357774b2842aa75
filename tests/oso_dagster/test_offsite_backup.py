"""A dump goes to an object store, and old ones leave only after it is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from oso_dagster.maintenance.offsite import main, open_store, put

NOW = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)


def test_the_newest_copies_stay_and_other_files_are_left_alone(tmp_path: Path) -> None:
    dump, folder = tmp_path / "database.dump", tmp_path / "store" / "database"
    folder.mkdir(parents=True)
    (folder / "README").write_text("mine")
    dump.write_bytes(b"x" * 100_000)
    for day in range(4):
        target, old = put(dump, f"file://{folder}", keep=3, now=NOW + timedelta(days=day))
        assert Path(target).read_bytes() == dump.read_bytes()
    assert [Path(path).name for path in old] == ["database-20261122T021500Z.dump"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "README",
        "database-20261123T021500Z.dump",
        "database-20261124T021500Z.dump",
        "database-20261125T021500Z.dump",
    ]


def test_the_command_says_where_it_went(tmp_path: Path) -> None:
    dump = tmp_path / "database.dump"
    dump.write_bytes(b"dump")
    done = CliRunner().invoke(main, [str(dump), f"file://{tmp_path}/store", "--keep", "2"])
    assert done.exit_code == 0, done.output
    assert "0 older copies taken out" in done.output
    assert len(list((tmp_path / "store").glob("database-*.dump"))) == 1


def test_a_folder_that_is_no_store_is_refused() -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix or file:///folder, not to 'gs://bucket'"):
        open_store("gs://bucket")
