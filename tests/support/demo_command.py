"""The command line run as a user does, and the size of the demo that end-to-end tests share."""

import os
import subprocess
import sys
from pathlib import Path

DAYS = 64
PROJECTS = 16


def oso(home: Path, *arguments: str, timeout: float = 540) -> subprocess.CompletedProcess[str]:
    """Run `oso` as a user does; the caller looks at the exit code."""
    environment = {**os.environ, "OSO_HOME": str(home), "COLUMNS": "160"}
    command = [str(Path(sys.executable).parent / "oso"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, check=False)
