"""What a sample world is asked to be, and the times that all of its parts agree on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

# the formats written here; a world of another version is written anew
FORMAT_VERSION = 3
WORLD_END = date(2025, 10, 18)
# GitHub changed the payloads of its events at this instant
ERA_SWITCH = int(datetime(2025, 10, 7, tzinfo=UTC).timestamp())
# hours of the archive after the end, which hold the late events of the last day
TAIL_HOURS = 3
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, kw_only=True)
class WorldConfig:
    """Size and seed of a world; raises ValueError when it would be too small to hold its special cases."""

    days: int = 60
    projects: int = 40
    seed: int = 7

    def __post_init__(self) -> None:
        if self.days < 10:
            raise ValueError(f"a sample world of {self.days} days is too short: ask for 10 days or more")
        if self.projects < 16:
            raise ValueError(f"a sample world of {self.projects} projects is too small: ask for 16 or more")

    @property
    def begin(self) -> date:
        """First day of the world."""
        return WORLD_END - timedelta(days=self.days)

    @property
    def end(self) -> date:
        """The day after its last one."""
        return WORLD_END

    @property
    def begin_at(self) -> int:
        """Its first second since 1970."""
        return epoch(self.begin)

    @property
    def end_at(self) -> int:
        """The second it ends with, exclusive."""
        return epoch(self.end)

    def moment(self, share: float, hour: float = 0.0) -> int:
        """`hour` of the day that lies at `share` (0 to 1) of the world's days, in seconds since 1970."""
        return self.begin_at + int(self.days * share) * DAY + int(hour * HOUR)

    def random(self, part: str) -> Random:
        """A generator of its own for each part, so that changing one part leaves the others as they were."""
        # a world must be the same for the same seed, which a cryptographic generator cannot be
        return Random(f"{self.seed}/{self.days}/{self.projects}/{part}")  # noqa: S311

    def as_dict(self) -> dict[str, int]:
        """What world.json keeps of it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class World:
    """A written world: where its parts lie, and how many of each there are."""

    directory: Path
    config: WorldConfig
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def begin(self) -> date:
        """First day."""
        return self.config.begin

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.config.end

    @property
    def archive_dir(self) -> Path:
        """Hour files, as GitHub Archive serves them."""
        return self.directory / "github_archive"

    @property
    def oss_directory(self) -> Path:
        """The git repository of project and collection files."""
        return self.directory / "oss_directory"

    @property
    def git_dir(self) -> Path:
        """Bare repositories, as owner/name.git."""
        return self.directory / "git"

    @property
    def evm_dir(self) -> Path:
        """Recorded JSON-RPC answers, one folder a chain."""
        return self.directory / "evm"

    @property
    def funding_dir(self) -> Path:
        """CSV files of grants."""
        return self.directory / "oss_funding"

    @property
    def truth_dir(self) -> Path:
        """Who did what when, for the oracle of the tests; no part of the pipeline reads it."""
        return self.directory / "truth"


def epoch(day: date) -> int:
    """The first second of `day`, UTC, since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def iso(second: int) -> str:
    """A second since 1970 as GitHub writes it, for example 2025-10-07T00:00:00Z."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def poisson(rng: Random, mean: float) -> int:
    """A Poisson number of `mean`, by counting exponential gaps; meant for means below some hundreds."""
    count, total = 0, rng.expovariate(1.0)
    while total < mean:
        count += 1
        total += rng.expovariate(1.0)
    return count
