"""Lint rules of the project, on top of SQLMesh's own: what every model must say, and what none may do."""

from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model, ModelKindName

_DECLARED_ELSEWHERE = {ModelKindName.EXTERNAL, ModelKindName.SEED}


class RequireDescription(Rule):
    """A model says what a row of it is: add `description` to its MODEL block."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Violated by a model without a description."""
        if model.kind.name == ModelKindName.EXTERNAL or model.description:
            return None
        return self.violation()


class RequireOwner(Rule):
    """A model has an owner: add `owner` to its MODEL block, or to the metadata of its metric."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Violated by a model without an owner."""
        if model.kind.name == ModelKindName.EXTERNAL or model.owner:
            return None
        return None if any(tag.startswith("owner=") for tag in model.tags) else self.violation()


class RequireColumnDescriptions(Rule):
    """Every column of a model is described: complete `column_descriptions` in its MODEL block."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Violated by a model with an undescribed column; names the columns."""
        if model.kind.name in _DECLARED_ELSEWHERE:
            return None
        missing = sorted(set(model.columns_to_types or {}) - set(model.column_descriptions))
        return self.violation(f"{model.name}: no description for {', '.join(missing)}") if missing else None


class ForbidForwardOnly(Rule):
    """A model is never forward-only: it would keep rows of the old logic under the new one."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Violated by a model that is forward-only."""
        return self.violation() if model.forward_only else None
