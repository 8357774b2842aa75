"""The alphabet of GitHub's owners and repositories; nothing else may come near a command line, a path or an id."""

import re

_OWNER = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_NAME = r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}"
_IS_OWNER = re.compile(_OWNER, re.ASCII)
_IS_NAME = re.compile(_NAME, re.ASCII)


def is_owner(text: str) -> bool:
    """Whether `text` can be the name of an account or organisation."""
    return _IS_OWNER.fullmatch(text) is not None


def is_repository(text: str) -> bool:
    """Whether `text` reads `owner/name`."""
    owner, _, name = text.partition("/")
    return is_owner(owner) and _IS_NAME.fullmatch(name) is not None
