"""Benchmarks: each prints a ratio against a named rival or floor, measured in the same run. `make bench` runs them."""
