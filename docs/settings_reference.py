"""Writes settings-reference.md, on all settings and variables, from the code: ``python docs/settings_reference.py``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from from_code import cell, field_docs

from synterm import paths
from synterm.providers.families import FAMILIES, Family
from synterm.settings import Settings
from synterm.settings_form import default_text, kind, settings_form

PAGE = Path(__file__).parent / "settings-reference.md"
HEAD = """\
# Settings and environment variables

<!-- Made by docs/settings_reference.py from the settings themselves (synterm/settings.py): change those. -->

Your settings are one TOML file, all of it optional: `synterm settings --path` says where it belongs, `--init` writes it
with every setting as a comment, and `,` in the workbench changes them in a form, comments of yours kept. What is wrong
in the file is said with its line. No project file changes any of them.

## Settings

| setting | | default | |
| --- | --- | --- | --- |"""
FOLDERS = {
    "SYNTERM_DATA_DIR": paths.data_dir,
    "SYNTERM_CONFIG_DIR": paths.config_dir,
    "SYNTERM_STATE_DIR": paths.state_dir,
    "SYNTERM_LOG_DIR": paths.log_dir,
}
VARIABLES = {
    "SYNTERM_TRUST_MANIFEST": (
        "How CI says what it trusts: the digest of what a project asks for, or several with spaces; `--trust` does the "
        "same ([trust.md](trust.md))"
    ),
    "VISUAL`, `EDITOR": "The editor that `f4` and `E` open in the workbench",
    "NO_COLOR": "Set to anything: no colours in what commands print, nor in the workbench",
    "COLUMNS": "How wide reports are where standard output is no terminal",
    "HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY": "A proxy, gone by only where the setting `use_proxy` says so",
    "SSL_CERT_FILE": "The certificates of authorities that calls are checked against, instead of those that come along",
    "GITHUB_ACTIONS": "`true` on GitHub: annotations, the step's summary and outputs are written ([ci.md](ci.md))",
}
"""What else is read of the environment."""
PROVIDERS = """\
A model's string begins with the provider's name. Any of these variables, or files below your home folder, can hold the
key; it goes to the provider and nowhere else, unless you say so ([keys.md](keys.md)). `synterm models` says which are
usable now. Other providers go by the names that LiteLLM gives their variables."""


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join((HEAD, *_settings(), *_file(), *_variables(), *_keys(), ""))


def _settings() -> Iterator[str]:
    said = field_docs(Settings)
    for name in Settings.model_fields:
        default = default_text(name)
        shown = default if default == "unset" else f"`{default}`"
        yield f"| `{name}` | {cell(kind(name))} | {shown} | {cell(said[name])} |"


def _file() -> Iterator[str]:
    yield "\nCommands and their ids, for the table `keys`: [workbench-keys.md](workbench-keys.md)."
    yield "\n## The file\n\nAs `synterm settings --init` writes it:\n"
    yield f"```toml\n{settings_form().rstrip()}\n```"


def _variables() -> Iterator[str]:
    yield "\n## Environment variables\n\n| variable | |\n| --- | --- |"
    for name, place in FOLDERS.items():
        first = (inspect.getdoc(place) or "").partition(";")[0]
        yield f"| `{name}` | {cell(first)}: another folder for it |"
    yield from (f"| `{names}` | {cell(words)} |" for names, words in VARIABLES.items())


def _keys() -> Iterator[str]:
    yield "\n## Keys and endpoints of providers\n"
    yield f"{PROVIDERS}\n"
    yield "| model string | provider | key | endpoint |\n| --- | --- | --- | --- |"
    yield from (f"| `{family.name}/…` | {family.title} | {_key(family)} | {_endpoint(family)} |" for family in FAMILIES)


def _key(family: Family) -> str:
    files = [f"`~/{file}`" for file in family.files]
    return " · ".join((*(f"`{name}`" for name in family.keys), *files)) or "none needed"


def _endpoint(family: Family) -> str:
    names = [f"`{name}`" for name in (family.base, *family.bases) if name]
    own = [f"`{family.own}`"] if family.own else []
    return " · ".join((*own, *names)) or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
