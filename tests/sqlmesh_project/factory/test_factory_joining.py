"""The joiner on SQL as authors write it.

Most shapes have one law: a metric of an entity is the artifact's metric over events that name the entity instead of
its artifact. So the expected rows come from the same file, compiled for artifacts, over events relabelled in Python.
Shapes that compare or count artifacts have expectations of their own.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import duckdb
import pytest
from joined_shapes import BOUNDS, DIALECTS, EVENTS, HEAD, ONLY_ROLLING, SHAPES, STARRED, TAIL, relabelled
from membership_oracle import TO_COLLECTION, TO_PROJECT, EntityWorld, Happening, Member

from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 3, 1)
ROLLING = {"rolling": RollingConfig(windows=[9])}
TIMES = {"int_events_daily__github": "bucket_day", "int_events__github": "time"}
MEMBERSHIPS = {
    TO_PROJECT: [
        Member("repo0", "p1"),
        Member("repo1", "p1"),
        Member("repo1", "p2", None, date(2024, 2, 5)),
        Member("repo1", "p2", date(2024, 2, 10)),
        Member("repo2", "p2", date(2024, 1, 10)),
        Member("repo3", "p3", None, date(2024, 1, 25)),
        Member("repo4", "p3"),
    ],
    TO_COLLECTION: [Member("p1", "c1"), Member("p2", "c1"), Member("p2", "c2"), Member("p3", "c2", None, None)],
}


@pytest.fixture(scope="module")
def world():
    """Six repositories, one in no project; repo1 in two projects of one collection; only repo0 and repo5 have stars."""
    events = [
        Happening(
            datetime.fromisoformat("2024-01-01") + timedelta(hours=(index * 53) % (24 * 58)),
            "GITHUB" if index % 4 else "GITLAB",
            "STARRED" if index * 11 % 17 % 6 in {0, 5} and index % 3 else "COMMIT_CODE",
            f"dev{index * 7 % 6}",
            f"repo{index * 11 % 17 % 6}",
            float(1 + index % 3),
        )
        for index in range(160)
    ]
    return EntityWorld(events=events, tables=MEMBERSHIPS)


@pytest.fixture(scope="module")
def connection(world):
    """The world's tables, and an empty int_bots."""
    opened = duckdb.connect()
    world.write(opened)
    opened.execute("CREATE TABLE oso.int_bots (artifact_id VARCHAR)")
    yield opened
    opened.close()


def run(connection, metrics, model, begin=BEGIN, end=END):
    """Rows of a model."""
    return sorted(connection.execute(metrics.render(model, window=(begin, end))).fetchall())


@pytest.mark.parametrize("attribution", ["current", "as_of_event"])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_an_entitys_metric_is_the_artifacts_over_relabelled_events(world, connection, make_metrics, shape, attribution):
    grains = {} if shape in ONLY_ROLLING else {"time_aggregations": ["monthly"]}
    metrics = make_metrics(
        {"m": (SHAPES[shape], {**grains, **ROLLING, "attribution": attribution, "dialect": DIALECTS.get(shape)})},
        sources=TIMES,
    )
    for entity in ("project", "collection"):
        other = duckdb.connect()
        relabelled(world, entity, attribution).write(other)
        for suffix in ["monthly"] * bool(grains) + ["over_9_day_window"]:
            span = (BEGIN, END) if suffix == "monthly" else (date(2024, 1, 28), date(2024, 2, 12))
            got = run(connection, metrics, f"oso.m_to_{entity}_{suffix}", *span)
            assert got == run(other, metrics, f"oso.m_to_artifact_{suffix}", *span)
            assert got
        other.close()


def rows_of(connection, make_metrics, sql, entity="project", suffix="monthly", **options):
    """(entity, amount) of a metric of the whole world, without its event sources and dates."""
    metrics = make_metrics({"m": (sql, {"time_aggregations": ["monthly"], **options})}, sources=TIMES)
    return [(row[0], row[2], row[5]) for row in run(connection, metrics, f"oso.m_to_{entity}_{suffix}")]


