"""An Iceberg REST catalog: who is let in, what is kept secret, where tables are, and locks, which it has none of.

Commits, lost races, compaction and orphans on one are in test_commits.py and test_compaction.py.
"""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import requests
from pydantic import SecretStr, ValidationError
from pyiceberg.exceptions import NoSuchTableError, OAuthError, RESTError, UnauthorizedError
from rest_fixture import CREDENTIAL, RestServer

from oso_dagster.project import environment_of
from oso_dagster.remedies import remedy
from oso_dagster.stack import object_store
from oso_dagster.stack import rest_catalog as server
from oso_lake import commits, rest_catalog
from oso_lake.catalog import close_catalogs, current_metadata, open_catalog, open_compute_catalog
from oso_lake.commits import Scope, ensure_table, replace
from oso_lake.contracts import TIMESTAMP, TableContract, column
from oso_lake.database import one_at_a_time
from oso_lake.duckdb_files import open_files
from oso_lake.filters import between
from oso_lake.sandbox import metadata_locations
from oso_lake.settings import Settings

AT = datetime(2025, 8, 19, tzinfo=UTC)
WORD = CREDENTIAL.partition(":")[2]


def contract(name: str) -> TableContract:
    schema = pa.schema([column("at", TIMESTAMP, "When."), column("n", pa.int64(), "Number.")])
    return TableContract(name=name, description="Rows of tests.", identity=("n",), schema=schema)


def put(settings: Settings, name: str, number: int = 1) -> None:
    one = contract(name)
    scope = Scope(between("at", AT, datetime(2025, 8, 20, tzinfo=UTC)), ("2025-08-19",))
    replace(open_catalog(settings), one, one.rows([{"at": AT, "n": number}]), scope, {commits.LOAD_ID: "test"})


@pytest.fixture
def settings(rest_server: RestServer, tmp_path: Path) -> Settings:
    return rest_server.settings(tmp_path / "home")


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A URL that can be connected to, and where nobody answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_metadata_of_every_table_is_told_as_the_tables_say_it(settings: Settings) -> None:
    names = [f"{space}.table_{number}" for space in ("first", "second") for number in range(12)]
    for name in names:
        ensure_table(open_catalog(settings), contract(name))
    found = current_metadata(settings)
    assert found == {name: open_catalog(settings).load_table(name).metadata_location for name in names}
    put(settings, "first.table_3")
    moved = current_metadata(settings)
    assert {name for name in names if moved[name] != found[name]} == {"first.table_3"}
    assert metadata_locations(open_catalog(settings), "first") == {
        f"table_{number}": moved[f"first.table_{number}"] for number in range(12)
    }
    assert metadata_locations(open_catalog(settings), "nowhere") == {}


def test_a_table_that_goes_while_they_are_listed_is_left_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, "test.stays")
    put(settings, "test.goes")
    listed = rest_catalog._tables

    def list_and_drop(catalog, namespace):
        yield from listed(catalog, namespace)
        catalog.drop_table("test.goes")

    monkeypatch.setattr(rest_catalog, "_tables", list_and_drop)
    assert set(current_metadata(settings)) == {"test.stays"}


def test_the_two_warehouses_are_apart(settings: Settings) -> None:
    put(settings, "test.rows")
    with pytest.raises(NoSuchTableError):
        open_compute_catalog(settings).load_table("test.rows")
    assert current_metadata(settings, "metrics") == {}
    location = current_metadata(settings)["test.rows"]
    assert location.startswith(f"{settings.warehouse_uri}/")


def test_who_shows_another_secret_is_not_let_in_and_is_told_what_to_do(settings: Settings) -> None:
    wrong = settings.model_copy(update={"catalog_credential": SecretStr("pipeline:wrong-word")})
    with pytest.raises((OAuthError, UnauthorizedError)) as refused:
        open_catalog(wrong)
    assert "does not let the pipeline in" in remedy(refused.value, wrong)
    assert "wrong-word" not in str(refused.value) + remedy(refused.value, wrong)
    nobody = settings.model_copy(update={"catalog_credential": None})
    with pytest.raises(UnauthorizedError):
        open_catalog(nobody)


def test_a_token_lets_in_as_well(settings: Settings) -> None:
    put(settings, "test.rows")
    form = {"grant_type": "client_credentials", "client_id": "pipeline", "client_secret": WORD}
    token = requests.post(f"{settings.catalog_url}/v1/oauth/tokens", data=form, timeout=10).json()["access_token"]
    other = settings.model_copy(update={"catalog_credential": None, "catalog_token": SecretStr(token)})
    assert set(current_metadata(other)) == {"test.rows"}


def test_a_token_that_is_no_longer_taken_is_renewed(settings: Settings) -> None:
    stale, catalog = "expired", open_catalog(settings)
    assert isinstance(catalog, rest_catalog.LakeRestCatalog)
    session: Any = catalog._session
    session.auth.auth_manager._token = stale
    put(settings, "test.rows")
    assert set(current_metadata(settings)) == {"test.rows"}
    assert session.auth.auth_manager._token != stale


