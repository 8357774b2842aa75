"""A disk that fills up: the message says so, readers keep the old rows, and with room the next run finishes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import full_disk_story

PROJECT = Path(__file__).parent / "project"
MEGABYTES = 48
MODELS = {"oso.stars_to_artifact_daily", "oso.stg_events"}


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    # a file system of its own in a mount namespace of its own: it goes with the process
    mount = f'mount -t tmpfs -o size={MEGABYTES}m disk "$0" && exec "$@"'
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    story = [sys.executable, full_disk_story.__file__, str(tmp_path / "home"), str(PROJECT)]
    # the system's temporary files, which are elsewhere, have room
    done = subprocess.run(
        ["unshare", "--mount", *as_root, "sh", "-c", mount, str(tmp_path), *story],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(full_disk_story.__file__).parent), *sys.path])},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    computed, *on_full, last = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert computed["failed"] == {}
    assert computed["stale"] == []
    assert len(on_full) == len(full_disk_story.ROOMS)
    for one in on_full:
        messages = [one["error"]] if "error" in one else list(one["failed"].values())
        assert messages, one
        assert all("is full: make room there" in message or "upstream failed" in message for message in messages), one
        assert one["rows"] == computed["rows"]
        assert "oso.stars_to_artifact_daily" in one["stale"]
    assert last["failed"] == {}
    assert last["stale"] == []
    assert len(last["rows"]) == len(computed["rows"])
    assert last["rows"] != computed["rows"]
