"""Groups of commands that help with a mistyped name."""

import click


class SuggestingGroup(click.Group):
    """A group whose unknown commands name the nearest ones, and which lists commands in the order they are used in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion."""
        from oso_lake.suggest import nearest_names

        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            nearest = nearest_names(args[0], self.commands)
            hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)
