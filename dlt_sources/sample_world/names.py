"""Words from which names of projects, repositories and people are put together."""

from collections.abc import Iterator
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PROJECT_FIRST = _words(
    """
    amber anchor aurora basalt beacon birch bramble cedar cinder cobalt comet copper coral cypress delta
    dune ember fathom fern fjord flint garnet glacier granite grove harbor hazel heron indigo iris
    juniper kelp kestrel lantern larch lichen linden lumen maple marsh meadow mesa mica moss nectar
    nimbus nova oak onyx opal orchid osprey pebble pine plover prairie quartz quill raven reef ridge
    river rowan saffron sage sequoia sierra slate solstice sparrow spruce summit sundew tamarack tern
    thistle thyme tidal topaz tundra umber vale verdant violet willow wren zephyr
    """
)
_PROJECT_SECOND = _words(
    """
    protocol labs finance network dao graph bridge swap vault names wallet kit foundation research
    commons markets index storage identity relay scan studio
    """
)
_REPOSITORY = _words(
    """
    core sdk contracts cli docs api node client indexer subgraph app website ui plugins examples specs
    runtime compiler playground server proxy schema gateway toolkit bindings
    """
)
_GIVEN = _words(
    """
    Ada Aiko Amara Anders Beatriz Bilal Camila Chidi Dana Dario Elif Emre Farah Felix Freya Gael Hana
    Hugo Ines Ivan Jana Jonas Kaito Karim Lena Leo Lina Mateo Maya Mei Milan Mira Nadia Nikhil Noor Olga
    Omar Otto Petra Priya Quinn Rania Ravi Rosa Samir Sofia Tariq Theo Uma Vera Viktor Wen Yara Yusuf
    Zoe
    """
)
_FAMILY = _words(
    """
    Abara Almeida Andersson Baker Banerjee Becker Castillo Chen Costa Diallo Dubois Eriksen Farouk
    Fischer Garcia Haddad Hansen Horvat Ibrahim Ito Jensen Kaya Keller Kim Kovacs Kowalski Larsen Lopez
    Mensah Moreau Nakamura Novak Okafor Olsen Patel Pereira Petrov Popescu Ricci Rossi Sato Schmidt
    Silva Singh Suzuki Svensson Tanaka Torres Virtanen Vogel Weber Wong Yilmaz Zhang
    """
)
_WORDS = _words(
    """
    cache parser retry timeout pagination config types lint readme typo logging signer nonce gas
    estimate rpc schema migration tests fixture release deps build docker metrics tracing auth session
    router codec encoder decoder index query batch queue worker stream buffer error message flag option
    default docs example benchmark memory race
    """
)
_VERBS = _words(
    """
    fix add update remove refactor improve document rename simplify speed-up guard test
    """
)
COLLECTIONS = (
    ("city-of-builders", "City of Builders"),
    ("public-goods-round-12", "Public Goods Round 12"),
    ("rollup-ecosystem", "Rollup Ecosystem"),
    ("developer-tooling", "Developer Tooling"),
    ("onchain-identity", "Onchain Identity"),
    ("climate-and-commons", "Climate & Commons"),
    ("data-availability", "Data Availability"),
    ("wallets-and-accounts", "Wallets and Accounts"),
    ("zk-research", "ZK Research"),
    ("grants-alumni", "Grants Alumni"),
)


def project_slugs(rng: Random) -> Iterator[str]:
    """Endless distinct slugs such as `juniper-protocol`."""
    pairs = [f"{first}-{second}" for first in _PROJECT_FIRST for second in _PROJECT_SECOND]
    rng.shuffle(pairs)
    yield from pairs
    number = 2
    while True:
        yield from (f"{pair}-{number}" for pair in pairs)
        number += 1


def repository_names(rng: Random, slug: str, count: int) -> list[str]:
    """`count` distinct repository names for a project: its own name first, then parts of it."""
    return [slug.split("-", maxsplit=1)[0], *rng.sample(_REPOSITORY, count - 1)] if count else []


def person_name(rng: Random) -> str:
    """Given and family name."""
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


def login_for(rng: Random, name: str, number: int) -> str:
    """A login for a person of that name; `number`, unique among people, keeps it unique."""
    given, family = name.lower().split()
    stem = rng.choice((f"{given}{family[0]}", f"{given[0]}{family}", f"{given}-{family}", f"{family}{given[:2]}"))
    return f"{stem}{number}"


def subject(rng: Random) -> str:
    """The first line of a commit message, an issue's title."""
    return f"{rng.choice(_VERBS)} {rng.choice(_WORDS)} {rng.choice(_WORDS)}"
