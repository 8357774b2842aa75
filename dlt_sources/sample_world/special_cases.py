"""The cases of a world that real data was seen to hold, each put on one of the first projects of the cast.

Every case writes a note (`world.json`, key `notes`) that says which repository or project it is on.
"""

from dataclasses import replace
from random import Random

from dlt_sources.sample_world.cast import Artifact, Cast, Collection, Repository, listed
from dlt_sources.sample_world.config import DAY, HOUR, WorldConfig
from dlt_sources.sample_world.tokens import SIX_DECIMALS


def add_special_cases(rng: Random, config: WorldConfig, cast: Cast) -> None:
    """Apply all of them to `cast`; project 0 stays ordinary and popular."""
    cast.projects[0].liveliness = 3.0
    cast.projects[0].repositories[0].stars_a_day = 9.0
    cast.projects[0].repositories[0].spikes[int(config.days * 0.7)] = 12.0
    package = f"{cast.projects[0].slug}-core"
    # published later, so that the second version of every directory differs from the first
    url = f"https://www.npmjs.com/package/{package}"
    cast.projects[0].artifacts.append(Artifact(kind="npm", raw=url, clean=package, since=1))
    _share_repositories(rng, cast)
    _list_an_owner(cast)
    _rename(config, cast)
    _recreate(config, cast)
    _lose_histories(rng, cast)
    _move_between_projects(rng, cast)
    _odd_projects(cast)
    _odd_addresses(rng, cast)
    _desert(config, cast)
    _shape_collections(cast)
    _list_known_tokens(cast)


def _share_repositories(rng: Random, cast: Cast) -> None:
    first, second, third = cast.projects[1], cast.projects[2], cast.projects[3]
    shared = first.repositories[0]
    second.artifacts.append(listed(rng, shared.latest_name))
    third.artifacts.append(listed(rng, shared.latest_name))
    cast.notes["repository of three projects"] = shared.latest_name


def _list_an_owner(cast: Cast) -> None:
    """Project 4 names only its owner, which stands for all repositories of it."""
    project = cast.projects[4]
    project.artifacts = [artifact for artifact in project.artifacts if artifact.kind != "github"]
    login = project.repositories[0].owner.login
    project.artifacts.append(Artifact(kind="github", raw=f"https://github.com/{login}/", clean=login.lower()))
    cast.notes["owner entry"] = login


def _rename(config: WorldConfig, cast: Cast) -> None:
    renamed = cast.projects[5].repositories[0]
    renamed.names.append((config.moment(0.5, 11.3), f"{renamed.names[0][1]}-next"))
    cast.notes["renamed repository"] = f"{renamed.full_name(0)} -> {renamed.latest_name}"
    louder = cast.projects[6].repositories[0]
    louder.names.append((config.moment(0.4, 15.2), louder.names[0][1].upper()))
    cast.notes["renamed by case"] = f"{louder.full_name(0)} -> {louder.latest_name}"


