"""Answers that teach nothing, or what no model should say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.prompt import Message
from synterm.core.review import Review, output_id
from synterm.finetune.guards.wording import same_form
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.finetune.guarded import TEXT, answer, empty_project, example, guarded, put
from tests.support.recording import record_run


@pytest.fixture
def project(make_project: MakeProject) -> Iterator[Project]:
    with Project.open(empty_project(make_project)) as opened:
        yield opened


def test_blank_answers_are_refused_and_what_has_no_others(project: Project) -> None:
    case = put(project, "book a room")
    [kept], refusals = guarded(project, example(project, case, wrong=["clarify", " \n"]))
    assert [one.text for one in kept.negatives] == ["clarify"]
    assert [(one.guard, one.what, one.reason) for one in refusals] == [
        ("no-answer", "answer", "the wrong answer is empty")
    ]
    kept, refusals = guarded(project, example(project, case, [""]), example(project, case, []))
    assert kept == []
    assert [(one.what, one.reason) for one in refusals] == [
        ("example", "the right answer is empty"),
        ("example", "it has no right answer and no wrong one"),
    ]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("schedule", "schedule"),
        ("Schedule", "  ｓchedule\n"),
        ("see you  soon", "See you\nsoon"),
        ('{"a": 1, "b": ["x"]}', '{ "b": ["X"],\n "a": 1.0 }'),
        ('"schedule"', "schedule"),
    ],
)
def test_a_wrong_answer_that_says_the_right_one_is_no_pair(project: Project, right: str, wrong: str) -> None:
    [kept], refusals = guarded(
        project, example(project, put(project, "book a room"), [right], wrong=[wrong, "clarify"])
    )
    assert [one.text for one in kept.negatives] == ["clarify"]
    assert [(one.guard, one.what) for one in refusals] == [("same-answer", "pair")]
    assert "is the right one" in refusals[0].reason


@pytest.mark.parametrize(
    ("right", "wrong"), [("schedule", "schedule."), ('{"a": 1}', '{"a": 2}'), ('{"a": true}', '{"a": 1}'), ("1", "2")]
)
def test_other_answers_stay_pairs(project: Project, right: str, wrong: str) -> None:
    [kept], refusals = guarded(project, example(project, put(project, "book a room"), [right], wrong=[wrong]))
    assert len(kept.pairs) == 1
    assert refusals == []


@given(st.text() | st.from_regex(r"\s*[\[{\"].*", fullmatch=True) | st.sampled_from(["[" * 2000, "1e999", "{" * 99]))
def test_any_answer_has_a_form_that_white_space_and_case_do_not_change(text: str) -> None:
    form = same_form(text)
    assert same_form(f"\n {text}\t") == form


def test_dialogs_are_the_same_by_all_that_the_assistant_says(project: Project) -> None:
    def held(first: str, source: str = "failed") -> object:
        turns = (("assistant", first), ("user", "ok"), ("assistant", "done"))
        messages = tuple(Message.model_validate({"role": role, "content": content}) for role, content in turns)
        return replace(answer("done", source), messages=messages)

    case = put(project, "book a room")
    [kept], refusals = guarded(
        project, example(project, case, [held("for when?", "passed")], [held("no"), held("For when? ")])
    )
    assert [one.messages[0].content for one in kept.negatives] == ["no"]
    assert [one.guard for one in refusals] == ["same-answer"]


CASES = TEXT.replace(
    "{scenario: first}",
    "{scenario: first, cases: [{input: book a room, expected: schedule, split: train}]}",
)


def test_an_answer_that_passed_as_often_as_it_failed_says_nothing(make_project: MakeProject) -> None:
    """The same answer, by two prompts: judged by other checks the second time."""
    path = make_project(CASES, "ties.db")
    record_run(path, "--split", "train")
    with Project.open(path) as project:
        [case] = project.cases.select()
        passing = example(project, case, [answer("schedule", "passed", score=1.0)], [answer("clarify", "failed")])
        assert guarded(project, passing)[1] == []
        failing = example(project, case, ["clarify"], [answer("schedule", "failed")])
        [(reason, what)] = [(one.reason, one.what) for one in guarded(project, failing)[1]]
        assert (reason, what) == ('the wrong answer "schedule": the same answer passed once and failed never', "pair")
        prompt = project.prompts.get("router")
        body = prompt.draft.model_copy(update={"messages": (*prompt.draft.messages[1:],)})
        project.prompts.keep(prompt.id, body, "").result()
        node = project.nodes.find("Routing")
        checks = [check | {"type": "not-label"} for check in node.checks]
        project.nodes.put(node.model_copy(update={"checks": tuple(checks)})).result()
    record_run(path, "--split", "train", "--prompt", "router@v2")
    with Project.open(path) as project:
        [case] = project.cases.select()
        wrong = [answer("clarify", "failed", score=0.0)]
        kept, refusals = guarded(project, example(project, case, [answer("schedule", "passed", score=1.0)], wrong))
        assert kept == []
        assert [(one.guard, one.what, one.reason) for one in refusals] == [
            ("tie", "example", 'the right answer "schedule": the same answer passed once and failed once')
        ]
    # Judged anew by the same checks, the older verdict of the first prompt counts no more.
    record_run(path, "--split", "train", "--prompt", "router@v1")
    with Project.open(path) as project:
        [case] = project.cases.select()
        [kept], refusals = guarded(project, example(project, case, ["clarify"], [answer("schedule", "failed")]))
        assert (len(kept.negatives), refusals) == (1, [])


def test_what_people_say_goes_before_checks_and_where_they_disagree_nothing_does(project: Project) -> None:
    case = put(project, "book a room")

    def said(text: str, passed: bool, who: str) -> None:
        project.reviews.put(Review(case.content_id, output_id(text), passed, who, answer=text)).result()

    said("busy", False, "ann")
    said("busy", True, "ben")
    said("hm", True, "ann")
    said("no", False, "ann")
    own = example(project, case, wrong=[answer(text, "failed") for text in ("busy", "hm", "no")])
    [kept], refusals = guarded(project, own)
    assert [one.text for one in kept.negatives] == ["no"]
    assert [(one.guard, one.reason) for one in refusals] == [
        ("tie", 'the wrong answer "busy": people disagree about it, 1 for it and 1 against'),
        ("tie", 'the wrong answer "hm": people say it is right'),
    ]
    _, refusals = guarded(project, example(project, case, [answer("no", "passed", score=1.0)]))
    assert [one.reason for one in refusals] == ['the right answer "no": people say it is wrong']


def test_a_wrong_answer_that_scores_no_less_is_no_pair_unless_people_say_so(project: Project) -> None:
    case = put(project, "book a room")
    right = answer("schedule it", "passed", score=0.8)
    wrong = [answer("a", "failed", score=0.8), answer("b", "failed", score=0.4), answer("c", "human", score=0.9)]
    [kept], refusals = guarded(project, example(project, case, [right], wrong))
    assert [one.text for one in kept.negatives] == ["b", "c"]
    assert [one.reason for one in refusals] == [
        'the wrong answer "a" scores 0.80, and the right one 0.80: nothing prefers one'
    ]
    [kept], refusals = guarded(project, example(project, case, [answer("schedule it", "human", score=0.1)], wrong))
    assert (len(kept.negatives), refusals) == (3, [])


def test_rows_over_the_limit_are_refused_and_a_long_wrong_answer_alone(project: Project) -> None:
    case = put(project, "book a room")
    long = "word " * 300
    [kept], refusals = guarded(project, example(project, case, wrong=["clarify", long]), max_tokens=100)
    assert [one.text for one in kept.negatives] == ["clarify"]
    assert (refusals[0].guard, refusals[0].what) == ("too-long", "answer")
    assert "tokens, 100 are allowed" in refusals[0].reason
    assert 15 < kept.tokens < 50
    kept, refusals = guarded(
        project, example(project, case, [long]), example(project, put(project, long)), max_tokens=100
    )
    assert kept == []
    assert [(one.guard, one.what) for one in refusals] == [("too-long", "example")] * 2


def test_a_text_of_one_letter_a_million_times_is_not_counted_to_its_end(project: Project) -> None:
    kept, refusals = guarded(project, example(project, put(project, "^" * 1_000_000)))
    assert kept == []
    assert refusals[0].reason.endswith("tokens, 2,048 are allowed")


def test_tokens_are_those_of_the_encoding(project: Project) -> None:
    import tiktoken

    from synterm.checks.encodings import load

    encoding = load("o200k_base")
    assert isinstance(encoding, tiktoken.Encoding)
    case = put(project, "Räume für übermorgen 🙂")
    [kept], _ = guarded(project, example(project, case, wrong=["a much longer wrong answer"]))
    said = [*kept.prompt, *kept.negatives[0].messages]
    assert kept.tokens == sum(len(encoding.encode_ordinary(message.content)) + 4 for message in said)


def test_personal_data_and_keys_are_refused_without_being_repeated(project: Project) -> None:
    mail, card, key = "jo.doe@mail.com", "4111 1111 1111 1111", "AKIAQ7TZ5XWPL2MNB3KD"
    kept, refusals = guarded(
        project,
        example(project, put(project, f"write to {mail} about the room")),
        example(project, put(project, "charge my card for it"), [f"Charged {card}."]),
        example(project, put(project, "which key opens the bucket"), wrong=["none", f"It is {key}."]),
    )
    assert [(one.case.title, [wrong.text for wrong in one.negatives]) for one in kept] == [
        ("which key opens the bucket", ["none"])
    ]
    assert [(one.guard, one.what, one.input) for one in refusals] == [
        ("private", "example", "(not shown)"),
        ("private", "example", "charge my card for it"),
        ("private", "answer", "which key opens the bucket"),
    ]
    said = " ".join(one.reason for one in refusals)
    assert "in its input: e-mail jo…om" in said
    assert not any(secret in said for secret in (mail, card, key))


def test_what_the_plan_allows_and_what_the_prompt_says_itself_may_stand(project: Project) -> None:
    case = put(project, "where can I ask")
    own = example(project, case, ["Write to help@router.io."])
    assert guarded(project, own)[1] == []
    other = example(project, case, ["Write to help@shop.io."])
    assert [one.guard for one in guarded(project, other)[1]] == ["private"]
    assert guarded(project, other, allow_private=("*@shop.io",))[1] == []


def test_keys_are_refused_in_the_prompt_too(project: Project) -> None:
    prompt = project.prompts.get("router")
    leaking = Message(role="system", content="Use the key AKIAQ7TZ5XWPL2MNB3KD.")
    body = prompt.draft.model_copy(update={"messages": (leaking, *prompt.draft.messages[1:])})
    project.prompts.keep(prompt.id, body, "").result()
    kept, [refusal] = guarded(project, example(project, put(project, "book a room")))
    assert kept == []
    assert refusal.reason.startswith("in message 1 of its prompt (system): aws AK…KD")


def test_without_the_libraries_nothing_is_let_through_unseen(make_project: MakeProject) -> None:
    """In a process where they can't be imported."""
    path = empty_project(make_project)
    with Project.open(path) as project:
        put(project, "book a room")
    code = f"""
import sys
from pathlib import Path
sys.modules["phonenumbers"] = None
from synterm.errors import ModelError
from synterm.storage.project import Project
from tests.finetune.guarded import example, guarded
with Project.open(Path({str(path)!r})) as project:
    [case] = project.cases.select()
    try:
        guarded(project, example(project, case))
    except ModelError as error:
        print(error.message, "|", error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("rows can't be looked through for personal data, so none is let through"), done.stderr
    assert "pip install 'synterm[analysis]'" in done.stdout


def test_guards_say_what_they_are_about_to_look_at(project: Project) -> None:
    from synterm.core.training import TrainingPlan
    from synterm.finetune.guards.apply import GUARDS, guard

    seen: list[tuple[str, int]] = []
    cases = [example(project, put(project, text)) for text in ("book a room", "move it")]
    guard(project, TrainingPlan(prompt="router"), cases, lambda name, count: seen.append((name, count)))
    assert seen == [(name, 2) for name in GUARDS]
