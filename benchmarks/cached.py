"""The same command again, when every answer is in the file already: synterm, the bare client and the peers."""

from __future__ import annotations

import tempfile
from pathlib import Path

from support import contenders, options, rounds, tables
from support.contenders import Contender, Job
from support.rounds import Race
from support.server import Server
from support.tables import Must

PEERS_AT_MOST = 1000
"""Cases: with ten times as many, a round takes the peers ten minutes."""


def main() -> None:
    """Hold the races, print them, and write the section."""
    parser = options.parser(__doc__, rounds=5)
    options.add_peers(parser)
    args = options.parse(parser)
    texts: list[str] = []
    musts: list[Must] = []
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for count in (100, 300) if args.quick else (1000, 10_000):
            task = contenders.make_job(Path(place) / str(count), server.url, count, 32)
            title = f"N = {count}, c = 32, all cached"
            race = Race(title, count, _running(task, args.peers, args.promptfoo), {}, again=True)
            found = rounds.hold(race, server, 1 if args.quick else args.rounds, args.save)
            known = rounds.kept(args.peer_results, title, [name for name in tables.PEERS if name not in found])
            texts.append(f"### {title}\n\n{tables.comparison({**known, **found}, count)}")
            musts = [Must(title, found["synterm"].wall_s, 1.0, 0.6)]
    options.finish(args, "cached", "Again, from the cache", "\n\n".join([tables.promises(musts), NOTE, *texts]))


NOTE = """\
The whole process of the second run. deepeval and pydantic-evals keep no answers that a second run would find; the bare
client keeps them in SQLite, and starts aiohttp only when something is missing."""


def _running(task: Job, folder: Path | None, promptfoo: str | None) -> list[Contender]:
    peers = contenders.peers(task, folder, promptfoo) if task.count <= PEERS_AT_MOST else []
    caching = [peer for peer in peers if peer.name in ("promptfoo", "inspect-ai")]
    return [contenders.synterm(task), contenders.bare(task), *caching]


if __name__ == "__main__":
    main()