def _recreate(config: WorldConfig, cast: Cast) -> None:
    """Project 7's repository is deleted and made again: the same name, another id."""
    old = cast.projects[7].repositories[0]
    old.gone_at = config.moment(0.45, 10.0)
    old.has_git = False
    again = Repository(
        id=old.id + 400_000_000,
        owner=old.owner,
        names=[(old.gone_at + HOUR // 2, old.names[0][1])],
        created_at=old.gone_at + HOUR // 2,
        has_git=True,
        stars_a_day=old.stars_a_day,
    )
    cast.repositories.append(again)
    cast.projects[7].repositories.append(again)
    cast.notes["recreated repository"] = f"{old.latest_name}: {old.id} -> {again.id}"


def _lose_histories(rng: Random, cast: Cast) -> None:
    """One repository of project 8 cannot be fetched; one of project 9 is gone and leaves the directory."""
    missing = cast.projects[8].repositories[0]
    missing.has_git = False
    cast.notes["history missing"] = missing.latest_name
    project = cast.projects[9]
    archived = project.repositories[1]
    archived.has_git = False
    project.artifacts = [
        replace(artifact, until=2) if artifact.clean == archived.latest_name.lower() else artifact
        for artifact in project.artifacts
    ]
    cast.notes["left the directory"] = archived.latest_name
    unseen = f"{project.repositories[0].owner.login}/never-seen"
    project.artifacts.append(listed(rng, unseen))
    cast.notes["no event ever bore this name"] = unseen


def _move_between_projects(rng: Random, cast: Cast) -> None:
    """A repository and a contract move from project 10 to project 11 with the third version."""
    source, target = cast.projects[10], cast.projects[11]
    moved = source.repositories[1].latest_name
    address = f"0x{rng.getrandbits(160):040x}"
    contract = Artifact(kind="blockchain", raw=address, clean=address, networks=("optimism",), tags=("contract",))
    source.artifacts = [artifact for artifact in source.artifacts if artifact.clean != moved.lower()]
    source.artifacts += [listed(rng, moved, until=2), replace(contract, until=2)]
    target.artifacts += [listed(rng, moved, since=2), replace(contract, since=2)]
    target.contracts.setdefault("optimism", []).append(address)
    cast.notes["moved between projects"] = moved


def _odd_projects(cast: Cast) -> None:
    bare = cast.projects[12]
    bare.artifacts = []
    for repository in bare.repositories:
        cast.repositories.remove(repository)
        repository.has_git = False
        cast.outside.append(repository)
    bare.repositories = []
    cast.notes["project without artifacts"] = bare.slug
    odd = cast.projects[13]
    for collection in cast.collections:
        collection.entries[:] = [
            ("0x3327" if slug == odd.slug else slug, since, until) for slug, since, until in collection.entries
        ]
    odd.slug, odd.display_name = "0x3327", "0x3327"
    cast.projects[14].display_name = "Ærø Brücke 協會"


def _odd_addresses(rng: Random, cast: Cast) -> None:
    """Project 15 writes its addresses badly; an address of projects 0 and 15 is in both."""
    project = cast.projects[15]
    blank = f"0x{rng.getrandbits(160):040x}"
    account = f"0x{rng.getrandbits(160):040x}"
    short = f"0x{rng.getrandbits(156):039x}"
    project.artifacts += [
        Artifact(kind="blockchain", raw=f" {blank} ", clean=blank, networks=("optimism",), tags=("contract",)),
        Artifact(kind="blockchain", raw=short, clean=None, networks=("optimism",), tags=("contract",)),
        Artifact(kind="blockchain", raw=account, clean=account, networks=("any_evm",), tags=("eoa", "deployer")),
    ]
    shouted = f"0x{blank[2:].upper()}"
    networks = ("optimism", "base")
    cast.projects[0].artifacts.append(
        Artifact(kind="blockchain", raw=shouted, clean=blank, networks=networks, tags=("contract",))
    )
    for project_with_it, chain in ((project, "optimism"), (cast.projects[0], "base")):
        project_with_it.contracts.setdefault(chain, []).append(blank)
    cast.notes["address with blanks"] = blank
    cast.notes["address of 39 digits"] = short
    cast.notes["listed account"] = account


def _desert(config: WorldConfig, cast: Cast) -> None:
    """Everybody leaves project 14's repositories: one finds them again, the other does not. One of 15 is quiet."""
    abandoned, forsaken = cast.projects[14].repositories[:2]
    abandoned.deserted = ((config.begin_at + max(DAY, int(config.days * 0.03) * DAY), config.moment(0.6)),)
    forsaken.deserted = ((config.moment(0.5), config.end_at + DAY),)
    cast.notes["deserted and found again"] = abandoned.latest_name
    cast.notes["deserted"] = forsaken.latest_name
    quiet = cast.projects[15].repositories[1]
    quiet.pace, quiet.stars_a_day = 0.08, 0.05
    cast.notes["quiet but for one day"] = quiet.latest_name


def _shape_collections(cast: Cast) -> None:
    """Projects 1 and 2 share a collection, project 0 is in two, one is listed twice, one moves."""
    first, second, third = cast.collections[:3]
    for project, collection in ((0, first), (0, second), (1, first), (2, first), (3, second)):
        _ensure(collection, cast.projects[project].slug)
    third.entries.append((cast.projects[5].slug, 0, None))
    third.entries.append((cast.projects[5].slug, 0, None))
    cast.notes["listed twice in a collection"] = f"{cast.projects[5].slug} in {third.slug}"
    mover = cast.projects[6].slug
    for collection in cast.collections:
        collection.entries[:] = [entry for entry in collection.entries if entry[0] != mover]
    first.entries.append((mover, 0, 3))
    third.entries.append((mover, 3, None))
    cast.notes["moved between collections"] = mover


def _ensure(collection: Collection, slug: str) -> None:
    if slug not in {entry[0] for entry in collection.entries}:
        collection.entries.append((slug, 0, None))


def _list_known_tokens(cast: Cast) -> None:
    """Projects 0 and 3 list a token each whose amounts have six decimals, not eighteen."""
    for project, (chain, address) in zip((cast.projects[0], cast.projects[3]), SIX_DECIMALS.items(), strict=True):
        project.artifacts.append(
            Artifact(kind="blockchain", raw=address, clean=address, networks=(chain,), tags=("contract",))
        )
        project.contracts.setdefault(chain, []).append(address)
        cast.notes[f"token of six decimals on {chain}"] = address
