"""Which known vulnerabilities the locked packages have: ``python .ci/audit.py ADVISORIES``, without a network.

ADVISORIES is a clone of github.com/pypa/advisory-database, which pip-audit's own service is made of. It says how old
the clone is: what was found since is not in it. With a network, `pip-audit` asks the service itself: see
docs/dependencies.md. The exit code is 1 where something is found.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "uv.lock"
KNOWN_BAD = {("litellm", "1.82.7"), ("litellm", "1.82.8")}
"""Releases that were malicious; an index takes such down, a mirror may keep them."""


def pinned(lock: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each package of a lock with its version; several versions of one are several."""
    return [(one["name"], one["version"]) for one in lock["package"] if "registry" in one.get("source", {})]


def hits(name: str, version: str, advisories: Path) -> Iterator[str]:
    """The advisories that a version of a package is affected by: ``PYSEC-2024-1 (CVE-2024-1): summary``."""
    if (name, version) in KNOWN_BAD:
        yield "a malicious release"
    for path in sorted((advisories / "vulns" / name).glob("*.yaml")):
        found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        if found.get("withdrawn"):
            continue
        if any(_is_hit(one, name, version) for one in found.get("affected", ())):
            also = ", ".join(found.get("aliases", ())[:2])
            said = " ".join(str(found.get("details", "")).split())[:120]
            yield f"{found['id']} ({also}): {said}"


def _is_hit(affected: Mapping[str, Any], name: str, version: str) -> bool:
    if _normal(str(affected.get("package", {}).get("name", ""))) != name:
        return False
    if version in affected.get("versions", ()):
        return True
    return any(_in_range(one["events"], version) for one in affected.get("ranges", ()) if one["type"] == "ECOSYSTEM")


def _in_range(events: list[dict[str, str]], version: str) -> bool:
    """As the schema of OSV says: affected from each `introduced` on, until what is `fixed` or past `last_affected`."""
    here, inside = Version(version), False
    for event in events:
        try:
            if (begin := event.get("introduced")) is not None:
                inside = inside or begin == "0" or here >= Version(begin)
            elif (fixed := event.get("fixed")) is not None:
                inside = inside and here < Version(fixed)
            elif (last := event.get("last_affected")) is not None:
                inside = inside and here <= Version(last)
        except InvalidVersion:
            continue
    return inside


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _age(advisories: Path) -> str:
    command = ["git", "-C", str(advisories), "log", "-1", "--format=%cs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown day"


def main() -> int:
    """Print what was found; gives the exit code."""
    if len(sys.argv) != 2 or not (advisories := Path(sys.argv[1]) / "vulns").is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    advisories = advisories.parent
    packages = pinned(tomllib.loads(LOCK.read_text(encoding="utf-8")))
    found = [f"{name} {version}: {one}" for name, version in packages for one in hits(name, version, advisories)]
    print("\n".join([*found, f"{len(packages)} packages, {len(found)} findings; advisories as of {_age(advisories)}"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
