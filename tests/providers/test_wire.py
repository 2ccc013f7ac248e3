from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome, Usage
from synterm.providers import wire
from synterm.text import storable

counts = st.none() | st.integers(0, 10**9)
amounts = st.none() | st.floats(0, 1e9, allow_nan=False)
completions = st.builds(
    Completion,
    outcome=st.sampled_from(Outcome),
    text=st.text(),
    finish_reason=st.none() | st.text(max_size=20).map(storable),
    usage=st.builds(Usage, counts, counts),
    cost_usd=amounts,
    latency_ms=amounts,
    first_token_ms=amounts,
    raw=st.binary(),
    error=st.none() | st.text().map(storable),
    hint=st.none() | st.text().map(storable),
    retry_after_s=amounts,
)


@given(completions)
def test_a_completion_survives_the_way_back(completion: Completion):
    line = wire.done_line(7, completion)
    assert line.count(b"\n") == 1
    message = orjson.loads(line)
    assert message["id"] == 7
    assert wire.unpack(message["done"]) == completion


def test_text_that_no_store_takes_is_replaced_and_the_raw_response_is_kept():
    line = wire.done_line(1, Completion(Outcome.COMPLETE, "a\ud800b", raw=b'"a\\ud800b"'))
    done = wire.unpack(orjson.loads(line)["done"])
    assert done.text == "a\ufffdb"
    assert done.raw == b'"a\\ud800b"'


def test_a_line_never_grows_past_the_limit():
    # Each of these characters takes six bytes in JSON, twice over.
    line = wire.done_line(1, Completion(Outcome.COMPLETE, "\x00" * 4_000_000, raw=b"\x00" * 4_000_000))
    assert len(line) < wire.MAX_LINE_BYTES
    assert wire.unpack(orjson.loads(line)["done"]).outcome is Outcome.MALFORMED
