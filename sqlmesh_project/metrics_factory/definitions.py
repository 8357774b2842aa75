"""What an author writes about a metric, and the models that follow from it: plain data, no SQL.

Unknown options do not raise where they are written: they are kept in `unknown_options` and reported with every other
mistake when the metrics are loaded, so that one typing mistake does not hide the rest.
"""

import dataclasses
import functools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias, TypeVar

from oso_lake.calendar import Grain

RETIRED_OPTIONS = frozenset({"use_python_model", "slots", "model_batch_size"})
ENTITY_TYPES = ("artifact", "project", "collection")

AuditCall: TypeAlias = str | tuple[str, Mapping[str, object]]
T = TypeVar("T")
Additivity = Literal["additive", "semi_additive", "non_additive"]


def keeps_unknown_options(cls: type[T]) -> type[T]:
    """Let the dataclass `cls` accept what is wrong with its options, and note it and the place of the call.

    None means that an option is not given. What is noted (unknown, positional, missing) is reported on loading.
    """
    options_of = {f.name: f for f in dataclasses.fields(cls) if f.init}  # ty: ignore[invalid-argument-type]
    required = [
        name
        for name, option in options_of.items()
        if option.default is dataclasses.MISSING and option.default_factory is dataclasses.MISSING
    ]
    original = cls.__init__

    @functools.wraps(original)
    def __init__(self: object, *positional: object, **options: object) -> None:  # noqa: N807 - it replaces the dataclass's own
        caller = sys._getframe(1)
        given = {k: v for k, v in options.items() if k in options_of and v is not None}
        missing = tuple(name for name in required if name not in given)
        original(self, **given, **dict.fromkeys(missing))
        notes = [f"takes its options by name: {value!r} has none" for value in positional]
        notes += [f"needs the option {name!r}" for name in missing]
        object.__setattr__(self, "misuses", tuple(notes))
        object.__setattr__(self, "unknown_options", tuple(k for k in options if k not in options_of))
        object.__setattr__(self, "defined_at", (caller.f_code.co_filename, caller.f_lineno))

    cls.__init__ = __init__  # ty: ignore[invalid-assignment]
    return cls


@keeps_unknown_options
@dataclass(frozen=True, kw_only=True)
class RollingConfig:
    """Windows of `windows` x `unit` that end with each sample date of `cron`."""

    windows: Sequence[int]
    unit: str = "day"
    cron: str = "@daily"
    unknown_options: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    misuses: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    defined_at: tuple[str, int] = field(default=("", 0), init=False, compare=False, repr=False)


@keeps_unknown_options
@dataclass(frozen=True, kw_only=True)
class MetricMetadata:
    """What a reader of the catalogue sees."""

    display_name: str | None = None
    description: str | None = None
    unit: str | None = None
    owner: str | None = None
    level: str | None = None
    deprecated: str | None = None
    bigger_is_better: bool | None = None
    additivity: Additivity | None = None
    unknown_options: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    misuses: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    defined_at: tuple[str, int] = field(default=("", 0), init=False, compare=False, repr=False)


@keeps_unknown_options
@dataclass(frozen=True, kw_only=True)
class MetricQueryDef:
    """One metric SQL file (`ref`, below the queries' folder) and the variants to make of it.

    `vars` become `@name` in the SQL. `reads="history"` says that a query looks at rows before its window,
    `lookback` that it looks that many days back. `incremental=False` rebuilds all of history each time.
    `metadata_by_name` describes each name of a query that gives several (the `x` of `@metric_name('x')`); what it
    leaves open is taken from `metadata`. Approximate functions are computed exactly, unless `approximate`.
    """

    ref: str
    name: str | None = None
    entity_types: Sequence[str] = ENTITY_TYPES
    vars: Mapping[str, object] = field(default_factory=dict)
    dialect: str | None = None
    rolling: RollingConfig | None = None
    time_aggregations: Sequence[str] = ()
    over_all_time: bool = False
    is_intermediate: bool = False
    enabled: bool = True
    metadata: MetricMetadata | None = None
    metadata_by_name: Mapping[str, MetricMetadata] = field(default_factory=dict)
    start: str | date | None = None
    end: str | date | None = None
    incremental: bool = True
    additional_tags: Sequence[str] = ()
    audits: Sequence[AuditCall] = ()
    incremental_audits: Sequence[AuditCall] = ()
    reads: str = "window"
    lookback: int = 0
    attribution: str = "current"
    approximate: bool = False
    unknown_options: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    misuses: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    defined_at: tuple[str, int] = field(default=("", 0), init=False, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One entity type and one way of time: a grain, a rolling window, or all time (both None)."""

    entity_type: str
    grain: Grain | None = None
    window: int | None = None
    unit: str | None = None

    @property
    def is_rolling(self) -> bool:
        """Whether each sample date has its own window."""
        return self.window is not None

    @property
    def suffix(self) -> str:
        """The end of model and metric names."""
        if self.window is not None:
            return f"over_{self.window}_{self.unit}_window"
        return self.grain.value if self.grain else "over_all_time"


@dataclass(frozen=True, kw_only=True)
class MetricModelDefinition:
    """One model that the factory makes; `columns` are name and type (DuckDB), in order."""

    name: str
    metric: str
    variant: Variant
    owner: str | None
    cron: str
    start: date
    end: date | None
    incremental: bool
    reads: str
    strategy: str
    depends_on: frozenset[str]
    metric_names: tuple[str, ...]
    tags: tuple[str, ...]
    description: str
    columns: Mapping[str, str]
    column_descriptions: Mapping[str, str]
    audits: tuple[AuditCall, ...]
    grain_columns: tuple[str, ...]
    is_state: bool = False

    @property
    def entity_type(self) -> str:
        """artifact, project or collection."""
        return self.variant.entity_type

    @property
    def grain(self) -> Grain | None:
        """The partitions' grain; None when it is not partitioned. A rolling model has that of its sample dates."""
        return self.variant.grain if self.incremental else None

    @property
    def rolling(self) -> tuple[int, str] | None:
        """(30, "day") for a rolling model."""
        variant = self.variant
        return (variant.window, variant.unit or "day") if variant.window is not None else None

    @property
    def over_all_time(self) -> bool:
        """Whether it holds one row per entity for all of history."""
        return self.variant.grain is None

    @property
    def suffix(self) -> str:
        """`daily`, `over_30_day_window`, `over_all_time`."""
        return self.variant.suffix

    @property
    def kind(self) -> Literal["INCREMENTAL_BY_TIME_RANGE", "FULL"]:
        """SQLMesh's kind."""
        return "INCREMENTAL_BY_TIME_RANGE" if self.incremental else "FULL"


@dataclass(frozen=True, kw_only=True)
class NamedMetric:
    """One name that a metric's query gives (without source and suffix) and what a reader is told about it."""

    name: str
    display_name: str
    description: str
    unit: str | None
    additivity: Additivity
    owner: str | None
    level: str | None
    deprecated: str | None
    bigger_is_better: bool | None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One registry entry as loaded: what it means, the names it gives, and its models."""

    name: str
    display_name: str
    description: str
    unit: str | None
    additivity: Additivity
    owner: str | None
    level: str | None
    deprecated: str | None
    bigger_is_better: bool | None
    is_intermediate: bool
    sql_source_path: str
    named: Mapping[str, NamedMetric]
    models: tuple[MetricModelDefinition, ...]
    states: tuple[MetricModelDefinition, ...] = ()

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The names that its query gives, in order."""
        return tuple(self.named)
