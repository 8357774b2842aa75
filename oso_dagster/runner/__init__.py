"""Plans, and computes windows of models from SQLMesh state. Knows no Dagster but in plan.py's controller."""
