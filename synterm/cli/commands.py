"""The commands: their names, where they are, and what each does in a line. Light: `synterm --help` reads only this."""

from __future__ import annotations

GROUPS: dict[str, dict[str, str]] = {
    "First steps": {
        "demo new models": "synterm demo needs no key; synterm new my.db",
        "trust completion": "what a project may do here; Tab in your shell",
    },
    "Describe": {
        "ls show": "list tree, cases, prompts, runs …; one in full",
        "add edit rm": "change them, without the workbench",
        "import generate": "cases of files and logs; new ones made of those",
        "coverage": "what cases cover, what is missing; filling it",
    },
    "Evaluate": {
        "run init-ci": "evaluate; the entry point for CI and its workflow",
        "baseline": "pin a run: what later ones are held against",
        "compare report": "hold two runs, versions, models together; as HTML",
    },
    "Judge": {
        "review": "judge answers; how far to trust each check",
    },
    "Distill": {
        "distill": "why failures fail, where, and what is near them",
    },
    "Fine-tune": {
        "finetune export": "a training set one can trust; a model tuned on it",
    },
    "Production": {
        "inbox guard": "what the app is asked; checks before it answers",
    },
    "Share": {
        "share serve": "a copy to give away; the workbench in a browser",
        "dump load": "a project as text for review and git; and back",
        "diff merge": "what differs; one file of several, or of shards",
    },
    "Look after": {
        "history doctor": "the runs, and forgetting them; what is wrong here",
        "settings schema": "your settings; JSON Schemas of what goes in, out",
    },
}
"""By what they are for, in the order in which one needs them: those that share a line, and what they do."""

_NAMES = [name for group in GROUPS.values() for names in group for name in names.split()]
_MODULES = {"import": "imports"}
"""Of those whose name is a word of Python."""
COMMANDS: dict[str, str] = {name: f"synterm.cli.{_MODULES.get(name, name).replace('-', '_')}" for name in _NAMES}
"""The module of each."""

_HEAD = """\
synterm: edit a prompt, watch a grid of real cases answer on every keystroke.

usage: synterm my.db            open the workbench
       synterm COMMAND --help   more of each, with an example; synterm --version
"""


def overview() -> str:
    """The help of `synterm` itself: all of it is seen at once on a terminal of 80 × 24."""
    lines = [_HEAD]
    for title, group in GROUPS.items():
        heads = [title, *[""] * len(group)]
        lines += [f"{head:<12} {names:<17} {words}" for head, (names, words) in zip(heads, group.items(), strict=False)]
    return "\n".join(lines) + "\n"
