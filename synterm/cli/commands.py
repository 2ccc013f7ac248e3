"""The commands: their names, where they are, and what each does in a line. Light: `synterm --help` reads only this."""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("synterm.cli.demo", "a sample project on a model that runs on this machine"),
    "new": ("synterm.cli.new", "make a project file: empty, from a sample, or from a text form"),
    "run": ("synterm.cli.run", "evaluate; the entry point for CI"),
    "compare": ("synterm.cli.compare", "hold two runs, versions or models against each other"),
    "report": ("synterm.cli.report", "a recorded run as one HTML file"),
    "init-ci": ("synterm.cli.init_ci", "a workflow file that evaluates on every change"),
    "generate": ("synterm.cli.generate", "make new cases of those that are there, and keep the good ones"),
    "ls": ("synterm.cli.ls", "list the tree, cases, prompts, models, documents, runs …"),
    "show": ("synterm.cli.show", "show one case, prompt, node, model or document in full"),
    "add": ("synterm.cli.add", "add features, behaviors, scenarios, cases, prompts, models, documents"),
    "edit": ("synterm.cli.edit", "change them"),
    "rm": ("synterm.cli.rm", "remove them"),
    "baseline": ("synterm.cli.baseline", "pin a run under a name: what later runs are held against"),
    "merge": ("synterm.cli.merge", "make one file of several: the shards of a run, or people's copies"),
    "review": ("synterm.cli.review", "judge answers yourself; how far each check can be trusted"),
    "history": ("synterm.cli.history", "what was run, by whom, on what; and forgetting it"),
    "dump": ("synterm.cli.dump", "a project as text: for review, git diff, and load"),
    "load": ("synterm.cli.load", "make the project file of such a text again"),
    "diff": ("synterm.cli.diff", "what differs between two projects"),
    "models": ("synterm.cli.models", "which models are usable now, why others are not; one test call"),
    "serve": ("synterm.cli.serve", "the workbench in a browser"),
    "settings": ("synterm.cli.settings", "your settings, each with its meaning; and where they are"),
    "schema": ("synterm.cli.schema", "the JSON Schema of what goes in and comes out"),
}

NOT_YET = (
    "distill",
    "doctor",
    "export",
    "guard",
    "import",
    "share",
    "trust",
)
"""Names that are kept for commands of later versions."""

_HEAD = """\
synterm: edit a prompt, watch a grid of real cases answer on every keystroke.

usage: synterm PROJECT          open the workbench
       synterm COMMAND …

First steps
  synterm demo                  a sample project: no key, no account
  synterm new my.db             a project of your own
  synterm my.db                 open it

Commands
"""
_TAIL = """
`synterm COMMAND --help` tells more, with an example. `synterm --version` prints the version.
"""


def overview() -> str:
    """The help of `synterm` itself."""
    lines = (f"  {name:<9} {words}" for name, (_, words) in COMMANDS.items())
    return _HEAD + "\n".join(lines) + "\n" + _TAIL
