"""What URLs and addresses of the directory stand for."""

import pytest

from dlt_sources.oss_directory import artifacts
from dlt_sources.oss_directory.artifacts import ArtifactError

ADDRESS = "0x" + "aB" * 20


@pytest.mark.parametrize(
    ("url", "owner", "name"),
    [
        ("https://github.com/Owner", "owner", ""),
        ("https://github.com/owner/", "owner", ""),
        ("https://github.com/orgs/Owner/repositories", "owner", ""),
        ("https://github.com/owner?tab=repositories", "owner", ""),
        ("https://github.com/owner/repo", "owner", "repo"),
        ("https://github.com/owner/repo/", "owner", "repo"),
        ("http://www.github.com/Owner/Repo.git", "owner", "repo"),
        ("github.com/owner/repo", "owner", "repo"),
        ("HTTPS://GitHub.com/owner/repo#readme", "owner", "repo"),
        ("git@github.com:owner/repo.git", "owner", "repo"),
        ("git+https://github.com/owner/repo.git", "owner", "repo"),
        ("https://github.com/owner/repo/tree/main/docs", "owner", "repo"),
        ("https://github.com/owner/repo/blob/main/README.md", "owner", "repo"),
        (" https://github.com/owner/.github ", "owner", ".github"),
        ("https://github.com/owner/site.github.io", "owner", "site.github.io"),
    ],
)
def test_every_way_to_write_a_github_url_is_one_artifact(url: str, owner: str, name: str) -> None:
    found = artifacts.github(url)

    assert (found.namespace, found.name) == (owner, name)
    assert found.type == ("repository" if name else "owner")
    assert found.url == f"https://github.com/{owner}" + (f"/{name}" if name else "")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "empty"),
        ("https://ophis-fi", "'ophis-fi', not on github.com"),
        ("https://owner.github.io", "not on github.com"),
        ("https://gist.github.com/owner/1", "not on github.com"),
        ("https://github.com", "names no owner"),
        ("https://github.com/orgs", "names no owner"),
        ("https://github.com/topics/ethereum", "not a GitHub owner"),
        ("https://github.com/--upload-pack=x/y", "not a GitHub owner"),
        ("https://github.com/owner/..", "not a GitHub repository"),
        ("https://github.com/owner/.git", "not a GitHub repository"),
        ("https://github.com/owner/%2e%2e%2fetc", "not a GitHub repository"),
        ("https://github.com/own er/repo", "blanks"),
        ("https://github.com/owner\u202e/repo", "control characters"),
        ("https://[github.com/owner", "cannot be parsed"),
        ("ext::sh -c x", "blanks"),
        ("ext://github.com/owner", "scheme 'ext'"),
    ],
)
def test_a_url_that_is_no_repository_says_why(url: str, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        artifacts.github(url)


def test_packages_have_the_names_of_their_registries() -> None:
    assert artifacts.npm("https://www.npmjs.com/package/@lifi/sdk/v/1.0.0").name == "@lifi/sdk"
    assert artifacts.npm("https://npmjs.com/package/%40lifi/sdk").namespace == "@lifi"
    assert artifacts.npm("https://www.npmjs.com/package/JSONStream").name == "JSONStream"
    assert artifacts.crate("https://crates.io/crates/blst/0.3").name == "blst"
    assert artifacts.pypi("https://pypi.org/project/Zope.Interface/").name == "zope-interface"
    assert artifacts.go("https://github.com/ipld/go-car/v2").name == "github.com/ipld/go-car/v2"
    assert artifacts.go("https://pkg.go.dev/golang.org/x/net@v0.1.0").url == "https://pkg.go.dev/golang.org/x/net"


@pytest.mark.parametrize(
    ("read", "url"),
    [
        (artifacts.crate, "https://www.npmjs.com/package/@pulseai/sdk"),
        (artifacts.npm, "https://www.npmjs.com/~someone"),
        (artifacts.npm, "https://www.npmjs.com/package/@scope"),
        (artifacts.pypi, "https://pypi.org/project/-"),
        (artifacts.crate, "https://crates.io/crates/1abc"),
        (artifacts.go, "https://localhost"),
    ],
)
def test_urls_of_another_registry_or_shape_are_refused(read, url: str) -> None:
    with pytest.raises(ArtifactError):
        read(url)


def test_an_address_becomes_one_artifact_a_network_in_lower_case() -> None:
    found = list(artifacts.addresses(f" {ADDRESS}\n", ["Optimism", "any_evm", "optimism"], ["wallet", "eoa"]))

    assert [(item.namespace, item.name, item.type) for item in found] == [
        ("optimism", ADDRESS.lower(), "eoa"),
        ("any_evm", ADDRESS.lower(), "eoa"),
    ]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (["eoa", "deployer"], "deployer"),
        (["factory", "contract"], "contract"),
        (["safe", "wallet"], "safe"),
        (["creator"], "creator"),
        (["nonsense", "EOA"], "eoa"),
    ],
)
def test_the_type_of_an_address_is_the_first_of_its_tags_by_rank(tags: list[str], kind: str) -> None:
    assert next(artifacts.addresses(ADDRESS, ["base"], tags)).type == kind


@pytest.mark.parametrize(
    ("address", "networks", "tags", "reason"),
    [
        ("", ["base"], ["eoa"], "is empty"),
        ("   ", ["base"], ["eoa"], "is empty"),
        (ADDRESS[:-1], ["base"], ["eoa"], "39 digits"),
        (ADDRESS + "0", ["base"], ["eoa"], "41 digits"),
        (ADDRESS[:-1] + "s", ["base"], ["eoa"], "hexadecimal"),
        (ADDRESS + "s", ["base"], ["eoa"], "hexadecimal"),
        (ADDRESS[2:], ["base"], ["eoa"], "hexadecimal"),
        (ADDRESS[:20] + " " + ADDRESS[20:], ["base"], ["eoa"], "hexadecimal"),
        (ADDRESS, [], ["eoa"], "no network"),
        (ADDRESS, ["base; drop"], ["eoa"], "not the name of a network"),
        (ADDRESS, ["base"], ["nonsense"], "none of the tags"),
    ],
)
def test_a_bad_address_says_why(address: str, networks: list[str], tags: list[str], reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        list(artifacts.addresses(address, networks, tags))
