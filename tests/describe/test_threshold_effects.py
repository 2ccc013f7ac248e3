"""What other thresholds would keep, of generations that came with somebody else's project file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case, Origin
from synterm.core.generation import Funnel, Generation, mark
from synterm.describe.pipeline.effects import effects_of, moved

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=8)
FOUND = st.fixed_dictionaries({"filter": st.just("too-far") | SCALARS, "score": st.just(0.4) | SCALARS})
ANYTHING = st.recursive(
    SCALARS | FOUND, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
NAMES = ("filters", "label_check", "dropped", "moved")


@given(
    st.dictionaries(st.sampled_from(NAMES), ANYTHING | st.lists(FOUND, max_size=3)),
    st.dictionaries(st.sampled_from(["filters", "label_check"]), ANYTHING),
    st.sampled_from(["draft", "rejected"]),
)
def test_whatever_a_file_says_nothing_breaks(detail: dict[str, object], config: dict[str, object], status: str) -> None:
    case = Case.model_validate({"scenario_id": "s", "input": {"m": "x"}, "status": status})
    case = mark(case.model_copy(update={"origin": Origin(kind="generated", detail=detail)}))
    config = {"filters": [{"type": "too-far", "threshold": 0.5}], **config}
    generation = Generation(
        id="g", started="", ended=None, status="complete", who="", plan="", config=config, funnel=Funnel()
    )
    for found in effects_of(generation, [case]):
        for threshold in found.thresholds():
            assert set(moved(found, threshold)) <= {case.id}
