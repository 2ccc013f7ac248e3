"""What providers say of jobs, which may be anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.providers.tuning_documents import read_job, read_losses

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ("id", "status", "fine_tuned_model", "trained_tokens", "error", "data", "step", "train_loss", "valid_loss")
_DOCUMENTS = st.dictionaries(
    st.sampled_from(_FIELDS),
    _JSON | st.sampled_from(["succeeded", "ftjob-1", "failed", 1, {"message": "no"}, [{"data": {"step": 1}}]]),
)


@given(_DOCUMENTS, st.lists(_DOCUMENTS, max_size=3))
def test_nothing_that_is_said_breaks_anything(document: dict[str, Any], events: list[dict[str, Any]]) -> None:
    job = read_job(document)
    if job is not None:
        assert job.id == document["id"]
        assert bool(job.model) == (job.status == "done")
    for losses in read_losses({"data": [{"data": event} for event in events]}):
        assert list(losses) == sorted(losses)
        assert all(loss == loss and abs(loss) != float("inf") for _, loss in losses)


@pytest.mark.parametrize(
    ("said", "status"),
    [("validating_files", "running"), ("canceling", "running"), ("succeeded", "done"), ("canceled", "cancelled")],
)
def test_words_of_all_providers_are_known(said: str, status: str) -> None:
    job = read_job({"id": "ftjob-1", "status": said, "fine_tuned_model": "ft:a/b:c", "trained_tokens": 3})
    assert job is not None
    assert (job.status, job.words, job.model) == (status, said, "ft:a/b:c" if status == "done" else "")


@pytest.mark.parametrize(
    "model",
    ["", None, 3, "ft:x y", "https://evil.example/x", "a//b", "/a", "a/", "ft:x\n", "x" * 251, "a?b", "a\u202eb"],
)
def test_a_model_by_a_name_that_can_not_be_asked_is_none(model: object) -> None:
    assert read_job({"id": "ftjob-1", "status": "succeeded", "fine_tuned_model": model}) is None


@pytest.mark.parametrize("name", ["../x", "a/b", "", None, 1, "x" * 201])
def test_an_id_that_would_be_another_path_is_none(name: object) -> None:
    assert read_job({"id": name, "status": "running"}) is None
