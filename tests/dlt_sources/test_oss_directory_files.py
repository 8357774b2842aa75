"""What single files of the directory say, and what is refused of them."""

import pytest

from dlt_sources.oss_directory.files import CollectionFile, ProjectFile, RefusedFile, read_collection, read_project

HEAD = "version: 7\nname: {}\ndisplay_name: Some Project\n"


def project(body: str = "", name: str = "some") -> ProjectFile:
    read = read_project((HEAD.format(name) + body).encode())
    assert isinstance(read, ProjectFile), read
    return read


def refusals(content: str | bytes) -> list[str]:
    read = read_project(content if isinstance(content, bytes) else content.encode())
    assert isinstance(read, RefusedFile), read
    return [refusal.reason for refusal in read.refusals]


@pytest.mark.parametrize("name", ["0x3327", "1e3", "true", "null", "2024-01-01", "007", "spice.ai-oss", "a-&-(b)"])
def test_names_stay_text_as_they_are_written(name: str) -> None:
    assert project(name=name).slug == name


def test_keys_without_a_value_are_absent() -> None:
    read = project("description:\ngithub:\nblockchain: ~\nsocial:\nnpm: []\n")

    assert read.description is None
    assert read.artifacts == ()
    assert read.refusals == ()


def test_every_key_of_the_layout_is_known() -> None:
    lists = ("websites", "open_collective", "defillama", "go", "npm", "pypi", "crates", "github", "blockchain")
    body = "".join(f"{key}: []\n" for key in (*lists, "comments"))

    assert project(body + "social: {twitter: []}\ntoken_coingecko_api_id: x\ndescription: y\n").refusals == ()


def test_names_for_people_lose_control_and_direction_characters_and_keep_their_language() -> None:
    text = 'version: 7\nname: x\ndisplay_name: "Bj\\u00f6rn \\u202egro.live\\u202c\\u0007\\u200b 日本 \\n x"\n'
    read = read_project(text.encode())

    assert isinstance(read, ProjectFile)
    assert read.display_name == "Björn gro.live 日本 x"


def test_a_name_of_nothing_visible_falls_back_to_the_slug() -> None:
    read = read_project(b'version: 7\nname: x\ndisplay_name: "\\u202e"\n')

    assert isinstance(read, ProjectFile)
    assert read.display_name == "x"


def test_the_same_artifact_written_twice_is_one() -> None:
    read = project("github:\n- url: https://github.com/A/B\n- url: http://www.github.com/a/b.git\n")

    assert [(item.namespace, item.name) for item in read.artifacts] == [("a", "b")]


def test_a_bad_entry_is_refused_with_its_line_and_the_others_stay() -> None:
    read = project(
        "github:\n- url: https://github.com/a/b\n- url: https://nowhere\n- ulr: https://github.com/c\n- url: [x]\n"
        "blockchain:\n- {address: '0x12', networks: [base], tags: [eoa]}\n- {address: '0x12', tags: [eoa]}\n"
        f"- {{address: '0x{'a' * 40}', networks: [base], tags: [eoa]}}\n"
    )

    assert [item.name for item in read.artifacts] == ["b", "0x" + "a" * 40]
    assert [(refusal.reason, refusal.value) for refusal in read.refusals] == [
        ("line 6, github.1: the URL is on 'nowhere', not on github.com", "https://nowhere"),
        ("line 7, github.2.url: Field required", "{'ulr': 'https://github.com/c'}"),
        ("line 7, github.2.ulr: unknown key", "https://github.com/c"),
        ("line 8, github.3.url: Input should be a valid string", "['x']"),
        ("line 10, blockchain.0: the address has 2 digits instead of 40", "0x12"),
        ("line 11, blockchain.1.networks: Field required", "{'address': '0x12', 'tags': ['eoa']}"),
    ]


def test_an_unknown_key_refuses_the_file_and_names_line_and_key() -> None:
    assert refusals(HEAD.format("x") + "gihtub:\n- url: https://github.com/a/b\n") == ["line 4, gihtub: unknown key"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("version: 7\nname: x\n", "display_name: Field required"),
        ("version: 7\nname: [x]\ndisplay_name: y\n", "line 2, name: Input should be a valid string"),
        ("version: 7\nname: a b\ndisplay_name: y\n", "line 2, name: is not a name without blanks"),
        ("version: 7\nname: ../x\ndisplay_name: y\n", "line 2, name: is not a name without blanks"),
        (
            "version: 7\nname: x\nname: y\ndisplay_name: z\n",
            "line 3: not readable as YAML: the key 'name' is given twice",
        ),
        ("version: 6\nname: x\ndisplay_name: y\n", "only layout version 7 is read"),
        ("version: [7]\nname: x\ndisplay_name: y\n", "line 1, version: Input should be '7'"),
        ("name: x\ndisplay_name: y\n", "version: Field required"),
        ("", "holds no mapping"),
        ("- a\n", "holds no mapping"),
        ("a: [\n", "line 2: not readable as YAML"),
        ("--- a\n--- b\n", "not readable as YAML"),
        (b"version: 7\nname: \xff\n", "not UTF-8"),
        (b"a" * (4 * 1024 * 1024 + 1), "more than 4194304"),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(content: str | bytes, reason: str) -> None:
    assert any(reason in given for given in refusals(content))


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        "{a: " * 200_000,
        "- " * 200_000,
        "a: &a\n  b: *a\n",
        "version: 7\nname: x\ndisplay_name: y\ncomments: " + "[" * 100 + "]" * 100,
    ],
)
def test_files_made_to_break_the_parser_are_only_refused(content: str) -> None:
    assert refusals(content)


def test_tags_of_python_objects_are_text_and_nothing_more() -> None:
    read = read_project(b"version: 7\nname: x\ndisplay_name: !!python/object/apply:os.getcwd []\n")

    assert isinstance(read, RefusedFile)


def test_one_address_on_all_networks_by_reference_is_bounded() -> None:
    networks = ", ".join(f"n{index}" for index in range(257))
    body = f"blockchain:\n- {{address: '0x{'a' * 40}', tags: [eoa], networks: [{networks}]}}\n"

    read = project(body)

    assert read.artifacts == ()
    assert "at most 256 items" in read.refusals[0].reason


def test_a_collection_lists_each_project_once_in_order() -> None:
    content = b"version: 7\nname: c\ndisplay_name: C\nprojects:\n- b\n- 0x3327\n- b\n- {x: y}\n- a b\n"
    read = read_collection(content)

    assert isinstance(read, CollectionFile)
    assert read.projects == ("b", "0x3327")
    assert [refusal.reason for refusal in read.refusals] == [
        "line 8, projects.3: is not the name of a project",
        "line 9, projects.4: is not the name of a project",
    ]
