"""The PostgreSQL of the local stack: a real server, started and stopped."""

import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from oso_dagster.stack import postgres as local


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any account may enter, with no server left in it afterwards."""
    with tempfile.TemporaryDirectory(prefix="oso_postgres_") as name:
        Path(name).chmod(0o711)
        yield Path(name)
        local.stop(Path(name) / "data")


def _answer(url: str, query: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(text(query)).scalar()
    finally:
        engine.dispose()


def _kill(pid: int) -> None:
    """Kill the server and wait until it is dead, be it a zombie."""
    server = psutil.Process(pid)
    server.kill()
    deadline = time.monotonic() + 10
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "a killed server lives on"
        time.sleep(0.02)


def test_a_server_is_started_once_and_keeps_data_and_log_when_it_is_stopped_or_killed(folder: Path) -> None:
    data = folder / "data"
    server = local.start(data)
    assert local.start(data) == server
    url = server.create_database("kept")
    assert server.create_database("kept") == url
    assert _answer(url, "create table t as select 7 as number; select number from t") == 7
    assert local.stop(data)
    assert not local.stop(data)
    assert local.find(data) is None
    assert _answer(local.start(data).url("kept"), "select number from t") == 7
    _kill(int((data / "postmaster.pid").read_text().splitlines()[0]))
    again = local.start(data)
    assert _answer(again.url("kept"), "select number from t") == 7
    assert again.log.read_text().count("ready to accept connections") == 3


def test_who_has_no_password_is_not_let_in(postgres: local.Server) -> None:
    assert stat.S_IMODE((postgres.data_dir / local.PASSWORD_FILE).stat().st_mode) == 0o600
    assert postgres.password not in repr(postgres)
    with pytest.raises(OperationalError, match="password"):
        _answer(postgres.url().replace(postgres.password, "guess"), "select 1")


def test_a_port_that_is_taken_is_an_error_with_the_log(folder: Path, postgres: local.Server) -> None:
    with pytest.raises(local.PostgresError, match=r"(?s)did not start in .*data.*Is another postmaster already run"):
        local.start(folder / "data", postgres.port)


def test_one_fixture_gives_each_test_an_empty_database_of_one_server(database: str) -> None:
    assert _answer(database, "select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0


def test_root_is_told_which_folder_its_stand_in_cannot_enter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_account", lambda: {"user": 65_534, "group": 65_534, "extra_groups": []})
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(local.PostgresError, match=f"cannot enter {closed}"):
        local.start(closed / "data")
