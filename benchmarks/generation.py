"""A real generation: ``python benchmarks/generation.py [PROJECT.db] [--count N]``.

The embedded model makes cases of the sample project with all that it can rewrite with, the usual filters at work and
labels checked. Prints the funnel, and the first twenty cases that were kept, as they are, for a reader to judge. With
PROJECT.db (which must not be there) the project stays, for a longer look.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import islice
from pathlib import Path

from synterm.cli.main import main as synterm
from synterm.storage.project import Project

CHAINS = ("paraphrase", "elaborate", "vary", "terse")
SHOWN = 20


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("project", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.project or Path(folder) / "sample.db"
        synterm(["new", str(path), "--sample", "meeting_router"])
        generators = [part for chain in CHAINS for part in ("--with", chain)]
        synterm(["generate", str(path), *generators, "--check-labels", "--count", str(args.count)])
        _show(path)


def _show(path: Path) -> None:
    with Project.open(path) as project:
        [generation] = project.generations.all()
        kept = (case for case in project.generations.cases(generation.id) if case.status == "draft")
        for number, case in enumerate(islice(kept, SHOWN), 1):
            seed = project.cases.get(case.origin.seed_id or "")
            print(f"\n{number}. {case.input['message']}\n   of: {seed.input['message']}")
            print(f"   {case.expected}; {case.origin.detail['note']}")


if __name__ == "__main__":
    main()
