"""Templates of other people that want time and memory: each ends in an error that says why, and soon."""

from __future__ import annotations

import pytest

from synterm.core import sandbox
from synterm.core.template import Template
from synterm.errors import InputError

pytestmark = pytest.mark.timeout(60)
"""Ends a test that would run on and on; what is here takes a second at most."""

LONG = "x" * 150_000
MANY = [""] * 5000


@pytest.mark.parametrize(
    ("source", "told"),
    [
        # Work that writes nothing.
        ("{% for a in v %}{% for b in v %}{% endfor %}{% endfor %}", "over 0.1 s"),
        ("{% for a in v %}{% for b in v %}{% if b == 1 %}x{% endif %}{% endfor %}{% endfor %}", "over 0.1 s"),
        ("{% for a in m recursive %}{% if loop.depth < 40 %}{{ loop(m[:2]) }}{% endif %}{% endfor %}", "over 0.1 s"),
        ("{{ v.strip(v) }}", "strip takes up to 1,000 characters"),
        # Long texts, made of few words.
        ("{{ d | tojson(indent=300000000) }}", "tojson takes indent up to 20"),
        ("{{ d | tojson(300000000) }}", "tojson takes indent up to 20"),
        ("{{ m | map('d', v, true) | list }}", "over 2,000,000 characters"),
        ("{{ m | map('d', v, true) | list | tojson }}", "over 2,000,000 characters"),
        ("{{ [" + "v," * 5000 + "] }}", "values in lists"),
        ("{{ {" + ",".join(f"'a{n}': v" for n in range(20)) + "} }}", "values in lists"),
        ("{{ [[v, v, v, v], [v, v, v, v], [v, v, v, v], [v, v, v]] | string }}", "values in lists"),
        ("{{ [v, v, v, v, v, v, v, v, v, v, v, v, v, v] }}", "over 2,000,000 characters"),
        ("{{ [v, v, v, v, v, v, v, v, v, v, v, v, v, v] ~ '' }}", "over 2,000,000 characters"),
        # Large numbers.
        ("{{ 5 | round(99999999, 'floor') }}", "round takes precision up to 100"),
        ("{{ 5 | round(precision=-99999999) }}", "round takes precision up to 100"),
        ("{{ ones | int(0, 2) }}", "too large a number"),
        ("{{ 9999999 * 9 ** 100 // 7 }}" + "{{ 10 ** 100 ** 2 }}", "small numbers only"),
        # What takes long to be compiled.
        ("{{ [" + "1," * 200_000 + "] }}", "more than 25,000 names"),
        ("{{ a" + " < a" * 200_000 + " }}", "more than 25,000 names"),
        ("{{ a" + "|sort" * 150 + " }}", "too many filters"),
        ("{{ a" + "[1:]" * 60 + " }}", "nests too deeply"),
        (("{{ a" + "|sort" * 40 + " }}") * 100, "nests too deeply"),
        # What is one letter after the other.
        ("{{ (v ~ v) | sort }}", "sort takes up to 200,000 characters"),
    ],
    ids=range(23),
)
def test_a_template_that_runs_wild_ends(monkeypatch: pytest.MonkeyPatch, source: str, told: str) -> None:
    if told.startswith("over 0"):
        monkeypatch.setattr(sandbox, "MAX_SECONDS", 0.1)
    with pytest.raises(InputError, match=told):
        Template(source).render({"v": LONG, "m": MANY, "d": {"a": 1}, "a": "ab", "ones": "1" * 100_000})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for a in m %}{{ loop.index }}/{{ loop.length }}{{ '.' if loop.last else ',' }}{% endfor %}", "1/2,2/2."),
        ("{% for a in d %}{{ a }}{% endfor %}{% for a, b in d.items() %}{{ a }}={{ b }}{% endfor %}", "kk=1"),
        ("{% for a in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% for a in m if a != 'x' %}{{ a }}{{ loop.nextitem is defined }}{% endfor %}", "yFalse"),
        ("{% for a in m recursive %}{{ a }}{{ loop('z') if loop.depth < 2 }}{% endfor %}", "xzyz"),
        ("{{ m | map('upper') | join('-') }} {{ m | select('eq', 'x') | list }}", "X-Y ['x']"),
        ("{{ m[:1] }} {{ 'ab'[::-1] }} {{ 1 < 2 < 3 }} {{ 'x' in m }}", "['x'] ba True True"),
        ("{{ 2.345 | round(2) }} {{ d | tojson(indent=1) }}", '2.35 {\n "k": 1\n}'),
        (
            "{{ [m[0], d.k, 'b'] | join(' ') }} {{ ' a '.strip() }} {{ 7 // 2 }} {{ 'a' ~ 1 ~ m }}",
            "x 1 b a 3 a1['x', 'y']",
        ),
        ("{{ " + " + ".join(["1"] * 17) + " }}", "17"),
    ],
)
def test_what_prompts_are_written_with_stays_possible(source: str, text: str) -> None:
    assert Template(source).render({"m": ["x", "y"], "d": {"k": 1}}) == text


def test_a_prompt_of_many_tags_is_compiled() -> None:
    source = "{% if a %}{{ a }}{% endif %}" * 800
    assert Template(source).render({"a": "b"}) == "b" * 800
