"""Traffic in the project file: calls come back as they went in, and logs can be forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.completion import Outcome, Usage
from synterm.core.traffic import LoggedCall, TrafficLog, call_id
from synterm.errors import NotFoundError
from synterm.formats.sources.times import iso
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter

BEGAN = 1_790_000_000_000
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
calls = st.builds(
    LoggedCall,
    id=st.binary(min_size=4, max_size=8).map(lambda says: call_id(BEGAN, says)),
    served=st.just(iso(BEGAN)),
    input=st.dictionaries(st.text(max_size=4), json_values, max_size=3),
    output=st.text(),
    outcome=st.sampled_from(list(Outcome)),
    model=st.text(max_size=8),
    finish_reason=st.none() | st.text(min_size=1, max_size=8),
    latency_ms=st.none() | st.floats(0, 1e6),
    cost_usd=st.none() | st.floats(0, 10),
    usage=st.builds(Usage, st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6)),
    error=st.none() | st.text(min_size=1, max_size=20),
    expected=json_values,
    weight=st.floats(1, 1e6),
    masked=st.none() | st.dictionaries(st.text(max_size=8), st.integers(1, 9), min_size=1, max_size=2),
    detail=st.none() | st.dictionaries(st.text(max_size=8), json_values, min_size=1, max_size=2),
    log_id=st.just("LOG"),
    placing=st.sampled_from(["unplaced", "placed", "uncovered"]),
    scenario_id=st.text(max_size=6),
    confidence=st.none() | st.floats(0, 1),
    nearest=st.text(max_size=6),
    likeness=st.none() | st.floats(-1, 1),
)


def call(number: int, log: str = "ONE", weight: float = 1.0) -> LoggedCall:
    """The call of one second."""
    ms = BEGAN + number * 1000
    name = call_id(ms, b"%d" % number)
    return LoggedCall(name, iso(ms), {"message": f"text {number}"}, f"answer {number}", weight=weight, log_id=log)


@settings(max_examples=30)
@given(found=st.lists(calls, max_size=4, unique_by=lambda one: one.id))
def test_calls_come_back_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, found: list[LoggedCall]) -> None:
    path = tmp_path_factory.mktemp("traffic") / "my.db"
    Project.create(path, name="my").close()
    with Project.open(path) as project:
        assert project.traffic.add(found).result() == len(found)
        back = [one for page in project.traffic.pages(size=2) for one in page]
    assert back == sorted(found, key=lambda one: one.id)


def test_half_characters_are_replaced_and_the_same_call_is_kept_once(project: Project) -> None:
    one = replace(call(1), output="half \ud83d", model="m\udc00", error="\ud800")
    assert project.traffic.add([one]).result() == 1
    assert project.traffic.add([replace(one, output="other"), call(2)]).result() == 1
    found = project.traffic.get(one.id)
    assert (found.output, found.model, found.error) == ("half \ufffd", "m\ufffd", "\ufffd")


def test_calls_stand_in_the_order_of_time_and_are_paged(project: Project) -> None:
    project.traffic.add(call(number) for number in range(1203, 0, -1)).result()
    assert [len(page) for page in project.traffic.pages(size=500)] == [500, 500, 203]
    first = project.traffic.page(size=3)
    assert [one.input["message"] for one in first] == ["text 1", "text 2", "text 3"]
    assert project.traffic.page(after=first[-1].id, size=1)[0].input["message"] == "text 4"
    assert project.traffic.known([call(5).id, call(5000).id]) == {call(5).id}


def test_windows_logs_and_weights_are_counted(project: Project) -> None:
    project.traffic.add([*(call(number, weight=5) for number in range(10)), call(20, "TWO")]).result()
    assert project.traffic.count() == (11, 51.0)
    window = TrafficFilter(since=iso(BEGAN + 2000), until=iso(BEGAN + 5000))
    assert project.traffic.count(window) == (3, 15.0)
    assert project.traffic.count(TrafficFilter(log_id="TWO")) == (1, 1.0)
    assert project.traffic.count(TrafficFilter(ids=[])) == (0, 0.0)


def test_a_call_is_found_by_the_end_of_its_id(project: Project) -> None:
    project.traffic.add([call(1), call(2)]).result()
    assert project.traffic.get(call(1).id[-8:].lower()).id == call(1).id
    for name in ("nothing", call(1).id[:5]):
        with pytest.raises(NotFoundError):
            project.traffic.get(name)


def test_a_log_is_forgotten_but_for_what_cases_were_made_of(project: Project) -> None:
    project.traffic.add([*(call(number) for number in range(4)), call(9, "TWO")]).result()
    for name in ("ONE", "TWO"):
        project.traffic.put_log(TrafficLog(id=name, file=f"{name}\ud83d.jsonl", format="log", kept=1)).result()
    project.traffic.put_log(TrafficLog(id="ONE", file="one.jsonl", format="log", kept=4, masked={"e-mail": 2})).result()
    two, one = project.traffic.logs()
    assert (two.file, one.kept, one.masked) == ("TWO\ufffd.jsonl", 4, {"e-mail": 2})
    assert project.traffic.set_state([call(2).id], "promoted").result() == 1
    assert project.traffic.remove_log("ONE").result() == 3
    assert [one.id for one in project.traffic.page()] == [call(2).id, call(9).id]
    assert [log.id for log in project.traffic.logs()] == ["TWO"]


def test_where_calls_belong_is_kept(project: Project) -> None:
    project.traffic.add([call(1), call(2)]).result()
    at = replace(call(1), placing="placed", scenario_id="S", confidence=0.5, nearest="C", likeness=0.25)
    assert project.traffic.place([at, call(3)]).result() == 1
    assert project.traffic.get(at.id) == at
    assert project.traffic.count(TrafficFilter(placings=["placed"], scenario_ids=["S"])) == (1, 1.0)
