"""The files that docs/guard-litellm.md shows, as it shows them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PAGE = (ROOT / "docs" / "guard-litellm.md").read_text(encoding="utf-8")


def shown(mark: str, page: str = _PAGE) -> str:
    """The block below the comment that is this mark."""
    found = re.search(rf"^<!-- {re.escape(mark)} -->\n```\w*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found, f"the page shows nothing below <!-- {mark} -->"
    return found[1]
