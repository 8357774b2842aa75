"""What can go wrong for a reader of the lake: each error is one sentence that names the thing and its remedy."""


class LakeError(Exception):
    """Anything a reader can put right by changing the query or by publishing first."""


class NothingPublishedError(LakeError):
    """The lake holds no published table yet."""


class RefusedQueryError(LakeError):
    """The text is not one read-only query over published tables."""


class UnknownNameError(LakeError):
    """A table, column, metric or entity that does not exist; `nearest` holds the names closest to it."""

    def __init__(self, kind: str, name: str, nearest: tuple[str, ...], hint: str = "") -> None:
        super().__init__(f"unknown {kind} {name!r}{_suggestion(nearest)}{f' ({hint})' if hint else ''}")
        self.kind = kind
        self.name = name
        self.nearest = nearest


class IncompleteError(LakeError):
    """Windows that a query asks for are not computed, or not from what is landed now; the message names them."""


class QueryFailedError(LakeError):
    """The engine could not run an admitted query; the message is the engine's own."""


def _suggestion(nearest: tuple[str, ...]) -> str:
    return f"; did you mean {' or '.join(repr(name) for name in nearest)}?" if nearest else ""
