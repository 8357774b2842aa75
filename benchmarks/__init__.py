"""Benchmarks: each prints a ratio against a named rival or floor, measured in the same run. `make bench` runs them."""

# SQLMesh reads its switches when it is imported: they have to be set before any benchmark imports it
import oso_dagster.project  # noqa: F401
