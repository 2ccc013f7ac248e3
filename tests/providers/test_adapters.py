"""Adapters of the embedded model: which files are taken, and what the model says with one."""

from __future__ import annotations

import io
import stat
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.completion import Outcome
from synterm.core.model import ModelSpec, adapter_of
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.errors import InputError, ModelError
from synterm.providers import adapters
from synterm.providers.adapter_check import MAX_BYTES, check_adapter
from synterm.providers.availability import usable
from synterm.providers.registry import Providers
from tests.support.adapter_files import Q8_0, SAID, Matrix, adapter, gguf, pair

A, B = pair()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of its own."""
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def written(folder: Path, data: bytes) -> Path:
    path = folder / "tuned.gguf"
    path.write_bytes(data)
    return path


def renamed(matrix: Matrix, name: str) -> Matrix:
    return (name, *matrix[1:])


def shaped(matrix: Matrix, *shape: int) -> Matrix:
    return (matrix[0], (shape[0], shape[1]), *matrix[2:])


def test_an_adapter_is_kept_under_its_content_for_its_owner_alone(place: Path):
    sha256, facts = adapters.install(written(place, adapter(1)))
    path = adapters.find(sha256[:16])
    assert path is not None
    assert path.name == f"{sha256}.gguf"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (facts.rank, facts.alpha, facts.matrices) == (1, 8.0, 1)
    assert [*adapters.installed()] == [sha256]
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert adapters.install(path)[0] == sha256


def test_what_converters_say_besides_is_taken(place: Path):
    more = {**SAID, "general.name": "Peft", "general.tags": ["lora", "transformers"], "general.base_model.count": 1}
    assert adapters.install(written(place, gguf(more, [A, B])))[1].matrices == 1


WRONG = {
    "it is no GGUF file": gguf(SAID, [A, B], magic=b"GGML"),
    "GGUF of version 9": gguf(SAID, [A, B], version=9),
    "a whole model": gguf(SAID | {"general.type": "model"}, [A, B]),
    "something else": gguf(SAID | {"adapter.type": "aloe"}, [A, B]),
    "of the kind 'gemma'": gguf(SAID | {"general.architecture": "gemma"}, [A, B]),
    "how strong it is": gguf({key: value for key, value in SAID.items() if "alpha" not in key}, [A, B]),
    "unusual way": gguf(SAID | {"general.alignment": 1}, [A, B]),
    "it has 0 matrices": gguf(SAID, []),
    "no two matrices": gguf(SAID, [A]),
    "twice": gguf(SAID, [A, A]),
    "no place for 'blk.30": gguf(SAID, [renamed(A, "blk.30.attn_v.weight.lora_a"), B]),
    "no place for 'token_embd": gguf(SAID, [renamed(A, "token_embd.weight.lora_a"), B]),
    "made for another model": gguf(SAID, [shaped(A, 2048, 1), B]),
    "fit together": gguf(SAID, [shaped(A, 576, 2), B]),
    "of the kind 8": gguf(SAID, [(*A[:2], Q8_0, A[3]), B]),
    "ends early": gguf(SAID, [A, B])[:-64],
    "head is cut off": gguf(SAID, [A, B])[:100],
    "lists 5,000 things": gguf(SAID | {"general.tags": ["x"] * 5000}, [A, B]),
    "a text in its head": gguf(SAID | {"general.name": "x" * 20_000}, [A, B]),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_is_no_adapter_for_this_model_is_refused_with_the_reason(why: str, place: Path):
    with pytest.raises(InputError, match="no adapter for the embedded model") as refused:
        adapters.install(written(place, WRONG[why]))
    assert why in str(refused.value)
    assert str(place / "tuned.gguf") in str(refused.value)
    assert not [*adapters.installed()]


def test_matrices_that_lie_over_each_other_are_refused():
    data = gguf(SAID, [A, B])
    name = b"blk.0.attn_v.weight.lora_b"
    at = data.index(name) + len(name) + struct.calcsize("<IQQI")
    with pytest.raises(InputError, match="over each other"):
        check_adapter(io.BytesIO(data[:at] + bytes(8) + data[at + 8 :]), len(data), "it")


def test_a_file_over_the_limit_is_refused_unread(place: Path):
    path = place / "huge.gguf"
    with path.open("wb") as file:
        file.write(adapter())
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match=r"256\.0 MB at most"):
        adapters.install(path)


def test_what_is_no_file_is_refused(place: Path):
    with pytest.raises(InputError, match="no such file"):
        adapters.install(place)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_of_the_head_is_refused_or_harmless(data: st.DataObject):
    whole = bytearray(adapter())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for damaged in (bytes(whole), cut):
        try:
            facts = check_adapter(io.BytesIO(damaged), len(damaged), "it")
        except InputError:
            continue
        assert (facts.rank, facts.matrices) == (1, 1)


def test_a_model_string_names_its_adapter_also_by_the_alias():
    spec = ModelSpec(name="tuned", model="embedded/default+0123456789abcdef")
    assert spec.resolved == "embedded/smollm2-135m+0123456789abcdef"
    assert adapter_of(spec.resolved) == "0123456789abcdef"
    assert adapter_of("embedded/smollm2-135m") is None


def test_a_tuned_model_says_what_it_lacks(place: Path):
    missing = usable(ModelSpec(name="tuned", model="embedded/default+0123456789abcdef"))
    assert missing.state == "missing"
    assert "0123456789abcdef" in missing.reason
    assert "--adapter FILE" in (missing.hint or "")
    assert "16 digits" in (usable(ModelSpec(name="tuned", model="embedded/default+12")).hint or "")
    sha256, _ = adapters.install(written(place, adapter()))
    assert usable(ModelSpec(name="tuned", model=adapters.model_string(sha256))).state == "fetch"


def test_a_file_that_was_changed_is_not_loaded(place: Path):
    sha256, _ = adapters.install(written(place, adapter()))
    path = adapters.folder() / f"{sha256}.gguf"
    path.write_bytes(adapter(7))
    with pytest.raises(ModelError, match="was changed"):
        adapters.require(adapters.model_string(sha256))


def ask(model: str) -> Request:
    spec = ModelSpec(name="m", model=model)
    return Request(spec, (Message(role="user", content="Count to five."),), {"temperature": 0, "max_tokens": 12})


@pytest.mark.asyncio(loop_scope="session")
async def test_each_adapter_answers_in_a_process_of_its_own(weights_file: Path, place: Path):
    folder = adapters.folder()
    folder.mkdir(parents=True)
    (folder.parent / weights_file.name).symlink_to(weights_file)
    names = ["embedded/default"]
    for seed in (0, 5):
        strong = gguf(SAID | {"adapter.lora.alpha": 4.0}, pair(seed=seed))
        names.append(adapters.model_string(adapters.install(written(place, strong))[0]))
    async with Providers() as providers:
        asked = [ask(name) for name in names]
        found = [providers.for_model(one.model) for one in asked]
        assert len({id(one) for one in found}) == 3
        answers = [await one.complete(request) for one, request in zip(found, asked, strict=True)]
    assert {one.outcome for one in answers} <= {Outcome.COMPLETE, Outcome.TRUNCATED}, [one.error for one in answers]
    plain, nothing, tuned = (one.text for one in answers)
    assert nothing == plain
    assert tuned != plain
    assert len({one.key for one in asked}) == 3


@pytest.mark.asyncio(loop_scope="session")
async def test_asking_a_model_whose_adapter_is_not_here_is_an_error_with_a_hint(weights_file: Path, place: Path):
    folder = adapters.folder()
    folder.mkdir(parents=True)
    (folder.parent / weights_file.name).symlink_to(weights_file)
    async with Providers() as providers:
        request = ask("embedded/default+0123456789abcdef")
        answer = await providers.for_model(request.model).complete(request)
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "is not here" in (answer.error or "")
    assert "--adapter" in (answer.hint or "")
