"""Makes all pages and pictures anew that are made from the code: ``python docs/make.py``, or with the names of some.

Pictures of screens take a model and minutes, so ``python docs/pictures.py`` draws those.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

MADE = (
    "cli",
    "man",
    "checks",
    "generators",
    "settings_reference",
    "schemas",
    "text_form",
    "file_schema",
    "workbench_keys",
    "imports",
)
"""The scripts beside this one. Each says what it writes: `files` gives the texts by their paths."""


def files(script: ModuleType) -> dict[Path, str]:
    """What a script writes."""
    return script.files() if hasattr(script, "files") else {script.PAGE: script.page()}


def main() -> None:
    """Write those that are named, else all of them."""
    for name in sys.argv[1:] or MADE:
        for path, text in files(import_module(name)).items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
