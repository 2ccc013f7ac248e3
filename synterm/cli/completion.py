"""``synterm completion``: what has a shell complete commands, options, and names out of project files."""

from __future__ import annotations

import argparse

from synterm.cli.complete.scripts import SCRIPTS
from synterm.cli.output import data

HELP = """\
Print a script for your shell: from then on Tab completes commands, options, their choices, project files, and what the
project file holds: prompts and versions, models, behaviors, tags, baselines, runs, cases. The file is only read, at a
glance, also while it is open elsewhere."""

EXAMPLES = """\
examples:
  synterm completion bash > ~/.local/share/bash-completion/completions/synterm
  synterm completion zsh > ~/.zfunc/_synterm
  synterm completion fish > ~/.config/fish/completions/synterm.fish
  source <(synterm completion bash)    only in this shell, to try it

where it belongs, for every new shell:
  bash  the file above, where the package bash-completion is installed; else
        eval "$(synterm completion bash)" as a line of ~/.bashrc
  zsh   the file above, and in ~/.zshrc:
        fpath+=~/.zfunc; autoload -Uz compinit && compinit
        or, after compinit: eval "$(synterm completion zsh)"
  fish  the file above

More: docs/completion.md"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm completion`."""
    parser.add_argument("shell", metavar="SHELL", choices=tuple(SCRIPTS), help=", ".join(SCRIPTS))


def run(args: argparse.Namespace) -> int:
    """Write the script."""
    data(SCRIPTS[args.shell].rstrip())
    return 0
