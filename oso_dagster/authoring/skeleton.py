"""Writes a new metric: its SQL file and its registry entry, which load, lint and plan as they stand."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template as Placeholders

from sqlglot import exp

from oso_dagster.authoring.editing import LINE_LENGTH, add_entry, find_family, with_entry
from oso_dagster.authoring.entries import FAMILIES, Family, find_entries
from oso_dagster.authoring.sql_text import formatted
from oso_dagster.authoring.templates import SOURCES, TEMPLATES, Template
from sqlmesh_project.metrics_factory import REGISTRY

NAME = re.compile(r"[a-z][a-z0-9_]*")
FACTORY = "sqlmesh_project.metrics_factory"


class CannotMakeError(ValueError):
    """The metric cannot be made as asked; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an author asks for; what is None or empty comes from the template."""

    name: str
    template: str = "sum"
    family: str | None = None
    events: Sequence[str] = ()
    source: str | None = None
    peer: str | None = None
    display_name: str | None = None
    description: str | None = None
    unit: str | None = None
    owner: str = "oso"


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """What is to be written: the SQL file and its text, and the entry of a family."""

    name: str
    sql_path: Path
    sql: str
    family: Family
    entry: str

    @property
    def imports(self) -> dict[str, Sequence[str]]:
        """What the entry uses."""
        names = [name for name in ("MetricMetadata", "MetricQueryDef", "RollingConfig") if name in self.entry]
        return {FACTORY: names}

    def write(self) -> None:
        """Write both, or neither; raises CannotEditError before anything is written."""
        with_entry(self.family, self.name, self.entry, self.imports)
        self.sql_path.parent.mkdir(parents=True, exist_ok=True)
        self.sql_path.write_text(self.sql)
        add_entry(self.family, self.name, self.entry, self.imports)


def skeleton(wanted: Wanted, folder: Path = FAMILIES, registry: Path = REGISTRY) -> Skeleton:
    """What `wanted` becomes; raises CannotMakeError, or UnknownNameError for a family or a peer that is not there."""
    template = TEMPLATES[wanted.template]
    known = find_entries(folder, registry)
    _check_name(wanted.name, known)
    family = find_family(wanted.family or template.family, folder)
    subject = family.folder or family.name
    sql_path = folder / subject / f"{wanted.name}.sql"
    if sql_path.exists():
        raise CannotMakeError(f"there is a file {sql_path} already; no entry uses it: choose another name or remove it")
    events = template.event_types(subject, wanted.events)
    peer = _peer(wanted, template, known)
    return Skeleton(
        name=wanted.name,
        sql_path=sql_path,
        sql=_sql(template, _source(wanted, template, subject), events, peer),
        family=family,
        entry=_entry(wanted, template, f"{subject}/{wanted.name}.sql", events, peer),
    )


def _check_name(name: str, known: dict) -> None:
    if not NAME.fullmatch(name):
        raise CannotMakeError(f"the name {name!r} must be lower-case letters, digits and _, and begin with a letter")
    if name in known:
        place = known[name]
        raise CannotMakeError(f"there is a metric {name!r} already, in {place.path}:{place.line}")


def _source(wanted: Wanted, template: Template, subject: str) -> str:
    if wanted.source:
        return wanted.source if "." in wanted.source else f"oso.{wanted.source}"
    if template.peer is None and subject not in SOURCES:
        raise CannotMakeError(f"which table holds the events of {subject!r}? name it with --source")
    return SOURCES.get(subject, "")


def _peer(wanted: Wanted, template: Template, known: dict) -> str:
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    if template.peer is None:
        return ""
    peer = wanted.peer or template.peer
    if peer not in known:
        raise UnknownNameError("metric", peer, nearest_names(peer, known), "see `oso metrics list`")
    return peer


def _sql(template: Template, source: str, events: Sequence[str], peer: str) -> str:
    types = [exp.Literal.string(event).sql() for event in events]
    condition = f"= {types[0]}" if len(types) == 1 else f"IN ({', '.join(types)})"
    filled = {
        "source": source,
        "condition": f"events.event_type {condition}",
        "first": types[0] if types else "",
        "people": template.people,
        "peer": peer,
    }
    amount = Placeholders(template.amount).substitute(filled)
    return formatted(Placeholders(template.sql).substitute(filled, amount=amount), "trino")


def _entry(wanted: Wanted, template: Template, ref: str, events: Sequence[str], peer: str) -> str:
    """The dict item as the formatter writes it."""
    words = {"types": " or ".join(events), "first": events[0] if events else "", "peer": peer.replace("_", " ")}
    sentence = template.description.format(**words)
    lines = [f"{_text(wanted.name)}: MetricQueryDef(", f"    ref={_text(ref)},"]
    if template.time_aggregations:
        lines.append(f"    time_aggregations={_tuple(template.time_aggregations)},")
    if template.rolling:
        windows = ", ".join(map(str, template.rolling))
        lines.append(f'    rolling=RollingConfig(windows=({windows}), unit="day", cron="@daily"),')
    if template.over_all_time:
        lines.append("    over_all_time=True,")
    lines += [
        "    metadata=MetricMetadata(",
        f"        display_name={_text(wanted.display_name or wanted.name.replace('_', ' ').capitalize())},",
        *_description(wanted.description or sentence[:1].upper() + sentence[1:]),
        f"        unit={_text(wanted.unit or template.unit)},",
        f"        owner={_text(wanted.owner)},",
        f"        additivity={_text(template.additivity)},",
        "    ),",
        "),",
    ]
    return "\n".join(lines)


def _description(text: str) -> list[str]:
    """The option `description`, broken into parts where it is too long for a line of the family's dict."""
    whole = f"        description={_text(text)},"
    if len(whole) + 4 <= LINE_LENGTH:
        return [whole]
    parts, line = [], ""
    for word in text.split(" "):
        if line and len(_text(line + word)) > LINE_LENGTH - 20:
            parts.append(line)
            line = ""
        line += word + " "
    parts.append(line.removesuffix(" "))
    return ["        description=(", *(f"            {_text(part)}" for part in parts), "        ),"]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _tuple(values: Sequence[str]) -> str:
    return f"({', '.join(map(_text, values))})"
