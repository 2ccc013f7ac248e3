"""What a call costs in aiohttp and in httpx, the two clients at hand, as more requests are under way."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import aiohttp
import httpx
from support import options
from support.server import Server

BODY = {"model": "stub", "messages": [{"role": "user", "content": "I mean clarify"}]}
Post = Callable[[], Awaitable[object]]


def main() -> None:
    """Measure both, in turns, and write the section."""
    args = options.parse(options.parser(__doc__))
    count = 300 if args.quick else 2000
    lines = ["| requests under way | aiohttp, CPU ms a call | httpx, CPU ms a call |", "| --- | --- | --- |"]
    with Server() as server:
        server.reset(delay_ms=50)
        url = server.url + "/chat/completions"
        for width in (32, 256):
            spent = [asyncio.run(client(url, count, width)) for client in (_aiohttp, _httpx)]
            lines.append(f"| {width} | {spent[0]:.2f} | {spent[1]:.2f} |")
    options.finish(args, "http_clients", "HTTP clients", "\n".join(lines))


async def _aiohttp(url: str, count: int, width: int) -> float:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post() -> None:
            async with session.post(url, json=BODY) as response:
                await response.read()

        return await _cpu_ms(post, count, width)


async def _httpx(url: str, count: int, width: int) -> float:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=600) as client:
        return await _cpu_ms(lambda: client.post(url, json=BODY), count, width)


async def _cpu_ms(post: Post, count: int, width: int) -> float:
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await post()

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(width)))
    return (time.process_time() - began) / count * 1000


if __name__ == "__main__":
    sys.exit(main())