def test_a_warehouse_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(RESTError, match="there is no warehouse of that name"):
        open_catalog(settings.model_copy(update={"catalog_warehouse": "elsewhere"}))


def test_a_server_that_is_away_is_told_apart(tmp_path: Path, rest_server: RestServer) -> None:
    away = rest_server.settings(tmp_path, catalog_url="http://127.0.0.1:1/catalog")
    with pytest.raises(requests.ConnectionError) as failed:
        open_catalog(away)
    told = remedy(failed.value, away)
    assert told.startswith("the REST catalog http://127.0.0.1:1/catalog ended the connection or does not answer")
    # another server's failure is not its
    with pytest.raises(requests.ConnectionError) as other:
        requests.get("http://127.0.0.1:2/", timeout=5)
    assert remedy(other.value, away) == ""


def test_a_server_that_never_answers_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, silent_server: str
) -> None:
    monkeypatch.setattr(rest_catalog, "TIMEOUT_SECONDS", (0.2, 0.2))
    deaf = settings.model_copy(update={"catalog_url": silent_server})
    for one in (deaf, deaf.model_copy(update={"catalog_credential": None})):
        with pytest.raises(requests.ReadTimeout):
            open_catalog(one)


def test_secrets_are_in_no_text_of_settings_and_catalog(settings: Settings) -> None:
    catalog = open_catalog(settings)
    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(catalog), str(catalog)):
        assert WORD not in text
    # runs in other processes are given it by their environment, and by nothing else
    assert (
        Settings.model_validate(
            {name.removeprefix("OSO_").lower(): value for name, value in environment_of(settings).items()}
            | {"evm_chains": ()}
        )
        == settings
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"catalog_url": "https://somebody:word@host/catalog"}, "OSO_CATALOG_CREDENTIAL is for secrets"),
        ({"catalog_url": "postgresql://host/db"}, "expected https://HOST"),
        ({"catalog_credential": SecretStr("word")}, "expected CLIENT_ID:SECRET"),
        ({"catalog_token": SecretStr("word"), "catalog_credential": SecretStr("a:word")}, "set one of them"),
        ({"engine": "trino", "catalog_compute_warehouse": ""}, "needs two warehouses"),
        ({"engine": "trino", "catalog_compute_warehouse": "lake"}, "needs two warehouses"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_printing_a_secret(
    tmp_path: Path, given: dict[str, object], told: str
) -> None:
    whole = {
        "home": tmp_path,
        "catalog_url": "https://host/catalog",
        "catalog_warehouse": "lake",
        "catalog_compute_warehouse": "models",
        "database_url": SecretStr("postgresql://oso:oso@host/oso"),
    }
    assert Settings.model_validate(whole | {"engine": "trino"}).engine == "trino"
    with pytest.raises(ValidationError, match=told) as refused:
        Settings.model_validate(whole | given)
    assert "word" not in str(refused.value)


def test_where_there_is_a_database_short_locks_are_taken_there(
    rest_server: RestServer, tmp_path: Path, database: str
) -> None:
    settings = rest_server.settings(tmp_path, database_url=SecretStr(database))
    inside, most = 0, []

    def work(guard: Callable[[], None]) -> None:
        nonlocal inside
        # a connection each, as processes have
        catalog = rest_catalog.open_rest(settings, "lake", "lake")
        with one_at_a_time(catalog, "test.rows"):
            inside += 1
            most.append(inside)
            guard()
            inside -= 1
        catalog.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [lambda: time.sleep(0.05)] * 4))
    assert most == [1, 1, 1, 1]


def test_a_warehouse_in_a_bucket_is_written_and_read_by_readers(tmp_path: Path) -> None:
    store = object_store.start(tmp_path, bucket="oso", access_key="oso", secret_key="a key")  # noqa: S106 - of the test's
    plain = Settings(
        home=tmp_path / "home",
        warehouse_url="s3://oso/warehouse",
        s3_endpoint=object_store.endpoint(store),
        s3_access_key=SecretStr("oso"),
        s3_secret_key=SecretStr("a key"),
    )
    served = server.Warehouses(
        places={"lake": plain.warehouse_uri},
        database=server.sqlite(tmp_path),
        credential=CREDENTIAL,
        files=server.bucket_files(plain),
    )
    try:
        started = server.start(tmp_path, server.install(plain.cache, plain.maven_url), served)
        given = {"catalog_url": server.url(started), "catalog_warehouse": "lake"}
        settings = plain.model_copy(update=given | {"catalog_credential": SecretStr(CREDENTIAL)})
        put(settings, "test.rows", 7)
        location = current_metadata(settings)["test.rows"]
        assert location.startswith("s3://oso/warehouse/")
        with duckdb.connect() as connection:
            open_files(connection, settings)
            assert connection.execute("SELECT n FROM iceberg_scan(?)", [location]).fetchall() == [(7,)]
    finally:
        close_catalogs()
        server.stop(tmp_path)
        object_store.stop(tmp_path)


def test_a_process_opens_each_warehouse_once(settings: Settings) -> None:
    first = open_catalog(settings)
    assert open_catalog(settings) is first
    close_catalogs()
    assert open_catalog(settings) is not first
    # who had it works on
    assert first.list_namespaces() == []
