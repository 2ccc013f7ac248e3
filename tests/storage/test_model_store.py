from __future__ import annotations

import pytest

from synterm.core.model import ModelSpec
from synterm.errors import InputError, NotFoundError
from synterm.storage.project import Project

LOCAL = ModelSpec(name="local", model="embedded/default", params={"temperature": 0}, constrain=False)
STUB = ModelSpec(name="stub", model="openai/stub", api_base="http://127.0.0.1:1/v1", api_key_env="STUB_KEY")


def test_models_come_back_in_the_order_they_were_added(project: Project) -> None:
    project.models.put(STUB, LOCAL).result()
    assert project.models.all() == [STUB, LOCAL]
    assert project.models.get("local") == LOCAL


def test_putting_a_name_again_replaces_the_model_in_its_place(project: Project) -> None:
    project.models.put(STUB, LOCAL).result()
    other = STUB.model_copy(update={"params": {"max_tokens": 16}, "api_key_env": None})
    project.models.put(other).result()
    assert project.models.all() == [other, LOCAL]


def test_a_removed_model_is_gone(project: Project) -> None:
    project.models.put(STUB, LOCAL).result()
    assert project.models.remove("stub").result() == 1
    assert project.models.remove("stub").result() == 0
    assert project.models.all() == [LOCAL]
    with pytest.raises(NotFoundError, match="no model named 'stub'") as refusal:
        project.models.get("stub")
    assert refusal.value.hint


def test_parameters_that_json_can_not_hold_are_refused_and_nothing_is_added(project: Project) -> None:
    with pytest.raises(InputError, match="JSON") as refusal:
        project.models.put(LOCAL, STUB.model_copy(update={"params": {"seed": 2**64}}))
    assert refusal.value.where == "model stub"
    assert project.models.all() == []
