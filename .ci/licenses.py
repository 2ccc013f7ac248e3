"""Which packages synterm stands on and under which licences: ``python .ci/licenses.py`` writes the table in
docs/dependencies.md anew; ``--check`` only says whether it is as it should be.

What is needed is read from uv.lock, from synterm down; licences from what is installed. Of what is not installed the
table keeps what it says.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
EXTRAS = ("local", "analysis", "sql", "parquet", "serve", "dask")
"""What people install to use synterm. Training's torch and what tests need are not among it."""
_BEGIN, _END = "<!-- packages -->", "<!-- end of packages -->"
_WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later",
}
_READ = {"click-default-group": "BSD-3-Clause", "colorama": "BSD-3-Clause", "pysqlite3": "Zlib"}
"""Read in the packages' own files: their metadata does not say it, or says it in other words."""
MAY = frozenset(
    "0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause CNRI-Python ISC LGPL-2.1-or-later MIT MIT-0 MPL-2.0 MPL-1.1 PSF-2.0 "
    "Unlicense Zlib zlib-ng BSL-1.0 CC0-1.0 Python-2.0".split()
)
"""Licences under which something may be needed: used as it comes, unchanged, none asks anything of who uses synterm."""


def needed(lock: Mapping[str, Any], extras: Iterable[str] = EXTRAS) -> list[str]:
    """The names of all packages that synterm needs with these extras, by uv.lock."""
    packages: dict[str, list[dict[str, Any]]] = {}
    for one in lock["package"]:
        packages.setdefault(one["name"], []).append(one)
    found: set[str] = set()
    waiting: list[tuple[str, tuple[str, ...]]] = [("synterm", tuple(extras))]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        name, wanted = asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        found.add(name)
        for one in packages[name]:
            parts = [one.get("dependencies", []), *(one.get("optional-dependencies", {}).get(x, []) for x in wanted)]
            waiting += [(below["name"], tuple(below.get("extra", ()))) for part in parts for below in part]
    return sorted(found - {"synterm"})


def licence_of(name: str) -> str | None:
    """The licence that an installed package says it is under; None where it is not installed."""
    if name in _READ:
        return _READ[name]
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return None
    return said.get("License-Expression") or _by_classifier(said) or _in_a_word(said.get("License") or "") or "unknown"


def _by_classifier(said: PackageMetadata) -> str:
    words = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or () if one.startswith("License :: ")]
    return " OR ".join(sorted({_in_a_word(word) for word in words if word != "OSI Approved"}))


def _in_a_word(said: str) -> str:
    first = said.strip().partition("\n")[0]
    return _WORDS.get(first.lower(), first)


def is_fine(licence: str) -> bool:
    """Whether something under this licence may be needed: one of several to choose from, all of several that hold."""
    return any(
        all(part.strip(" ()").partition(" WITH ")[0] in MAY for part in choice.split(" AND "))
        for choice in re.split(r"\bOR\b", licence)
    )


def table_of(page: str) -> dict[str, str]:
    """The licence of each package as the page says it."""
    inner = page.partition(_BEGIN)[2].partition(_END)[0]
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|$", inner, re.MULTILINE))


def packages(page: str) -> dict[str, str]:
    """What the table should say."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    known = table_of(page)
    return {name: (licence_of(name) or known.get(name, "not known here")).strip() for name in needed(lock)}


def main() -> int:
    """Write or check the table; gives the exit code."""
    page = PAGE.read_text(encoding="utf-8")
    found = packages(page)
    if bad := [f"{name}: {licence}" for name, licence in found.items() if not is_fine(licence)]:
        print("licences that are not among those that may be: " + "; ".join(bad), file=sys.stderr)
        return 1
    if "--check" in sys.argv:
        said = {name: licence.strip() for name, licence in table_of(page).items()}
        if said != found:
            print("docs/dependencies.md is not up to date: python .ci/licenses.py", file=sys.stderr)
            return 1
        return 0
    rows = "".join(f"| `{name}` | {licence} |\n" for name, licence in found.items())
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    text = f"{before}{_BEGIN}\n\n| package | licence |\n| --- | --- |\n{rows}\n{_END}{after}"
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