JOINS = {
    "ON": ("JOIN oso.int_events__github AS s ON s.to_artifact_id = c.to_artifact_id", ""),
    "WHERE": (", oso.int_events__github AS s", "AND s.to_artifact_id = c.to_artifact_id"),
    "keyed by the other": ("JOIN oso.int_events__github AS s ON s.to_artifact_id = c.to_artifact_id", "other"),
}


class TestWhatStaysWithArtifacts:
    """Arguments of aggregates, filters, and comparisons between raw sources."""

    @pytest.mark.parametrize(
        ("amount", "value"),
        [
            ("COUNT(DISTINCT to_artifact_id)", lambda es: len({e.artifact for e in es})),
            ("COUNT(DISTINCT CASE WHEN event_type = 'STARRED' THEN to_artifact_id END)",
             lambda es: len({e.artifact for e in es if e.kind == "STARRED"})),
            ("SUM(CASE WHEN to_artifact_id = 'repo1' THEN 1 ELSE 0 END)",
             lambda es: sum(e.artifact == "repo1" for e in es)),
            ("COUNT(*) FILTER (WHERE to_artifact_id IN ('repo1', 'repo2'))",
             lambda es: sum(e.artifact in {"repo1", "repo2"} for e in es)),
            ("LENGTH(MIN(to_artifact_id)) + COUNT(DISTINCT to_artifact_id || from_artifact_id)",
             lambda es: 5 + len({e.artifact + e.actor for e in es})),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("entity", ["project", "collection"])
    def test_an_aggregates_argument(self, world, connection, make_metrics, entity, amount, value):
        sql = SHAPES["grouped"].replace("SUM(amount)", amount)
        groups = defaultdict(list)
        for name, event in world.attributed(entity):
            groups[event.day.replace(day=1), event.source, name].append(event)
        want = sorted((day, source, name, float(value(events))) for (day, source, name), events in groups.items())
        assert rows_of(connection, make_metrics, sql, entity) == [(day, name, n) for day, _, name, n in want]

    def test_a_filter(self, world, connection, make_metrics):
        sql = SHAPES["grouped"].replace("GROUP BY", "AND to_artifact_id IN ('repo0', 'repo2') GROUP BY")
        want = defaultdict(float)
        for name, event in world.attributed("collection"):
            if event.artifact in {"repo0", "repo2"}:
                want[event.day.replace(day=1), event.source, name] += event.amount
        got = rows_of(connection, make_metrics, sql, "collection")
        assert got == [(day, name, n) for (day, _, name), n in sorted(want.items())]

    SAME_REPOSITORY = f"""
        SELECT @metrics_sample_date(c.bucket_day) AS metrics_sample_date, c.event_source, c.to_artifact_id, {TAIL}
          COUNT(*) AS amount
        FROM {EVENTS} AS c {{join}}
        WHERE c.event_type = 'COMMIT_CODE' AND s.event_type = 'STARRED' AND c.{BOUNDS} {{condition}}
        GROUP BY 1, 2, 3
    """

    @pytest.mark.parametrize("join", list(JOINS))
    @pytest.mark.parametrize("entity", ["project", "collection"])
    def test_t5_two_sources_meet_in_a_repository_and_the_pair_counts_once(
        self, world, connection, make_metrics, join, entity
    ):
        tables, condition = JOINS[join]
        sql = self.SAME_REPOSITORY.format(join=tables, condition=condition.replace("other", ""))
        if condition == "other":
            sql = sql.replace("c.to_artifact_id, ''", "s.to_artifact_id, ''")
        stars = [event for event in world.events if event.kind == "STARRED"]
        want = Counter()
        for name, event in world.attributed(entity):
            month = event.day.replace(day=1)
            # what came after the month says nothing of it
            known = [star for star in stars if star.artifact == event.artifact and star.day.month <= month.month]
            if event.kind == "COMMIT_CODE":
                want[month, event.source, name] += len(known)
        expected = [(day, name, float(n)) for (day, _, name), n in sorted(want.items()) if n]
        assert rows_of(connection, make_metrics, sql, entity, reads="history") == expected

    def test_a_self_join_keyed_twice_counts_a_row_once(self, world, connection, make_metrics):
        """Grouped by both keys, which are one artifact: an artifact of two projects is no pair of projects."""
        sql = f"""
            WITH days AS (
              SELECT a.to_artifact_id, b.to_artifact_id AS again, a.event_source, a.bucket_day, COUNT(*) AS n
              FROM {EVENTS} AS a JOIN {EVENTS} AS b
                ON a.to_artifact_id = b.to_artifact_id AND a.bucket_day = b.bucket_day
              WHERE a.{BOUNDS} AND b.{BOUNDS}
              GROUP BY 1, 2, 3, 4
            )
            {HEAD} {TAIL} SUM(n) AS amount FROM days GROUP BY 1, 2, 3
        """
        of_day = Counter((event.artifact, event.day) for event in world.events)
        want = Counter()
        for name, event in world.attributed("project"):
            want[event.day.replace(day=1), event.source, name] += of_day[event.artifact, event.day]
        got = rows_of(connection, make_metrics, sql)
        assert got == [(day, name, float(n)) for (day, _, name), n in sorted(want.items())]

    def test_a_full_join_of_one_source_with_itself(self, world, connection, make_metrics):
        """Days with stars or commits of a repository: one artifact on both sides, so one membership."""
        sql = f"""
            WITH stars AS (SELECT * FROM {EVENTS} WHERE event_type = 'STARRED'),
            commits AS (SELECT * FROM {EVENTS} WHERE event_type = 'COMMIT_CODE')
            SELECT @metrics_sample_date(COALESCE(s.bucket_day, c.bucket_day)) AS metrics_sample_date,
              COALESCE(s.event_source, c.event_source) AS event_source,
              COALESCE(s.to_artifact_id, c.to_artifact_id) AS to_artifact_id, {TAIL} COUNT(*) AS amount
            FROM stars AS s FULL JOIN commits AS c ON s.to_artifact_id = c.to_artifact_id
              AND s.bucket_day = c.bucket_day AND s.event_source = c.event_source
            GROUP BY 1, 2, 3
        """
        cells = defaultdict(Counter)
        for event in world.events:
            cells[event.artifact, event.source, event.day][event.kind] += 1
        want = Counter()
        for (artifact, source, day), kinds in cells.items():
            count = kinds["STARRED"] * kinds["COMMIT_CODE"] or kinds["STARRED"] + kinds["COMMIT_CODE"]
            for name in world.entities("project", artifact, "current", day):
                want[day.replace(day=1), source, name] += count
        got = rows_of(connection, make_metrics, sql, reads="history")
        assert got == [(day, name, float(n)) for (day, _, name), n in sorted(want.items())]


@pytest.mark.parametrize("entity", ["project", "collection"])
def test_pairs_of_entities_are_keyed_on_both_sides(world, connection, make_metrics, entity):
    """People who act in two entities in a window: the sides are different artifacts, so each has its membership."""
    sql = f"""
        WITH pairs AS (
          SELECT a.to_artifact_id, b.to_artifact_id AS other_id, a.event_source, a.from_artifact_id
          FROM {EVENTS} AS a JOIN {EVENTS} AS b ON a.from_artifact_id = b.from_artifact_id
          WHERE a.{BOUNDS} AND b.{BOUNDS}
        )
        SELECT @metrics_end('DATE') AS metrics_sample_date, event_source, to_artifact_id, {TAIL}
          COUNT(DISTINCT from_artifact_id) AS amount
        FROM pairs WHERE to_artifact_id <> other_id GROUP BY 1, 2, 3
    """
    metrics = make_metrics({"m": (sql, ROLLING)})
    got = run(connection, metrics, f"oso.m_to_{entity}_over_9_day_window", date(2024, 1, 20), date(2024, 1, 23))
    want = defaultdict(set)
    for day in (date(2024, 1, 20), date(2024, 1, 21), date(2024, 1, 22)):
        inside = [(n, e) for n, e in world.attributed(entity) if day - timedelta(days=9) < e.day <= day]
        for name, event in inside:
            if any(other != name and e.actor == event.actor for other, e in inside):
                want[day, event.source, name].add(event.actor)
    assert [(row[0], row[1], row[2], row[5]) for row in got] == sorted(
        (*key, float(len(people))) for key, people in want.items()
    )
    assert got


class TestByHand:
    """`@metrics_entity_type_*` marks its own SELECT as left alone."""

    def test_one_branch_by_hand_and_its_sibling_lifted(self, world, connection, make_metrics):
        sql = f"""
            WITH commits AS (SELECT bucket_day, event_source, to_artifact_id, amount FROM {EVENTS}
              WHERE event_type = 'COMMIT_CODE' AND {BOUNDS})
            SELECT @metrics_sample_date(c.bucket_day) AS metrics_sample_date, c.event_source,
              @metrics_entity_type_col('to_{{entity_type}}_id', table_alias := c, include_column_alias := true),
              {TAIL} SUM(c.amount) AS amount
            FROM commits AS c GROUP BY 1, 2, @metrics_entity_type_col('to_{{entity_type}}_id', table_alias := c)
            UNION ALL
            {HEAD} {TAIL} SUM(amount) AS amount FROM {EVENTS}
            WHERE event_type = 'STARRED' AND {BOUNDS} GROUP BY 1, 2, 3
        """
        want = defaultdict(float)
        for name, event in world.attributed("project"):
            want[event.day.replace(day=1), event.source, name, event.kind] += event.amount
        got = rows_of(connection, make_metrics, sql)
        assert sorted(got) == sorted((day, name, n) for (day, _, name, _), n in want.items())

    TABLE = f"""
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source,
          @metrics_entity_type_alias(to_id, 'to_{{entity_type}}_id'), {TAIL} SUM(amount) AS amount
        FROM @metrics_entity_type_table('oso.int_events_to_{{entity_type}}')
        WHERE {BOUNDS} GROUP BY 1, 2, 3
    """

    def test_a_table_per_entity_is_read_as_it_is(self, world, connection, make_metrics):
        for entity in ("artifact", "project", "collection"):
            source = relabelled(world, entity, "current") if entity != "artifact" else world
            rows = [(event.day, event.source, event.artifact, event.amount) for event in source.events]
            connection.execute(
                f"CREATE OR REPLACE TABLE oso.int_events_to_{entity} "
                "(bucket_day DATE, event_source VARCHAR, to_id VARCHAR, amount DOUBLE)"
            )
            connection.executemany(f"INSERT INTO oso.int_events_to_{entity} VALUES (?, ?, ?, ?)", rows)
        tables = [f"int_events_to_{entity}" for entity in ("artifact", "project", "collection")]
        metrics = make_metrics({"m": (self.TABLE, {"time_aggregations": ["monthly"]})}, relations=tables)
        plain = make_metrics({"n": (SHAPES["grouped"], {"time_aggregations": ["monthly"]})})
        for entity in ("artifact", "project", "collection"):
            got = run(connection, metrics, f"oso.m_to_{entity}_monthly")
            want = run(connection, plain, f"oso.n_to_{entity}_monthly")
            assert [row[:3] + row[5:] for row in got] == [row[:3] + row[5:] for row in want]

    def test_a_missing_table_of_an_entity_is_an_error_at_load(self, make_metrics):
        with pytest.raises(MetricsError, match=r"unknown source oso\.int_events_to_project; did you mean"):
            make_metrics({"m": (self.TABLE, {"time_aggregations": ["monthly"]})}, relations=["int_events_to_artifact"])


MISTAKES = {
    "an artifact in a union with entities": (
        f"""WITH both_kinds AS (
              SELECT bucket_day, event_source, to_artifact_id FROM {EVENTS} WHERE {BOUNDS}
              UNION ALL
              SELECT DATE '2024-01-01', 'GITHUB', b.artifact_id FROM oso.int_bots AS b
            )
            {HEAD} {TAIL} COUNT(*) AS amount FROM both_kinds GROUP BY 1, 2, 3""",
        4, "b.artifact_id is an artifact, and the other branch of the UNION has a project",
    ),
    "an entity equated with an undeclared artifact": (
        f"""WITH keyed AS (SELECT bucket_day, event_source, to_artifact_id FROM {EVENTS} WHERE {BOUNDS})
            SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, keyed.to_artifact_id,
              {TAIL} COUNT(*) AS amount
            FROM keyed JOIN oso.int_bots AS b
              ON b.artifact_id = keyed.to_artifact_id GROUP BY 1, 2, 3""",
        5, "holds a project here, b.artifact_id an artifact: aggregate the latter from a timeseries source, or declare",
    ),
    "the same in WHERE and from the other side": (
        f"""WITH keyed AS (SELECT bucket_day, event_source, to_artifact_id FROM {EVENTS} WHERE {BOUNDS})
            SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, keyed.to_artifact_id,
              {TAIL} COUNT(*) AS amount
            FROM keyed, oso.int_bots AS b
            WHERE keyed.to_artifact_id = b.artifact_id GROUP BY 1, 2, 3""",
        5, "b.artifact_id an artifact",
    ),
    "the same by USING": (
        f"""WITH keyed AS (SELECT bucket_day, event_source, to_artifact_id FROM {EVENTS} WHERE {BOUNDS})
            {HEAD} {TAIL} COUNT(*) AS amount FROM keyed
            JOIN oso.int_bots AS b USING (to_artifact_id) GROUP BY 1, 2, 3""",
        3, "USING (to_artifact_id) compares a project with an artifact",
    ),
    "the same by IN": (
        f"""WITH keyed AS (SELECT bucket_day, event_source, to_artifact_id FROM {EVENTS} WHERE {BOUNDS})
            {HEAD} {TAIL} COUNT(*) AS amount FROM keyed
            WHERE to_artifact_id NOT IN (SELECT artifact_id FROM oso.int_bots) GROUP BY 1, 2, 3""",
        3, "to_artifact_id holds a project here, artifact_id an artifact",
    ),
    "an entity equated with a person": (
        f"""WITH keyed AS (SELECT bucket_day, event_source, to_artifact_id, from_artifact_id FROM {EVENTS}
              WHERE {BOUNDS})
            {HEAD} {TAIL} COUNT(*) AS amount FROM keyed
            WHERE to_artifact_id <> from_artifact_id GROUP BY 1, 2, 3""",
        4, "from_artifact_id an artifact",
    ),
    "two keys, unqualified": (
        f"""SELECT @metrics_sample_date(a.bucket_day) AS metrics_sample_date, a.event_source,
              to_artifact_id, {TAIL} COUNT(*) AS amount
            FROM {EVENTS} AS a JOIN {EVENTS} AS b ON a.from_artifact_id = b.from_artifact_id
            WHERE a.{BOUNDS} AND b.{BOUNDS} GROUP BY 1, 2, 3""",
        2, "to_artifact_id is ambiguous here: say of which table",
    ),
    "a natural join": (
        f"""WITH keyed AS (SELECT bucket_day, event_source, to_artifact_id FROM {EVENTS} WHERE {BOUNDS})
            {HEAD} {TAIL} COUNT(*) AS amount
            FROM keyed NATURAL JOIN oso.int_bots GROUP BY 1, 2, 3""",
        3, "a NATURAL JOIN does not say whether artifacts are compared",
    ),
    "a star that hides the key of a deduplication": (
        f"""WITH every AS (
              SELECT DISTINCT * FROM {EVENTS} WHERE {BOUNDS})
            {HEAD} {TAIL} COUNT(*) AS amount FROM every GROUP BY 1, 2, 3""",
        2, "SELECT * hides to_artifact_id of int_events_daily__github here: list the columns",
    ),
    "a star beside a window over the key": (
        f"""WITH every AS (
              SELECT *, ROW_NUMBER() OVER (PARTITION BY to_artifact_id ORDER BY bucket_day) AS n
              FROM {EVENTS} WHERE {BOUNDS})
            {HEAD} {TAIL} MAX(n) AS amount FROM every GROUP BY 1, 2, 3""",
        2, "SELECT * hides to_artifact_id here: list the columns",
    ),
    "a source in LATERAL": (
        f"""SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, e.event_source, e.to_artifact_id, {TAIL}
              COUNT(*) AS amount
            FROM {EVENTS} AS e CROSS JOIN LATERAL (
              SELECT o.amount FROM {EVENTS} AS o WHERE o.{BOUNDS}) AS near
            WHERE e.{BOUNDS} GROUP BY 1, 2, 3""",
        4, "int_events_daily__github is read inside LATERAL",
    ),
    "an artifact asked about beside groups of entities": (
        f"""{HEAD}
              '' AS from_artifact_id, CASE WHEN to_artifact_id = 'repo1' THEN @metric_name('one')
              ELSE @metric_name('other') END AS metric, COUNT(*) AS amount
            FROM {EVENTS} WHERE {BOUNDS} GROUP BY 1, 2, to_artifact_id""",
        2, "to_artifact_id is compared as an artifact in a SELECT grouped by project",
    ),
    "a comparison in a SELECT about no entity": (
        f"""WITH starred AS ({STARRED}),
            rate AS (SELECT COUNT(*) AS n FROM {EVENTS} AS e WHERE e.{BOUNDS} AND e.to_artifact_id IN (
              SELECT to_artifact_id FROM starred) GROUP BY e.event_type)
            {HEAD} {TAIL} MAX(rate.n) AS amount
            FROM {EVENTS} CROSS JOIN rate WHERE {BOUNDS} GROUP BY 1, 2, 3""",
        2, "to_artifact_id is compared with a project in a SELECT that is about no project",
    ),
    "a comparison that only some rows must meet": (
        f"""WITH people AS (SELECT DISTINCT event_source, to_artifact_id, from_artifact_id FROM {EVENTS}
              WHERE {BOUNDS})
            SELECT @metrics_sample_date(e.bucket_day) AS metrics_sample_date, p.event_source, p.to_artifact_id, {TAIL}
              SUM(CASE WHEN e.to_artifact_id = p.to_artifact_id THEN e.amount END) / SUM(e.amount) AS amount
            FROM people AS p JOIN {EVENTS} AS e ON e.from_artifact_id = p.from_artifact_id
            WHERE e.{BOUNDS} GROUP BY 1, 2, 3""",
        4, "e.to_artifact_id is compared with a project elsewhere than in a condition of ON or WHERE",
    ),
    "a key that may be NULL": (
        f"""SELECT @metrics_sample_date(b.bucket_day) AS metrics_sample_date, b.event_source,
              a.to_artifact_id, {TAIL} COUNT(*) AS amount
            FROM {EVENTS} AS b LEFT JOIN {EVENTS} AS a ON a.from_artifact_id = b.from_artifact_id
              AND a.bucket_day < @metrics_end('DATE')
            WHERE b.{BOUNDS} GROUP BY 1, 2, 3""",
        2, "a is on the side of an outer join that may be NULL, and keys this SELECT",
    ),
    "no key at all": (
        f"""SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source,
              'everything' AS to_artifact_id, {TAIL} COUNT(*) AS amount
            FROM {EVENTS} WHERE {BOUNDS} GROUP BY 1, 2""",
        None, "to_artifact_id of the outermost SELECT cannot be turned into a project",
    ),
    "an unlisted source": (
        SHAPES["grouped"].replace("__github", "__gitlab"), None, "unknown source oso.int_events_daily__gitlab",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_what_cannot_be_rewritten_says_where_and_why(make_metrics, mistake):
    sql, line, message = MISTAKES[mistake]
    with pytest.raises(MetricsError) as caught:
        make_metrics({"m": (sql, {"time_aggregations": ["monthly"], "entity_types": ["project"]})})
    [problem] = caught.value.problems
    assert message in str(problem)
    if line is not None:
        assert problem.line == line
        assert f"m.sql:{line}: metric 'm'" in str(problem)


def test_the_same_queries_are_sound_for_artifacts(make_metrics):
    for mistake, (sql, _, _) in MISTAKES.items():
        if mistake in {"an unlisted source", "a natural join"}:
            continue
        metrics = make_metrics({"m": (sql, {"time_aggregations": ["monthly"], "entity_types": ["artifact"]})})
        assert list(metrics.models) == ["oso.m_to_artifact_monthly"]
