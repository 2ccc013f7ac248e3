"""Gates of every kind, as hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

from synterm.core.gate import ALL, Gate

_SHARES = st.floats(0, 1)
_AMOUNTS = st.one_of(st.floats(0, 1e6), st.decimals(0, 10, places=5).map(float))
_NAMES = st.one_of(
    st.sampled_from(["main", "critical", "a, b", '{"x', "all", "of many words"]), st.text("aZ 9#,{}\"'\\ä", min_size=1)
)
_IDS = st.lists(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZabc-_ ,", min_size=6, max_size=26), min_size=1, max_size=4)


def _of(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[Gate]:
    return st.fixed_dictionaries(fields).map(Gate.model_validate)


_TIMES = _AMOUNTS.filter(bool)

GATES: st.SearchStrategy[Gate] = st.one_of(
    _of(min_pass_rate=_SHARES),
    _of(min_pass_rate=st.floats(0, 0.999), bound=st.just("lower")),
    _of(no_regression=st.just(True)),
    _of(no_regression=st.just(True), baseline=_NAMES),
    _of(max_cost_usd_per_case=_AMOUNTS),
    _of(max_cost_usd=_AMOUNTS),
    _of(max_latency_ms=_TIMES),
    _of(max_latency_ms=_TIMES, percentile=st.floats(0.1, 100)),
    _of(must_pass=st.just(ALL)),
    _of(must_pass=_IDS),
    _of(must_pass_tag=_NAMES),
    _of(min_score=_SHARES),
    _of(min_metric=st.fixed_dictionaries({"name": _NAMES, "at_least": _SHARES})),
)
