"""Parts of the guard's service that take what anybody sends: bodies, names of hosts, and what goes into its log."""

from __future__ import annotations

import io
import json
import re
import threading
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.guarding import GuardCheck, GuardVerdict
from synterm.production.service.answers import RefusedError
from synterm.production.service.asked import FIELDS, asked
from synterm.production.service.body import read_json
from synterm.production.service.door import Door
from synterm.production.service.log import Log, line
from synterm.production.service.metrics import result_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=20,
)
CALLS = st.fixed_dictionaries(
    {"output": st.text() | VALUES}, optional={"input": VALUES, "expected": VALUES, "behavior": st.text() | VALUES}
)


UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


def _asked(body: bytes) -> Any:
    try:
        return asked(read_json(body, "line 7"), "line 7")
    except RefusedError as refusal:
        assert refusal.status == 400
        assert refusal.message.startswith("line 7: ")
        assert not UNSAFE.search(refusal.message)
        return None


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(body: bytes) -> None:
    assert _asked(body) is None or isinstance(json.loads(body), dict)


@given(CALLS | VALUES)
def test_any_json_is_read_as_it_is_or_refused_in_words(value: Any) -> None:
    body = json.dumps(value).encode()
    found = _asked(body)
    if found is not None:
        assert {name: json.loads(body).get(name) for name in FIELDS} == {name: getattr(found, name) for name in FIELDS}


@given(st.text() | st.none() | st.floats())
def test_whatever_is_logged_is_one_line(value: object) -> None:
    said = line("something", {"value": value, "more": 1})
    assert said.endswith(" more=1\n")
    assert not UNSAFE.search(said[:-1])


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40))
def test_no_name_of_a_host_is_too_odd_to_be_refused(host: str) -> None:
    door = Door("127.0.0.1")
    request = make_mocked_request("GET", "/", headers={"Host": host})
    try:
        door.check_host(request)
    except RefusedError as refusal:
        assert refusal.status == 403
    else:
        assert host.lower().startswith(("localhost", "127.0.0.1", "[::1]"))


def test_a_log_that_nobody_reads_holds_nothing_up() -> None:
    reads = threading.Event()

    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            reads.wait(20)
            return super().write(text)

    stream = Stuck()
    log = Log(stream=stream)
    for number in range(5000):
        log.say("something", number=number)
    assert log.dropped >= 3900
    reads.set()
    log.close()
    written = stream.getvalue().splitlines()
    assert len(written) == 5000 - log.dropped
    assert written[0].endswith("synterm guard: something number=0")


def test_what_happens_often_is_said_seldom() -> None:
    stream = io.StringIO()
    log = Log(stream=stream)
    for _ in range(100):
        log.say_seldom("overloaded", 3600.0)
    log.say_seldom("other", 3600.0)
    log.close()
    assert [said.rsplit(" ", 1)[1] for said in stream.getvalue().splitlines()] == ["overloaded", "other"]


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"passed": True}, "pass"),
        ({"passed": False}, "fail"),
        ({"passed": None, "skipped": "needs an expected result"}, "skipped"),
        ({"passed": None, "error": "over its budget of 50 ms"}, "over_budget"),
        ({"passed": None, "error": "the judge can't be reached"}, "abstained"),
    ],
)
def test_what_became_of_a_check_is_one_word(fields: dict[str, Any], result: str) -> None:
    assert result_of(GuardCheck(type="label", **fields)) == result


def test_a_caller_can_not_make_rows_without_end() -> None:
    from synterm.production.service.metrics import Metrics

    metrics = Metrics()
    for number in range(1000):
        metrics.judged(
            GuardVerdict(
                id=str(number), allowed=True, passed=True, reason="", behavior=f"behavior {number}", fail="closed"
            )
        )
    rows = [said for said in metrics.text().decode().splitlines() if said.startswith("synterm_guard_verdicts_total{")]
    assert len(rows) == 201
    assert 'behavior="(others)",result="pass"} 800.0' in rows[-1]
