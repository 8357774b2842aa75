"""The Dagster code location: assets from the manifest, the runner behind them, and the calls the command line makes."""
