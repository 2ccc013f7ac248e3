from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.sandbox import MAX_CHARACTERS
from synterm.core.template import Template, compile_template
from synterm.errors import InputError


def render(source: str, **values: Any) -> str:
    return Template(source).render(values)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ name }}.\n", "Hello Ines.\n"),
        ("{{ name | upper }}", "INES"),
        ("{{ name.lower() }}", "ines"),
        ("{% for item in items %}{{ loop.index }}:{{ item }} {% endfor %}", "1:a 2:b "),
        ("{% if name == 'Ines' %}yes{% else %}no{% endif %}", "yes"),
        ("{{ items | join(', ') }}", "a, b"),
        ("{{ data.key }}{{ data['key'] }}", "vv"),
        ("{{ data | tojson }}", '{"key": "v"}'),
        ("{% for n in range(3) %}{{ n }}{% endfor %}", "012"),
        ("{{ absent | default('none') }}", "none"),
        ("{# a remark #}{{ 6 * 7 }}", "42"),
        ("no placeholder, but { braces }", "no placeholder, but { braces }"),
        ("<{{ markup }}>", "<<b>&>"),
    ],
)
def test_what_templates_can_do(source: str, text: str) -> None:
    assert render(source, name="Ines", items=["a", "b"], data={"key": "v"}, markup="<b>&") == text


def test_the_variables_are_known_before_rendering() -> None:
    source = "{{ a }} {% for x in b %}{{ x }}{{ c.d }}{% endfor %}{% for e in b %}{{ e }}{% endfor %}"
    assert Template(source).variables == {"a", "b", "c"}
    assert Template("plain").variables == frozenset()


@given(st.text())
def test_a_value_is_put_in_and_never_rendered_again(value: str) -> None:
    assert render("[{{ value }}]", value=value) == f"[{value}]"


@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", "{% for x in y %}", "{{ self }}", "${7*7}", "{#"])
def test_a_value_that_looks_like_a_template_stays_text(value: str) -> None:
    assert render("{{ value }}{{ value }}", value=value) == value * 2


def test_a_missing_value_is_told_by_name() -> None:
    with pytest.raises(InputError, match="'name' is undefined"):
        render("{{ name }}")


@pytest.mark.parametrize(
    ("source", "line"),
    [("{{ a", 1), ("a\n{% if %}", 2), ("a\n\n{{ b | nofilter }}", 3), ("{% endfor %}", 1), ("{% include 'x' %}", 1)],
)
def test_a_template_that_does_not_compile_is_told_by_line(source: str, line: int) -> None:
    with pytest.raises(InputError) as error:
        Template(source)
    assert error.value.where == f"line {line}"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ " + " or ".join(["a"] * 199) + " }}", "and / or"),
        ("{{ a" + "|upper" * 250 + " }}", "too many filters"),
        ("{{ a" + "[0]" * 300 + " }}", "nests too deeply"),
        ("{% if a %}" * 99 + "{% endif %}" * 99, "nests too deeply"),
        ("{{ " + "9" * 5000 + " }}", "4,300 digits"),
        ("{{ a(b=1, b=2) }}", "repeated: b"),
    ],
)
def test_what_only_python_refuses_is_an_input_error(source: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Template(source)


PARTS = ["a", "b", "c.d", "1", "-2", "1e999", "'x'", "[]", "{}", "none", "b[0]", "range(3)", "class", "not ", "(", ")"]
JOINTS = [
    " or ",
    " and ",
    "+",
    "*",
    "**",
    "~",
    " < ",
    " in ",
    " if a else ",
    "|first",
    "|map('x')",
    "|tojson",
    "|dictsort",
    "[0]",
    "()",
]


@given(st.lists(st.sampled_from(PARTS + JOINTS), min_size=1, max_size=8).map("".join), st.sampled_from([1, 30, 300]))
def test_a_template_of_odd_expressions_renders_or_is_an_input_error(part: str, times: int) -> None:
    for source in (f"{{{{ {' or '.join([part] * times)} }}}}", f"{{% if {part} %}}" * times + "{% endif %}" * times):
        try:
            render(source, a="x", b=["y"], c={"d": 1})
        except InputError as error:
            assert error.message


ATTACKS = [
    # Known ways out of Jinja, as lists of server-side template injections have them.
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ '' | attr('__class__') }}",
    "{{ value.__init__.__globals__ }}",
    "{{ value['__init__'] }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ dict() }}",
    "{{ config }}",
    "{{ request.application }}",
    "{{ range.__class__ }}",
    "{{ '%s' % value }}",
    "{{ '{0.__class__}'.format(value) }}",
    "{{ '{0}'.format_map({}) }}",
    "{{ value.encode() }}",
    "{{ items.append(1) }}",
    "{{ items.clear() }}",
    "{{ data.update({'a': 1}) }}",
    "{{ items | map('attr', '__class__') | list }}",
    "{{ [''] | sort(attribute='__class__.__mro__') }}",
    "{{ (''.__class__ for x in [1]) }}",
    "{% set x = ''.__class__ %}{{ x() }}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% macro a() %}{% endmacro %}{{ a.__globals__ }}",
    "{% call a() %}{% endcall %}",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_there_is_no_way_to_the_interpreter(source: str) -> None:
    items = ["x"]
    with pytest.raises(InputError):
        render(source, value="text", items=items, data={})
    assert items == ["x"]


