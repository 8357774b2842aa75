"""Generated data: events that repeat, tie and miss values around awkward dates, and a graph with shared artifacts."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st
from metric_world import Event, Member, World

KINDS = ("COMMIT_CODE", "STARRED", "ISSUE_OPENED")
GIT, FORGE = "GITHUB", "GITLAB"
ACTORS = ("ada", "bob", "cyd", "bot1")
ARTIFACTS = ("r0", "r1", "r2", "r3")
PROJECTS = ("p0", "p1", "p2")
COLLECTIONS = ("c0", "c1")
# binary fractions, so that sums do not depend on their order and HAVING has no near misses
AMOUNTS = (1.0, 2.0, 0.5, 3.0, -1.25, 0.0, None)
QUANTITIES = (1, 2, 3, 7, -2, 0, None)
TIMES = (time(0), time(12, 30), time(23, 59, 59, 999999))
# a leap day; a new year that begins a week; a year of 53 ISO weeks; a new year on a Sunday; a plain quarter's end
SHORT = (date(2024, 2, 19), date(2023, 12, 18), date(2020, 12, 19), date(2022, 12, 20), date(2023, 3, 20))
LONG = (date(2023, 7, 10), date(2020, 1, 15), date(2022, 11, 30))
SHORT_DAYS, LONG_DAYS = 24, 560


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where in time a world lies: `days` from `first` on."""

    first: date
    days: int

    @property
    def is_long(self) -> bool:
        """Whether years fit into it."""
        return self.days > SHORT_DAYS

    def day(self, offset: int) -> date:
        """The day `offset` days after the first."""
        return self.first + timedelta(days=offset)


def upto(most: int, least: int = 0) -> st.SearchStrategy[int]:
    """A whole number; unlike hypothesis's own integers, the same ones whatever else is imported."""
    return st.sampled_from(range(least, most + 1))


def regions() -> st.SearchStrategy[Region]:
    """Short ones, for daily and weekly metrics, and long ones."""
    return st.one_of(
        st.sampled_from(SHORT).map(lambda first: Region(first=first, days=SHORT_DAYS)),
        st.sampled_from(LONG).map(lambda first: Region(first=first, days=LONG_DAYS)),
    )


@st.composite
def worlds(draw: st.DrawFn, region: Region) -> World:
    """Some two dozen events; sometimes few or none."""
    # lists alone would be short: five on average
    least = draw(st.sampled_from((24, 14, 14, 6, 0)))
    rows = draw(st.lists(events(region), min_size=least, max_size=28))
    doubled = draw(st.booleans()) and rows
    return World(
        events=tuple(rows + rows[:3] if doubled else rows),
        projects=tuple(draw(members(ARTIFACTS, PROJECTS, region))),
        collections=tuple(draw(members(PROJECTS, COLLECTIONS, region))),
        bots=draw(st.sampled_from([("bot1",), (), ("bot1", "ada")])),
    )


@st.composite
def events(draw: st.DrawFn, region: Region) -> Event:
    """One event; few values of each kind, so that they meet."""
    offset = draw(upto(region.days - 1))
    if region.is_long and draw(st.booleans()):
        # near each other, and near the ends of months and years
        offset = draw(st.sampled_from([0, 1, 2, 20, 21, 22, 50, 51, 170, 171, 172, 173, 174, 230, 231, 232, 400]))
    return Event(
        at=datetime.combine(region.day(offset), draw(st.sampled_from(TIMES))),
        source=draw(st.sampled_from((GIT, GIT, FORGE))),
        kind=draw(st.sampled_from(KINDS)),
        actor=draw(st.sampled_from((*ACTORS, None))),
        artifact=draw(st.sampled_from(ARTIFACTS)),
        amount=draw(st.sampled_from(AMOUNTS)),
        quantity=draw(st.sampled_from(QUANTITIES)),
    )


@st.composite
def members(draw: st.DrawFn, children: tuple[str, ...], parents: tuple[str, ...], region: Region) -> list[Member]:
    """Each pair at most once at a time: some hold, some ended, some ended and hold again."""
    found = []
    for parent in parents:
        for child in children:
            state = draw(st.sampled_from(("now", "now", "out", "again", "ended", "late")))
            early, middle, late = (
                region.first - timedelta(days=400),
                region.day(region.days // 3),
                region.day(2 * region.days // 3),
            )
            spans = {
                "out": [],
                "now": [(early, None)],
                "ended": [(early, middle)],
                "again": [(early, middle), (late, None)],
                "late": [(middle, None)],
            }[state]
            found += [Member(child=child, parent=parent, valid_from=a, valid_to=b) for a, b in spans]
    return found
