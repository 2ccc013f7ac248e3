"""The least that a verdict over HTTP can cost: an aiohttp handler that reads JSON and answers the same each time.

Prints its port. `verdict.json` of the folder that is its argument is what it answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

VERDICT = Path(sys.argv[1], "verdict.json").read_bytes()


async def check(request: web.Request) -> web.Response:
    """Judges nothing."""
    json.loads(await request.read())
    return web.Response(body=VERDICT, content_type="application/json")


async def main() -> None:
    """Serve until it is ended."""
    app = web.Application()
    app.router.add_post("/v1/check", check)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
