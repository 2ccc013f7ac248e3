"""What counts as the same: what says the same in JSON, where ``1`` is not ``true``."""

from __future__ import annotations

from typing import Any

import pytest

from synterm.core.prompt import Message, Prompt, PromptBody, PromptVersion
from synterm.core.tree import Node, Tree


def body(value: Any) -> PromptBody:
    return PromptBody(messages=(Message(role="user", content="x"),), params={"value": value})


def tree(value: Any) -> Tree:
    return Tree([Node(id="n", level="feature", name="f", checks=({"type": "label", "value": value},))])


@pytest.mark.parametrize("make", [body, tree])
def test_one_and_true_are_not_the_same(make: Any) -> None:
    assert make(1) == make(1)
    assert make(1) != make(True)
    assert make(1) != make(1.0)
    assert make({"a": 1, "b": 2}) == make({"b": 2, "a": 1})
    assert make(1) != 1


def test_a_draft_is_a_kept_version_only_to_the_letter() -> None:
    kept = (PromptVersion(body=body(1), number=1),)
    assert Prompt(name="p", draft=body(1), versions=kept).draft_label == "v1"
    assert Prompt(name="p", draft=body(True), versions=kept).draft_label == "draft"
