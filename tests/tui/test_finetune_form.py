from __future__ import annotations

import argparse
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.cli.training_options import add_training_options, training_plan
from synterm.core.training import TrainingPlan
from synterm.core.tree import Node, Tree
from synterm.errors import InputError
from synterm.tui.finetune.command import command_line
from synterm.tui.finetune.wanted import SOURCE_CHOICES, Form, behavior_glob, plan_of, read_instructions, words_of

FORM = Form(prompt="router@v2")

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20)
lines = texts.map(str.strip).filter(bool)
shares = st.floats(0, 1).map(lambda value: round(value, 4))
globs = st.sampled_from(("*", "Routing/*", "Out of scope", "[ab]*", "a?b"))


@st.composite
def forms(draw: st.DrawFn) -> Form:
    written = draw(st.lists(st.one_of(lines, st.tuples(globs, lines).map("=".join)), max_size=4))
    return Form(
        prompt=draw(st.sampled_from(("router@v2", "a b@v10"))),
        behaviors=", ".join(draw(st.lists(lines, max_size=3))),
        where=draw(texts),
        split=draw(st.sampled_from(("train", "dev", "train,dev,holdout"))),
        positives=draw(st.sampled_from([value for value, _ in SOURCE_CHOICES])),
        model=draw(st.sampled_from(("", "gpt", "-odd name"))),
        score=str(draw(shares)),
        negatives=str(draw(st.integers(0, 9))),
        balance=draw(st.sampled_from(("", "off", "1", "2.5", "300"))),
        limit=draw(st.sampled_from(("", "1", "5000"))),
        order=draw(st.sampled_from(("hard", "added"))),
        tokens=str(draw(st.integers(1, 100_000))),
        near=str(draw(st.floats(0.5, 1))),
        validation=str(draw(st.floats(0, 0.99))),
        instructions="\n".join(written),
        phrasing=draw(st.sampled_from(("one", "every"))),
        private=",".join(draw(st.lists(lines, max_size=2))),
        seed=str(draw(st.integers(0, 2**40))),
    )


def parsed(command: str) -> TrainingPlan:
    """The plan that the command line makes of a command."""
    words = shlex.split(command)
    assert words[:3] == ["synterm", "export", "my project.db"]
    parser = argparse.ArgumentParser()
    parser.add_argument("project")
    add_training_options(parser)
    args = parser.parse_args(words[2:])
    return training_plan(args.prompt, args)


@given(forms())
def test_the_command_is_the_same_plan(form: Form) -> None:
    plan = plan_of(form)
    assert parsed(command_line("export", "my project.db", plan)) == plan


def test_a_form_as_it_opens_is_the_usual_plan() -> None:
    assert plan_of(FORM) == TrainingPlan(prompt="router@v2")
    assert command_line("export", "my.db", plan_of(FORM)) == "synterm export my.db --prompt router@v2"


def test_instructions_are_phrasings_by_glob() -> None:
    text = "Route it.\n\nRoute it.\nRouting/*=Name one agent.\nAnswer with a = b\nx==y\n Routing/*=Which agent? "
    assert read_instructions(text) == {
        "*": ("Route it.", "Answer with a = b", "x==y"),
        "Routing/*": ("Name one agent.", "Which agent?"),
    }


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("score", "1.5", "Score from: from 0 to 1"),
        ("score", "high", "Score from: 'high' is no number"),
        ("negatives", "-1", "Wrong ones: at least 0"),
        ("balance", "0.5", "Balance: at least 1, or off"),
        ("limit", "0", "Limit: at least 1"),
        ("tokens", "", "Tokens: '' is no number"),
        ("near", "0.4", "Alike from: from 0.5 on"),
        ("near", "nan", "Alike from: 'nan' is no number"),
        ("validation", "100 %", "Watched: below 1"),
        ("prompt", "", "Prompt: there is no prompt to learn from"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_its_field(field: str, value: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(replace(FORM, **{field: value}))
    assert words_of(caught.value).startswith(words)
    assert caught.value.where == field


def test_percent_is_a_share() -> None:
    assert plan_of(replace(FORM, validation="20 %")).validation == 0.2


def test_a_node_is_named_by_its_path() -> None:
    feature = Node(level="feature", name="Routing")
    behavior = Node(level="behavior", name="yes, [or] no", parent_id=feature.id)
    tree = Tree([feature, behavior])
    assert behavior_glob(tree, None) == ""
    assert behavior_glob(tree, feature.id) == "Routing"
    glob = behavior_glob(tree, behavior.id)
    assert plan_of(replace(FORM, behaviors=glob)).behaviors == (glob,)
    from fnmatch import fnmatchcase

    assert fnmatchcase("Routing/yes, [or] no", glob)
