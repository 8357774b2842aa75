"""Reads one YAML file of the directory (layout version 7): a checked document, or what is wrong and on which line.

All scalars stay text: an unquoted `0x3327` is a name, not 13095. What fails as a whole is refused as a whole (an
unknown key, a missing name); a bad URL or address is refused alone, and the rest of its file goes on.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from yaml.constructor import ConstructorError

LAYOUT = "7"
MAX_FILE_BYTES = 4 * 1024 * 1024
VALUE_CHARS = 500
SLUG_CHARS = 255
# besides control characters: what reorders or hides the text around it
_DECEPTIVE = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_UNSET = ("", "~", "null")
# the layout nests 4 deep; libyaml composes by recursion, and some thousands of brackets end the process
MAX_DEPTH = 64
_BLOCK_START = re.compile(r"^[ \t?:-]*", re.MULTILINE)

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken: why, with the line where there is one, and the value at fault."""

    reason: str
    value: str


class DocumentError(ValueError):
    """A file that was refused as a whole."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(refusal.reason for refusal in self.refusals))


class OtherLayoutError(DocumentError):
    """A file of another layout version."""


def clean_text(text: str) -> str:
    """`text` without control, direction and zero-width characters, blanks trimmed; line breaks become blanks."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t" or (character not in _DECEPTIVE and unicodedata.category(character) != "Cc")
    )
    return " ".join("".join(kept).split())


def is_slug(text: str) -> bool:
    """Whether `text` can be the name of a project or a collection."""
    return 0 < len(text) <= SLUG_CHARS and text.isprintable() and not any(sign in text for sign in " /\\")


def _slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError("is not a name without blanks and slashes")
    return text


def _set(value: object) -> object:
    """None for a key without a value, which the loader reads as text."""
    return None if isinstance(value, str) and value in _UNSET else value


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, AfterValidator(clean_text)]
# each entry is checked on its own, so that a bad one does not take the others along
Entries = Annotated[list[Any] | None, BeforeValidator(_set)]
OptionalText = Annotated[Text | None, BeforeValidator(_set)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=_Document)


class UrlEntry(_Document):
    """An entry of `github`, `npm` and the other lists of URLs."""

    url: str


class AddressEntry(_Document):
    """An entry of `blockchain`."""

    address: str
    networks: list[str] = Field(max_length=256)
    tags: list[str] = Field(max_length=256)
    name: OptionalText = None


class Project(_Document):
    """A file of data/projects; entries of lists are checked later, one by one."""

    version: Literal["7"]
    name: Slug
    display_name: Text
    description: OptionalText = None
    github: Entries = None
    npm: Entries = None
    crates: Entries = None
    pypi: Entries = None
    go: Entries = None
    blockchain: Entries = None
    # read by nobody yet, but part of the layout
    websites: Entries = None
    social: Annotated[dict[str, Any] | None, BeforeValidator(_set)] = None
    open_collective: Entries = None
    defillama: Entries = None
    token_coingecko_api_id: OptionalText = None
    comments: Entries = None


class Collection(_Document):
    """A file of data/collections."""

    version: Literal["7"]
    name: Slug
    display_name: Text
    description: OptionalText = None
    projects: list[Any]
    comments: Entries = None


class _Loader(yaml.CBaseLoader):
    """Text, lists and mappings only; a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise ConstructorError(None, None, f"the key {key.value!r} is given twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


@dataclass(frozen=True)
class Source:
    """The text of a file, to find lines in."""

    text: str

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.CBaseLoader)

    def line(self, location: Location) -> int | None:
        """Line, from 1, of the key or item at `location`, or of the nearest thing that holds it."""
        node = self._root
        mark = None
        for part in location:
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == part), None)
                if found is None:
                    break
                mark, node = found[0].start_mark, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            else:
                break
        return None if mark is None else mark.line + 1

    def refusal(self, location: Location, reason: str, value: object) -> Refusal:
        """A refusal that names the line and the key of `location`."""
        line = self.line(location)
        where = f"line {line}, " if line is not None else ""
        key = ".".join(str(part) for part in location)
        return Refusal(f"{where}{key}: {reason}" if key else reason, shorten(value))


def shorten(value: object) -> str:
    """`value` as text, cut at VALUE_CHARS characters."""
    return (value if isinstance(value, str) else repr(value))[:VALUE_CHARS]


def read(content: bytes) -> tuple[Source, dict[str, Any]]:
    """The mapping that a file holds, all scalars as text; raises DocumentError, OtherLayoutError."""
    if len(content) > MAX_FILE_BYTES:
        raise DocumentError([Refusal(f"the file has {len(content)} bytes, more than {MAX_FILE_BYTES}", "")])
    try:
        source = Source(content.decode("utf-8-sig"))
        _check_depth(source.text)
        data = yaml.load(source.text, Loader=_Loader)  # noqa: S506 - BaseConstructor makes text, lists and mappings only
    except UnicodeDecodeError as error:
        raise DocumentError([Refusal(f"the file is not UTF-8: {error}", "")]) from None
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        raise DocumentError([Refusal(_yaml_reason(error), "")]) from None
    if not isinstance(data, dict):
        raise DocumentError([Refusal("the file holds no mapping of keys to values", shorten(data))])
    version = data.get("version")
    if isinstance(version, str) and version != LAYOUT:
        # a whole history can be of another layout: no line is looked up for it
        raise OtherLayoutError([Refusal(f"version: only layout version {LAYOUT} is read", shorten(version))])
    return source, data


def _check_depth(text: str) -> None:
    """Raise DocumentError for deep nesting; almost all files are shallow by the look of their brackets and indents."""
    deepest = text.count("[") + text.count("{") + max(map(len, _BLOCK_START.findall(text)))
    if deepest <= MAX_DEPTH:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            reason = f"line {event.start_mark.line + 1}: nested deeper than {MAX_DEPTH}"
            raise DocumentError([Refusal(reason, "")])


def check(model: type[Model], source: Source, data: object, at: Location = ()) -> Model:
    """`data`, found at `at` of its file, as a `model`; raises DocumentError with each key at fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DocumentError(_refusals(source, error, at)) from None


def _refusals(source: Source, error: ValidationError, at: Location) -> Iterator[Refusal]:
    for fault in error.errors(include_url=False):
        reason = "unknown key" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
        yield source.refusal((*at, *fault["loc"]), reason, fault["input"])


def _yaml_reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: not readable as YAML: {error.problem}"
    return f"not readable as YAML: {error}"
