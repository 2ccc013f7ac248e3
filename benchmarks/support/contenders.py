"""Who does the job: synterm, the bare clients, and the peers that are installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from support import job
from support.measure import Run, measure

ROOT = Path(__file__).parents[2]
_CLIENTS = Path(__file__).parents[1] / "clients"
_PEERS = {"pydantic-evals": "pydantic_evals_job", "deepeval": "deepeval_job", "inspect-ai": "inspect_job"}
_UNWATCHED = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "LOGFIRE_IGNORE_NO_CONFIG": "1",
    "DO_NOT_TRACK": "1",
    "OPENAI_API_KEY": "none",
    "PYTHONPATH": "",
}
"""Peers report to their makers unless told not to."""


@dataclass(frozen=True)
class Job:
    """`count` cases in `folder`, `concurrency` at a time, at `url`."""

    folder: Path
    url: str
    count: int
    concurrency: int

    @property
    def cases(self) -> Path:
        """The cases."""
        return self.folder / "cases.jsonl"


@dataclass(frozen=True)
class Contender:
    """A whole process that does the job in a folder of its own."""

    name: str
    command: Callable[[Path], Sequence[str]]
    passed: Callable[[Path, Run], int]
    """How many cases it found to pass."""
    prepare: Callable[[Path], None] = lambda folder: None
    env: Callable[[Path], dict[str, str]] = lambda folder: {}
    complete: tuple[int, ...] = (0,)
    """Exit codes that say that it is done."""
    incomplete: tuple[int, ...] = ()
    """Exit codes that are a result too, where the job is hard."""


def make_job(folder: Path, url: str, count: int, concurrency: int, *, before: str = "", **params: Any) -> Job:
    """The files of the job; the project file is made here, outside of what is measured.

    `before` stands before each message; `params` are more parameters of synterm's model.
    """
    folder.mkdir()
    job.write_cases(folder, count, before)
    job.write_project(folder, url, **params)
    made = measure(synterm_command("new", "pristine.db", "--from", "project.yaml"), folder, synterm_env(folder))
    if made.exit_code:
        raise RuntimeError(made.stderr)
    # By its digest, as CI does: each run has a folder of settings of its own, where nothing is trusted yet.
    asks = measure(synterm_command("trust", "pristine.db", "--show", "--json"), folder, synterm_env(folder))
    os.environ["SYNTERM_TRUST_MANIFEST"] = orjson.loads(asks.stdout)["digest"]
    return Job(folder, url, count, concurrency)


def synterm_command(*words: str) -> list[str]:
    """This checkout's synterm."""
    return [sys.executable, "-m", "synterm", *words]


def synterm_env(folder: Path) -> dict[str, str]:
    """Settings, logs and what is remembered of its own in `folder`."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    places = {f"SYNTERM_{kind.upper()}_DIR": str(folder / kind) for kind in ("config", "log", "state")}
    return {"PYTHONPATH": path, **places}


def synterm(task: Job, name: str = "synterm", litellm: bool = False, may_fail: bool = False) -> Contender:
    """`synterm run`; with `litellm`, every call through LiteLLM's host process; `may_fail`: errors are a result."""

    def prepare(folder: Path) -> None:
        shutil.copy(task.folder / "pristine.db", folder / "project.db")
        if litellm:
            force_litellm(folder)

    def command(folder: Path) -> Sequence[str]:
        return synterm_command("run", "project.db", "--concurrency", str(task.concurrency))

    return Contender(name, command, _synterm_passed, prepare, synterm_env, incomplete=(3,) if may_fail else ())


def force_litellm(folder: Path) -> None:
    """Settings that turn the fast path off, where this synterm has one."""
    from synterm.settings import Settings

    (folder / "config").mkdir(exist_ok=True)
    if "fast_path" in Settings.model_fields:
        (folder / "config" / "settings.toml").write_text("fast_path = false\n", encoding="utf-8")


