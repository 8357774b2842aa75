"""`MacroOverridingModel`: registers a generated SQL model through SQLMesh's `@model` registry.

SQLMesh's own decorator makes a SQL model of a Python function by serializing the function and all that it refers to,
and runs it on every rendering. Here the macros of metrics are resolved already: the model is made from its finished
query, so its fingerprint follows that query and the model's parameters, and nothing else.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp
from sqlmesh.core.model import Model, create_sql_model, model
from sqlmesh.core.model.definition import parse_defaults_properties, render_model_defaults
from sqlmesh.core.model.kind import ModelKindName
from sqlmesh.utils import UniqueKeyDict

from sqlmesh_project.metrics_factory.definitions import MetricModelDefinition
from sqlmesh_project.metrics_factory.proxies import generated_model

# models are the same text whatever engine runs them: SQLMesh transpiles from this dialect
MODEL_DIALECT = "duckdb"
_LOADER_ARGUMENTS = (
    "macros",
    "jinja_macros",
    "signal_definitions",
    "audit_definitions",
    "time_column_format",
    "physical_schema_mapping",
    "project",
    "default_catalog",
    "virtual_environment_mode",
)


class MacroOverridingModel(model):
    """One generated model in SQLMesh's registry; `query` holds no macro but SQLMesh's dates and `@oso_id`."""

    def __init__(self, definition: MetricModelDefinition, query: exp.Query) -> None:
        super().__init__(definition.name, is_sql=True, **_parameters(definition))
        self.query = query

    @classmethod
    def registry(cls) -> UniqueKeyDict:
        """The registry that SQLMesh clears and reads; the inherited method would make one for this class alone."""
        return model.registry()

    def models(
        self,
        get_variables: Callable[[str | None], dict[str, str]],
        path: Path,
        module_path: Path,
        dialect: str | None = None,
        default_catalog_per_gateway: dict[str, str] | None = None,
        **loader_kwargs: Any,
    ) -> list[Model]:
        """The SQLMesh model."""
        defaults = _defaults(loader_kwargs, module_path, path, dialect)
        arguments = {name: loader_kwargs[name] for name in _LOADER_ARGUMENTS if name in loader_kwargs}
        return [
            create_sql_model(
                self.name,
                self.query.copy(),
                dialect=MODEL_DIALECT,
                path=path,
                module_path=module_path,
                defaults=defaults,
                variables=get_variables(None),
                **arguments,
                **self.kwargs,
            )
        ]


def register(definition: MetricModelDefinition, query: exp.Query) -> None:
    """Put a model into SQLMesh's registry; raises ValueError when its name is taken."""
    registry = MacroOverridingModel.registry()
    if definition.name.lower() in registry:
        raise ValueError(f"a model {definition.name} is registered already")
    MacroOverridingModel(definition, query)(generated_model)


def _defaults(loader_kwargs: Mapping[str, Any], module_path: Path, path: Path, dialect: str | None) -> dict[str, Any]:
    given = loader_kwargs.get("defaults")
    if not given:
        return {}
    rendered = render_model_defaults(
        defaults={key: value for key, value in given.items() if key not in {"dialect", "kind"}},
        module_path=module_path,
        macros=loader_kwargs.get("macros"),
        jinja_macros=loader_kwargs.get("jinja_macros"),
        variables={},
        path=path,
        dialect=dialect,
        default_catalog=loader_kwargs.get("default_catalog"),
    )
    return parse_defaults_properties(rendered, dialect=dialect)


def _parameters(definition: MetricModelDefinition) -> dict[str, Any]:
    kind: dict[str, Any] = {"name": ModelKindName[definition.kind]}
    if definition.incremental:
        kind["time_column"] = "metrics_sample_date"
    parameters: dict[str, Any] = {
        "kind": kind,
        "cron": definition.cron,
        "start": definition.start.isoformat(),
        "description": definition.description,
        "columns": dict(definition.columns),
        "column_descriptions": dict(definition.column_descriptions),
        "tags": list(definition.tags),
        "grains": [exp.Tuple(expressions=[exp.column(name) for name in definition.grain_columns])],
        "audits": [(call, {}) if isinstance(call, str) else _audit(call) for call in definition.audits],
        "depends_on": set(definition.depends_on),
        # known exactly, so that SQLMesh need not render the query to find them
        "extract_dependencies_from_query": False,
        # the query is fully written out: qualifying it again would cost 10 ms a model and change nothing
        "optimize_query": False,
    }
    if definition.end is not None:
        parameters["end"] = definition.end.isoformat()
    if definition.owner is not None:
        parameters["owner"] = definition.owner
    return parameters


def _audit(call: tuple[str, Mapping[str, object]]) -> tuple[str, dict[str, Any]]:
    name, arguments = call
    return name, {key: _columns(value) if key == "columns" else value for key, value in arguments.items()}


def _columns(value: object) -> object:
    if isinstance(value, tuple | list):
        return exp.Tuple(expressions=[exp.column(str(name)) for name in value])
    return value
