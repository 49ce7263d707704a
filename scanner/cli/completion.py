"""``modelorigin completion``: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from scanner.cli.output import emit


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash:  eval "$(modelorigin completion bash)"     in ~/.bashrc
    zsh:   eval "$(modelorigin completion zsh)"      in ~/.zshrc
    fish:  modelorigin completion fish > ~/.config/fish/completions/modelorigin.fish
    """
    from scanner.cli import cli

    script = get_completion_class(shell)
    assert script is not None
    emit(script(cli, {}, "modelorigin", "_MODELORIGIN_COMPLETE").source())
