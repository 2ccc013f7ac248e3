"""What a run does when it is killed, refused, starved or fed nonsense, and when four of them share one file."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from support import options, tables
from support.server import Server
from support.tables import Must
from trials import broken, full_disk, killed, storm, together

TRIALS = {
    "killed": killed.hold,
    "storm": storm.hold,
    "broken": broken.hold,
    "disk": full_disk.hold,
    "together": together.hold,
}


def main() -> None:
    """Hold the trials, print them, and write the section."""
    parser = options.parser(__doc__)
    parser.add_argument("--trials", type=int, default=200, help="how often to kill (default %(default)s)")
    parser.add_argument("--only", choices=(*TRIALS, "all"), default="all", help="one of them instead of all")
    args = options.parse(parser)
    kills = 3 if args.quick else args.trials
    held = {**TRIALS, "killed": functools.partial(killed.hold, trials=kills)}
    texts: list[str] = []
    musts: list[Must] = []
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for name in TRIALS if args.only == "all" else (args.only,):
            text, more = held[name](server, Path(place) / name, quick=args.quick)
            texts.append(text)
            musts += more
    options.finish(args, "faults", "Faults", "\n\n".join([tables.promises(musts), *texts]))


if __name__ == "__main__":
    main()
