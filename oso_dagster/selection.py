"""Which models a person means: names, globs, tags, and `+` for what lies upstream."""

from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from oso_dagster.broken_metrics import BrokenMetric
from oso_dagster.manifest import Manifest, ModelEntry


class UnknownSelectionError(ValueError):
    """Nothing is called that; the message names the nearest."""


def select(manifest: Manifest, selection: str) -> tuple[ModelEntry, ...]:
    """Models in topological order that any term of `selection` (separated by spaces or commas) names.

    A term is a name (`stars_to_project_monthly`, also `oso.` or `oso/` before it), a glob (`stars_*`), `*` or `all`, or
    `metric:stars`, `entity:project`, `grain:daily`, `category:code`, `type:mart`; `+` before it adds its upstream.
    Raises UnknownSelectionError.
    """
    terms = selection.replace(",", " ").split()
    if not terms:
        raise UnknownSelectionError("nothing is selected: name a model, or * for all")
    names = {name for term in terms for name in _names(manifest, term)}
    return tuple(model for model in manifest.models if model.name in names)


def _names(manifest: Manifest, term: str) -> Iterator[str]:
    pattern = term.removeprefix("+")
    found = [model.name for model in manifest.models if _matches(model, pattern)]
    if not found:
        if broken := _broken(manifest, pattern):
            raise UnknownSelectionError(f"{term} cannot be made: {broken}")
        near = get_close_matches(pattern, [model.table for model in manifest.models], n=3, cutoff=0.5)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        raise UnknownSelectionError(f"no model is selected by {term!r}{hint}; `oso metrics list` lists metrics")
    for name in found:
        yield name
        if term.startswith("+"):
            yield from manifest.ancestors(name)


def _broken(manifest: Manifest, pattern: str) -> BrokenMetric | None:
    """The metric with mistakes that `pattern` names, by itself or by one of its models."""
    plain = pattern.replace("/", ".").removeprefix("oso.").removeprefix("metric:")
    named = (broken for name, broken in manifest.broken_models.items() if fnmatchcase(name.rsplit(".", 1)[-1], plain))
    return next(named, None) or next((broken for broken in manifest.broken if broken.metric == plain), None)


def _matches(model: ModelEntry, pattern: str) -> bool:
    if pattern in {"*", "all"}:
        return True
    word, separator, value = pattern.partition(":")
    if separator:
        if word == "type":
            return model.model_type == value
        if word == "grain":
            return (model.grain.value if model.grain else "none") == value
        return model.tags.get(word) == value
    plain = pattern.replace("/", ".").removeprefix("oso.")
    return fnmatchcase(model.table, plain)
