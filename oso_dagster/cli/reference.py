"""Writes docs/reference/cli.md and settings.md from the commands and settings themselves, so that they cannot lag.

python -m oso_dagster.cli.reference docs/reference
"""

import sys
from pathlib import Path

import click
from pydantic.fields import FieldInfo

from oso_dagster.cli.app import app
from oso_lake.home import Home
from oso_lake.published import contracts
from oso_lake.settings import EvmChain, Settings


def cli_page() -> str:
    """Every command with its help, as `oso COMMAND --help` prints it."""
    parts = [
        "# Command line\n",
        "Made from the commands by `make docs`; `oso COMMAND --help` prints the same.\n",
        "Exit codes: 0 done, 1 failed, 2 the command line or the settings were wrong. An error is one line on "
        "stderr; `oso --debug COMMAND` shows its traceback. Progress goes to stderr, results to stdout.\n",
    ]
    for path, command in _commands(app, ("oso",)):
        context = click.Context(
            command, info_name=" ".join(path), terminal_width=100, help_option_names=["-h", "--help"]
        )
        with context as ctx:
            parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(ctx)}\n```\n")
    return "\n".join(parts)


def settings_page() -> str:
    """Every setting with its variable, default and meaning."""
    lines = [
        "# Settings\n",
        "Made from `oso_lake/settings.py` by `make docs`. An environment variable wins over `$OSO_HOME/oso.toml`, "
        "which wins over the default. In the file a setting has its plain name.\n",
        "| setting | variable | default | meaning |\n|---|---|---|---|",
        *(_setting_row(name, field) for name, field in Settings.model_fields.items()),
        "\n## One chain of `evm_chains`\n",
        "In the file a table `[[evm_chains]]`, in the variable a JSON list of objects.\n",
        "| key | type | meaning |\n|---|---|---|",
        *(
            f"| `{name}` | {_type_name(field)} | {field.description or _CHAIN_MEANINGS[name]} |"
            for name, field in EvmChain.model_fields.items()
        ),
        "\n## Below `home`\n",
        "| path | what it is |\n|---|---|",
        *(f"| `{path}` | {meaning} |" for path, meaning in _places().items()),
        "\n`OSO_DEBUG=1` is the same as `oso --debug`. `DAGSTER_HOME` is set by `oso dev`.\n",
    ]
    return "\n".join(lines)


def tables_page() -> str:
    """Every published table with its columns."""
    parts = [
        "# Published tables\n",
        "Made from `oso_lake/published.py` by `make docs`. They are Iceberg tables of the namespace `published`; a "
        "query names them with or without it. Ids are SHA-256 in hexadecimal, days are UTC.\n",
    ]
    for contract in contracts():
        rows = "\n".join(
            f"| `{field.name}` | {field.type} | {(field.metadata or {}).get(b'description', b'').decode()} |"
            for field in contract.schema
        )
        identity = ", ".join(f"`{name}`" for name in contract.identity)
        parts.append(
            f"## {contract.table}\n\n{contract.description}. One row for each {identity}.\n\n"
            f"| column | type | meaning |\n|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


PAGES = {"cli.md": cli_page, "settings.md": settings_page, "tables.md": tables_page}

_CHAIN_MEANINGS = {
    "name": "Its name in OSS Directory; upper-cased it is the event source, as in `OPTIMISM_transactions_daily`.",
    "chain_id": "What `eth_chainId` must answer; another answer is refused.",
    "rpc_url": "Address of a node, kept out of logs; `file://` for recorded answers.",
    "start": "First day to land.",
}


def _commands(group: click.Group, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = [(path, group)]
    for name, command in group.commands.items():
        below = (*path, name)
        found += _commands(command, below) if isinstance(command, click.Group) else [(below, command)]
    return found


# defaults that the environment decides
_OF_THE_ENVIRONMENT = {"home": "`.oso`, or `$OSO_HOME`", "cache": "`~/.cache/oso`"}


def _setting_row(name: str, field: FieldInfo) -> str:
    default = _OF_THE_ENVIRONMENT.get(name) or f"`{field.get_default(call_default_factory=True)}`"
    text = default if default != "`()`" else "none"
    return f"| `{name}` | `OSO_{name.upper()}` | {text} | {field.description or f'{_type_name(field)}.'} |"


def _type_name(field: FieldInfo) -> str:
    annotation = field.annotation
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _places() -> dict[str, str]:
    """Paths below the home, and what the settings say of them."""
    home = Path("/home-of-the-documentation")
    settings = Settings(home=home)
    found = {}
    for name, attribute in vars(Home).items():
        if isinstance(attribute, property) and isinstance(path := getattr(settings, name), Path):
            found[str(path.relative_to(home))] = (attribute.__doc__ or "").split("\n", maxsplit=1)[0]
    return found


def main(directory: Path) -> None:
    """Write every page into `directory`."""
    for name, page in PAGES.items():
        (directory / name).write_text(page())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
