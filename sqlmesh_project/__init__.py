"""The SQLMesh project: models, metric SQL, and the factory that makes models of it."""

import os

# SQLMesh loads models in forked processes by default; handing them back costs more than it saves: 260 models took
# 14.0 s to load from nothing with two workers and 8.8 s without. Must be set before sqlmesh is imported.
os.environ.setdefault("MAX_FORK_WORKERS", "1")
