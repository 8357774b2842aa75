"""Writes a whole world, and the profile that points an installation at it."""

import json
import shutil
from pathlib import Path

from dlt_sources.progress import OnProgress, Progress, ignore_progress
from dlt_sources.sample_world.archive import Archive
from dlt_sources.sample_world.cast import Cast
from dlt_sources.sample_world.casting import make_cast
from dlt_sources.sample_world.chain import make_chains
from dlt_sources.sample_world.chain_recording import write_chain
from dlt_sources.sample_world.config import DAY, FORMAT_VERSION, HOUR, TAIL_HOURS, World, WorldConfig
from dlt_sources.sample_world.deliveries import Post
from dlt_sources.sample_world.funding import write_funding
from dlt_sources.sample_world.oss_directory import tell_directory, write_oss_directory
from dlt_sources.sample_world.people import People, make_people
from dlt_sources.sample_world.repositories import tell_commits, write_repositories
from dlt_sources.sample_world.scene import Scene
from dlt_sources.sample_world.story import start_story, tell
from dlt_sources.sample_world.truth import TruthTable

_WORLD_FILE = "world.json"


def write_world(directory: Path, config: WorldConfig | None = None, on_progress: OnProgress | None = None) -> World:
    """Write the world of `config` to `directory`; the same configuration gives the same world.

    A world of the same configuration is left alone, another one is replaced, at once when the new one is whole.
    Raises ValueError when `directory` holds something that is no world.
    """
    config = config or WorldConfig()
    directory = directory.expanduser().resolve()
    world = read_world(directory)
    if world and world.config == config:
        return world
    is_world = (directory / _WORLD_FILE).exists()
    if not is_world and directory.exists() and any(directory.iterdir()):
        raise ValueError(f"{directory} holds files but no {_WORLD_FILE}: choose an empty directory for the world")
    fresh = directory.with_name(f"{directory.name}.writing")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    counts = _write(fresh, config, on_progress or ignore_progress)
    if directory.exists():
        shutil.rmtree(directory)
    fresh.rename(directory)
    return World(directory=directory, config=config, counts=counts)


def read_world(directory: Path) -> World | None:
    """The world at `directory`, or None when there is none, or one of another version of these formats."""
    path = directory / _WORLD_FILE
    if not path.exists():
        return None
    written = json.loads(path.read_text())
    if written["format_version"] != FORMAT_VERSION:
        return None
    return World(directory=directory, config=WorldConfig(**written["config"]), counts=written["counts"])


def write_profile(settings_home: Path, world: World) -> Path:
    """Write `oso.toml` so that settings with that home read `world`; returns its path."""
    chains = (("optimism", 10), ("base", 8453))
    lines = [
        "# the sample world: where its parts lie",
        f"start = {world.begin}",
        f"github_archive_url = {json.dumps(str(world.archive_dir))}",
        f"oss_directory_url = {json.dumps(str(world.oss_directory))}",
        f"git_base_url = {json.dumps(str(world.git_dir))}",
        f"funding_url = {json.dumps(str(world.funding_dir))}",
    ]
    for name, chain_id in chains:
        url = json.dumps((world.evm_dir / name).as_uri())
        lines += ["", "[[evm_chains]]", f'name = "{name}"', f"chain_id = {chain_id}"]
        lines += [f"rpc_url = {url}", f"start = {world.begin}"]
    settings_home.mkdir(parents=True, exist_ok=True)
    path = settings_home / "oso.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def _write(folder: Path, config: WorldConfig, on_progress: OnProgress) -> dict[str, int]:
    people = make_people(config)
    cast = make_cast(config, people)
    scene = start_story(config, cast, people)
    world = World(directory=folder, config=config)
    counts = {"projects": len(cast.projects), "collections": len(cast.collections)}
    counts["developers"] = len(people.developers)
    counts["events"] = _write_archive(world, cast, people, scene, on_progress)
    counts |= _write_git(world, cast, people, scene, on_progress)
    shas = write_oss_directory(world.oss_directory, config, cast)
    tell_directory(world.truth_dir, config, cast, shas)
    counts["directory_versions"] = len(shas)
    counts |= _write_chains(world, cast, on_progress)
    counts["grants"] = write_funding(world, cast)
    written = {
        "format_version": FORMAT_VERSION,
        "config": config.as_dict(),
        "begin": config.begin.isoformat(),
        "end": config.end.isoformat(),
        "counts": counts,
        "notes": cast.notes,
    }
    (folder / _WORLD_FILE).write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n")
    return counts


def _write_archive(world: World, cast: Cast, people: People, scene: Scene, on_progress: OnProgress) -> int:
    config = world.config
    post = Post(config, cast.projects[0].repositories[0].id)
    with TruthTable(world.truth_dir, "events") as events:
        archive = Archive(world.archive_dir, config, post, events)
        for day, (day_at, happenings) in enumerate(tell(scene, cast, people)):
            for happening in happenings:
                archive.add(happening)
            # the last hour of a day may still hold an event of the next
            archive.write_until(day_at + DAY - HOUR)
            on_progress(Progress(done=day + 1, total=config.days + 1, unit="days", detail="events"))
        archive.write_until(config.end_at + TAIL_HOURS * HOUR)
    return archive.lines


def _write_git(world: World, cast: Cast, people: People, scene: Scene, on_progress: OnProgress) -> dict[str, int]:
    total = sum(repository.has_git for repository in cast.everything)
    done = 0

    def tick(name: str) -> None:
        nonlocal done
        done += 1
        on_progress(Progress(done=done, total=total, unit="repositories", detail=name))

    written = write_repositories(world.git_dir, cast.everything, scene.histories, tick)
    commits = tell_commits(world.truth_dir, cast.everything, scene.histories, people)
    return {"repositories": len(cast.everything), "git_histories": written, "git_commits": commits}


def _write_chains(world: World, cast: Cast, on_progress: OnProgress) -> dict[str, int]:
    counts = {"blocks": 0, "transactions": 0}
    chains = make_chains(world.config, cast)
    with (
        TruthTable(world.truth_dir, "transactions") as truth,
        TruthTable(world.truth_dir, "token_transfers") as transfers,
    ):
        for number, chain in enumerate(chains):
            blocks, transactions = write_chain(world.evm_dir / chain.name, chain, truth, transfers)
            counts["blocks"] += blocks
            counts["transactions"] += transactions
            on_progress(Progress(done=number + 1, total=len(chains), unit="chains", detail=chain.name))
        counts["token_transfers"] = transfers.rows
    return counts