def _synterm_passed(folder: Path, run: Run) -> int:
    """As the file says it afterwards, without another request."""
    again = measure(synterm_command("run", "project.db", "--quiet", "--json", "-"), folder, synterm_env(folder))
    totals = orjson.loads(again.stdout)["totals"]
    if totals["requests"]:
        raise RuntimeError(f"{totals['requests']} answers were not kept")
    return totals["passed"]


def bare(task: Job, name: str = "bare aiohttp", script: str = "bare_aiohttp") -> Contender:
    """One of the bare clients."""

    def command(folder: Path) -> Sequence[str]:
        place = str(_CLIENTS / f"{script}.py")
        return [sys.executable, place, str(task.cases), task.url, str(task.concurrency), str(folder / "answers.db")]

    return Contender(name, command, _said)


def bare_litellm(task: Job) -> Contender:
    """LiteLLM's own Python call and SQLite."""
    return bare(task, "bare litellm", "bare_litellm")


def peers(task: Job, folder: Path | None, promptfoo: str | None) -> list[Contender]:
    """Those that are there: `folder` holds an environment for each, `promptfoo` is its command."""
    found: list[Contender] = []
    for name, script in _PEERS.items():
        python = folder / name / "bin" / "python" if folder else None
        if python and python.exists():
            found.append(_peer(task, name, str(python), script))
        else:
            print(f"{name} is left out: it is not installed (--peers)", file=sys.stderr)
    command = promptfoo or (str(folder / "promptfoo/node_modules/.bin/promptfoo") if folder else None)
    if command and shutil.which(command):
        found.append(_promptfoo(task, command))
    else:
        print("promptfoo is left out: it is not installed (--promptfoo)", file=sys.stderr)
    return found


def _peer(task: Job, name: str, python: str, script: str) -> Contender:
    def command(folder: Path) -> Sequence[str]:
        words = [python, str(_CLIENTS / f"{script}.py"), str(task.cases), task.url, str(task.concurrency)]
        return [*words, job.SYSTEM, job.MODEL]

    return Contender(name, command, _said, env=_alone)


# It ends with 100 when a case fails, and now and then with 1, when its log is closed too early: the results are there.
def _promptfoo(task: Job, promptfoo: str) -> Contender:
    words = [promptfoo, "eval", "-c", "promptfooconfig.json", "-j", str(task.concurrency), "--no-progress-bar"]
    words += ["-o", "results.json"]

    def prepare(folder: Path) -> None:
        """Its files; and its database, which one other case has it make: what is measured finds it."""
        _promptfoo_files(task, folder)
        (folder / "tests.json").write_bytes(orjson.dumps([{"vars": {"message": "warm up"}}]))
        measure(words, folder, _alone(folder))
        rows = [orjson.loads(line) for line in task.cases.read_bytes().splitlines()]
        tests = [{"vars": row["input"], "assert": [{"type": "equals", "value": row["expected"]}]} for row in rows]
        (folder / "tests.json").write_bytes(orjson.dumps(tests))

    return Contender("promptfoo", lambda folder: words, _promptfoo_passed, prepare, _alone, (0, 100, 1))


def _promptfoo_files(task: Job, folder: Path) -> None:
    messages = [{"role": "system", "content": job.SYSTEM}, {"role": "user", "content": "{{ message }}"}]
    (folder / "prompt.json").write_bytes(orjson.dumps(messages))
    model = {"id": f"openai:chat:{job.MODEL}", "config": {"apiBaseUrl": task.url, "max_tokens": 16}}
    config = {"prompts": ["file://prompt.json"], "providers": [model], "tests": "file://tests.json"}
    (folder / "promptfooconfig.json").write_bytes(orjson.dumps(config))


def _alone(folder: Path) -> dict[str, str]:
    places = {"HOME": str(folder), "PROMPTFOO_CONFIG_DIR": str(folder / "promptfoo")}
    return {**_UNWATCHED, **places}


def _promptfoo_passed(folder: Path, run: Run) -> int:
    return orjson.loads((folder / "results.json").read_bytes())["results"]["stats"]["successes"]


def _said(folder: Path, run: Run) -> int:
    return orjson.loads(run.stdout.strip().splitlines()[-1])["passed"]
