"""What `synterm guard --serve` does: verdicts per second, how long they take, and the CPU of each, beside an aiohttp
handler that judges nothing. Needs wrk, which shares the machine's processors with the service."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from support import options

CONNECTIONS = (1, 16, 64)
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_LABELS = ["schedule", "summarize", "retrieve", "clarify", "out_of_scope"]
_SCHEMA = {
    "type": "object",
    "required": ["orders"],
    "properties": {
        "orders": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "status"],
                "properties": {"id": {"type": "integer"}, "status": {"enum": ["open", "sent", "paid"]}},
            },
        }
    },
}
_PROJECT = {
    "synterm": 1,
    "name": "load test",
    "prompts": [{"name": "ask", "messages": [{"role": "user", "content": "{{ message }}"}]}],
    "tree": [
        {
            "feature": name,
            "checks": [check],
            "behaviors": [{"behavior": "All", "scenarios": [{"scenario": "one", "cases": [{"input": "hello"}]}]}],
        }
        for name, check in (
            ("label", {"type": "label", "labels": _LABELS}),
            ("json", {"type": "is-json"}),
            ("schema", {"type": "is-json", "value": _SCHEMA}),
        )
    ],
}
_ORDERS = [
    {"id": number, "status": "sent", "note": "left with the neighbours", "lines": [1, 2.5, None, True]}
    for number in range(105)
]
_ASKED = {"message": "what's the capital of peru"}
_OUTPUTS = {"label": "out_of_scope"} | dict.fromkeys(("json", "schema"), orjson.dumps({"orders": _ORDERS}).decode())
BODIES = {
    kind: orjson.dumps({"output": output, "input": _ASKED, "behavior": kind}) for kind, output in _OUTPUTS.items()
}
_SIZE = f"JSON of {len(BODIES['json']) / 1000:.0f} kB"
TITLES = {"label": "a label", "json": _SIZE, "schema": f"{_SIZE}, {len(_ORDERS)} rows by a schema"}


@dataclass(frozen=True)
class Load:
    """What one round of wrk found."""

    per_s: float
    p50: str
    p99: str
    cpu_us: float
    """Of the service, each answer, in microseconds."""


def main() -> None:
    """Measure all of it, and write the section."""
    made = options.parser(__doc__)
    made.add_argument("--seconds", type=int, default=8, help="of each round (default %(default)s)")
    made.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="(default %(default)s)")
    args = options.parse(made)
    seconds = 2 if args.quick else args.seconds
    lines = [
        "| | connections | verdicts/s | p50 | p99 | CPU µs a verdict |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _prepare(place)
        for title, kind, command in _contenders(place, args):
            with _serving(command) as (pid, port):
                for connections in CONNECTIONS:
                    found = _load(place, kind, pid, port, connections, seconds)
                    lines.append(
                        f"| {title}, {TITLES[kind]} | {connections} | {found.per_s:,.0f} | {found.p50} | {found.p99} "
                        f"| {found.cpu_us:.0f} |"
                    )
    options.finish(args, "guard_http", "The guard over HTTP", "\n".join(lines))


def _prepare(place: Path) -> None:
    """The project, what wrk sends, and a verdict for the handler that judges nothing."""
    (place / "load.yaml").write_bytes(orjson.dumps(_PROJECT))
    _synterm("load", str(place / "load.yaml"), "-o", str(place / "load.db"))
    for kind, body in BODIES.items():
        (place / f"{kind}.json").write_bytes(body)
        (place / f"{kind}.lua").write_text(
            f'local file = io.open("{place / kind}.json", "rb")\n'
            'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = file:read("*a")\n'
        )
    with _serving(_guard(place, 1)) as (_, port):
        for kind, body in BODIES.items():
            verdict = _ask(port, body)
            if not orjson.loads(verdict)["passed"]:
                raise SystemExit(f"{kind} does not pass: {verdict.decode()}")
        (place / "verdict.json").write_bytes(_ask(port, BODIES["label"]))


def _contenders(place: Path, args: argparse.Namespace) -> Iterator[tuple[str, str, list[str]]]:
    bare = [sys.executable, str(Path(__file__).parent / "support" / "bare_http.py"), str(place)]
    for kind in BODIES:
        if kind != "schema":
            yield "aiohttp, judging nothing", kind, bare
        for workers in args.workers:
            title = "`synterm guard --serve`" + (f" `--workers {workers}`" if workers > 1 else "")
            yield title, kind, _guard(place, workers)


def _guard(place: Path, workers: int) -> list[str]:
    project = str(place / "load.db")
    return [sys.executable, "-m", "synterm", "guard", project, "--serve", "--port", "0", "--workers", str(workers)]


@contextmanager
def _serving(command: list[str]) -> Iterator[tuple[int, int]]:
    """The process that serves, and its port."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    try:
        line = process.stdout.readline()
        found = re.search(r"(\d+)$|url=\S*:(\d+)", line.strip())
        if not found:
            raise SystemExit(f"it does not serve: {line}{process.stdout.read()}")
        yield process.pid, int(found.group(1) or found.group(2))
    finally:
        process.terminate()
        process.communicate()


def _load(place: Path, kind: str, pid: int, port: int, connections: int, seconds: int) -> Load:
    url = f"http://127.0.0.1:{port}/v1/check"
    command = ["wrk", "-t1", f"-c{connections}", "--latency", "-s", str(place / f"{kind}.lua"), url]
    subprocess.run([*command, "-d1s"], check=True, capture_output=True)
    before = _cpu_s(pid)
    said = subprocess.run([*command, f"-d{seconds}s"], check=True, capture_output=True, text=True).stdout
    spent = _cpu_s(pid) - before
    count = int(_in(said, r"(\d+) requests in"))
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"not all were answered:\n{said}")
    return Load(
        float(_in(said, r"Requests/sec:\s*([\d.]+)")),
        _in(said, r"50%\s+(\S+)"),
        _in(said, r"99%\s+(\S+)"),
        spent / count * 1e6,
    )


def _in(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise SystemExit(f"wrk does not say {pattern}:\n{text}")
    return found.group(1)


def _cpu_s(pid: int) -> float:
    """The CPU time of a process and of those below it, in seconds."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S + sum(_cpu_s(int(child)) for child in below)


def _ask(port: int, body: bytes) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/check", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def _synterm(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "synterm", *words], check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
