"""What the tests with real trainers stand on: the extra ``[train]``, a tiny model, and files that synterm exported.

They are no part of the ordinary suite, which needs no torch: ``pytest tests/trainers`` runs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from synterm.finetune.train.libraries import INSTALL, OFFLINE, missing
from tests.support.http_stub import Stub
from tests.trainers.projects import ROUTER, tools, wrong_call
from tests.trainers.tiny import save_tiny_model

Exported = Callable[..., Path]


def pytest_configure() -> None:
    """Refuses to run without the extra: a skipped proof would read as one that holds."""
    if absent := missing():
        raise pytest.UsageError(f"tests/trainers train for real, which needs {', '.join(absent)}: {INSTALL}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What those libraries deprecate among themselves is theirs to mend."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session", autouse=True)
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No hub and no cache of the person who runs the tests; one thread, as the models are tiny."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in OFFLINE.items():
            patch.setenv(name, value)
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hub")))
        import torch

        torch.set_num_threads(1)
        yield


@pytest.fixture(scope="session")
def tiny_model(offline: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of the tiny model and its tokenizer."""
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny_model(folder)
    return str(folder)


@pytest.fixture(scope="session")
def caller() -> Iterator[Stub]:
    """A model over HTTP that calls functions, and always wrongly."""
    server = Stub().start()
    server.reply(wrong_call)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def exported(caller: Stub, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Exports a project by the command line, once for all tests: ``exported("trl-sft")`` is the folder.

    ``exported("openai-sft", of="tools")`` is made from the project whose answers call functions.
    """
    home = tmp_path_factory.mktemp("home")
    own = {f"SYNTERM_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "STATE", "LOG", "DATA")}

    def synterm(*words: str) -> None:
        command = [sys.executable, "-m", "synterm", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=os.environ | own)
        assert done.returncode == 0, f"synterm {' '.join(words)} ended with {done.returncode}:\n{done.stderr}"

    @cache
    def project(name: str) -> str:
        text, path = home / f"{name}.yaml", str(home / f"{name}.db")
        text.write_text(ROUTER if name == "router" else tools(caller.url), encoding="utf-8")
        synterm("new", path, "--from", str(text), "--trust")
        synterm("run", path, "--split", "train", "--progress", "none")
        return path

    @cache
    def export(format_name: str, *options: str, of: str = "router") -> Path:
        folder = tmp_path_factory.mktemp(format_name) / "set"
        synterm("export", project(of), "--format", format_name, "-o", str(folder), "--validation", "0.25", *options)
        return folder

    return export
