"""What the package's page on an index says: the README without what only a clone has.

An index shows it far from the other files, where pictures and links of a clone are dead. Where the project's pages
stand on the web is not decided, so no addresses are made up: the text of a link stays, its target goes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURES = re.compile(r"^(?:\|.*\n\|[ :|-]+\n)?\|? *!\[[^\]]*\]\((?!https?:)[^)]*\).*\n", re.MULTILINE)
"""A line that begins with a picture, and the head of a table of pictures above it."""
_CLONE = re.compile(r"<!-- clone -->\n.*?<!-- /clone -->\n", re.DOTALL)
"""What speaks of files that are not there, as of a picture."""
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)[^)]*\)")
_NOTE = "\n\nFiles that are named here (`docs/…`) are in the source distribution.\n"


class ReadmeHook(MetadataHookInterface):
    """Gives the README as an index shows it."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in `readme`, which pyproject.toml calls dynamic."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": page(text)}


def page(readme: str) -> str:
    """A README without pictures and links into a clone, and without what ``<!-- clone -->`` and ``<!-- /clone -->``
    enclose."""
    return _LINK.sub(_said, _PICTURES.sub("", _CLONE.sub("", readme))).rstrip() + _NOTE


def _said(link: re.Match[str]) -> str:
    text = link[1]
    return f"`{text}`" if text.endswith(".md") else text