@pytest.mark.parametrize(
    "source", ["{{ items | map(attribute='__class__') | list }}", "{{ items | groupby('__class__') }}"]
)
def test_what_a_filter_may_not_see_is_undefined(source: str) -> None:
    shown = render(source, items=["x"])
    assert "class" not in shown
    assert "Undefined" in shown


BOMBS = [
    "{{ 'x' * 100000000 }}",
    "{{ [0] * 100000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 999999 ** 99 }}",
    "{{ range(100000000) | list }}",
    "{% for a in items %}{% for b in items %}{% for c in items %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(1000) %}{% for b in range(1000) %}xxxxx{% endfor %}{% endfor %}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% if a > b * b %}{% endif %}{{ '' }}{% endfor %}{% endfor %}"
    * 9,
    "{% for a in items recursive %}{{ loop(items) }}{% endfor %}",
    "{{ value" + " ~ value" * 50 + " }}",
    "{{ value" + " + value" * 50 + " }}",
    "{{ '%99999999d' % 1 }}",
    "{{ 'x'.center(100000000) }}",
    "{{ 'x'.ljust(100000000) }}",
    "{{ 'x'.replace('x', 'y' * 100000) }}",
    "{{ value | indent(100000000) }}",
    "{{ value | center(100000000) }}",
    "{{ value | wordwrap(1) }}",
    "{{ [value] | batch(100000000, 'x') | list }}",
    "{{ lipsum(n=100000) }}",
    "{{" + "(" * 500 + "1" + ")" * 500 + "}}",
    "{% if 1 %}" * 2000 + "{% endif %}" * 2000,
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_a_template_bomb_ends_in_an_error(source: str) -> None:
    with pytest.raises(InputError):
        render(source, value="x" * 200_000, items=["a", "b"])


def test_the_rendered_text_has_a_limit() -> None:
    with pytest.raises(InputError, match="characters"):
        render("{{ value }}{{ value }}", value="x" * (MAX_CHARACTERS // 2 + 1))


@pytest.mark.parametrize("source", ["{{ 1 / 0 }}", "{{ 'a' + 1 }}", "{{ items[0].b.c }}", "{{ 5 | join }}"])
def test_a_template_that_fails_is_told(source: str) -> None:
    with pytest.raises(InputError):
        render(source, items=["a"])


def test_a_source_has_a_limit_of_tags() -> None:
    assert render("{{ a }}" * 5000, a="x") == "x" * 5000
    with pytest.raises(InputError, match="more than 5,000 tags"):
        render("{{ a }}" * 5001, a="x")


def test_the_same_source_is_compiled_once() -> None:
    assert compile_template("{{ once }}") is compile_template("{{ once }}")


@given(st.text(max_size=60) | st.text(alphabet="{}%# |().'ab0*~+-", max_size=40))
def test_any_source_renders_or_is_an_input_error(source: str) -> None:
    try:
        render(source, a="x", b=["y"], ab={"a": 1})
    except InputError as error:
        assert error.message


@pytest.mark.parametrize(
    "bomb",
    [
        "{% set a = 'xxxxxxxxxx' %}" + "{% set a = [a,a,a,a,a,a,a,a,a,a]|join %}" * 9 + "{{ a }}",
        "{% set a %}x{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40 + "{{ a }}",
        "{% with a = [1] %}{% with a = [a,a] %}{{ a }}{% endwith %}{% endwith %}",
        "{{ [[1] * 3] | sum(start=[]) }}",
        "{{ range(1000) | join(range(1000) | join(range(1000) | join('xxxxxxxx'))) }}",
        "x" * 1_000_001 + "{{ a }}",
    ],
)
def test_a_bomb_is_refused_before_it_is_built(bomb: str) -> None:
    with pytest.raises(InputError):
        render(bomb)
