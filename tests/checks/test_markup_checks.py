"""XML and HTML in answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><l>&j;</l>"
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'


@pytest.mark.parametrize(
    ("text", "passed", "reason"),
    [
        ("<a><b x='1'/>text</a>", True, "is XML"),
        (' <?xml version="1.0" encoding="latin-1"?>\n<ä>ö &amp; ü</ä>\n', True, "is XML"),
        ("<a>\ud800</a>", True, "is XML"),
        ("<a><b></a>", False, "not XML: mismatched tag, line 1"),
        ("<a/>\n<b/>", False, "not XML: junk after document element, line 2"),
        ("<a>&nbsp;</a>", False, "not XML: undefined entity, line 1"),
        ("hello", False, "not XML: syntax error, line 1"),
        ("", False, "not XML: no element found, line 1"),
        (LAUGHS, False, "has declarations of its own in its DOCTYPE, which are not read"),
        (OUTSIDE, False, "has declarations of its own in its DOCTYPE, which are not read"),
        ("<a>" * 100_000 + "</a>" * 100_000, True, "is XML"),
    ],
)
def test_xml_is_read_strictly_and_nothing_is_expanded(ask: Ask, text: str, passed: bool, reason: str):
    result = ask({"type": "is-xml"}, text)
    assert (result.passed, result.reason) == (passed, reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (["order.item"], "is XML"),
        ("order.item, order.note.by", "is XML"),
        ({"requiredElements": ["order", "order.note"]}, "is XML"),
        (["item"], "has no element item"),
        (["order.by", "order.item.by"], "has no element order.by, order.item.by"),
    ],
)
def test_elements_are_asked_for_by_their_path(ask: Ask, value: Any, reason: str):
    text = "<order><item>tea</item><item/><note><by>Ines</by></note></order>"
    assert ask({"type": "is-xml", "value": value}, text).reason == reason


@pytest.mark.parametrize(
    ("text", "value", "passed"),
    [
        ("Sure: <a><b/></a>!", None, True),
        ("if a <b then <ok/>", None, True),
        ("<br> and <a>x</a>", None, True),
        ("<a>&nbsp;<b>y</b></a>", None, True),
        ("<a>1</a> or <c><d/></c>", "c.d", True),
        ("<a>1</a>", "c.d", False),
        ("<a>", None, False),
        ("a < b > c", None, False),
        ("", None, False),
        (f"see {LAUGHS}", None, False),
    ],
)
def test_xml_is_found_amid_text(ask: Ask, text: str, value: Any, passed: bool):
    assert ask({"type": "contains-xml", "value": value}, text).passed is passed
    assert ask({"type": "not-contains-xml", "value": value}, text).passed is not passed


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.sampled_from(["", "x < y ", "a & b "]))
def test_any_text_can_stand_in_an_element(ask: Ask, text: str, around: str):
    element = f"<a>{escape(text)}</a>"
    assert ask({"type": "contains-xml"}, around + element + around).passed is True
    assert ask({"type": "is-xml"}, element).passed is ("\ufffe" not in text and "\uffff" not in text)


@pytest.mark.parametrize("value", [{"elements": ["a"]}, ["a..b"], [], {"requiredElements": []}])
def test_elements_that_name_nothing_are_refused(value: Any):
    with pytest.raises(InputError) as error:
        load_check({"type": "is-xml", "value": value})
    assert "value" in error.value.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<p>Hi</p>", None),
        ("<!DOCTYPE html>\n<html><head><title>a < b</title></head><body><br>Hi<p>one<p>two</body></html>\n", None),
        ("<ul><li>one<li>two</ul>", None),
        ("<my-card>x</my-card>", None),
        ("<script>if (a < b) x('</p>')</script>", None),
        ("<!-- note --><DIV class='a>b'>x</div>", None),
        ("<svg><path d='M0'/></svg>", None),
        ("Hi <b>x</b>", "text outside of tags: Hi"),
        ("<b>x</b> bye", "text outside of tags: bye"),
        ("plain", "text outside of tags: plain"),
        ("", "is empty"),
        ("<div><b>x</div></b>", "</div> comes where <b> is open"),
        ("<div>x", "<div> is not closed"),
        ("x</div>", "text outside of tags: x"),
        ("</div>", "</div> closes nothing"),
        ("<order><item/></order>", "has no element of HTML"),
        ("<script>x", "<script> is not closed"),
        ("<div", "the tag '<div' has no end"),
        ("<p>a<!-- b", "'<!--' has no end"),
    ],
)
def test_html_is_read_as_a_whole(ask: Ask, text: str, reason: str | None):
    result = ask({"type": "is-html"}, text)
    assert (result.passed, result.reason) == (reason is None, reason or "is HTML")


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("Write <b>bold</b>.", True),
        ("one<br>two", True),
        ('<img src="a.png">', True),
        ("<!doctype html>", True),
        ("List<String> and Map<a, b>", False),
        ("cat <input> > <output>", False),
        ("<order>1</order>", False),
        ("a < b", False),
        ("</b>", False),
        ("<!-- x", False),
        ("", False),
    ],
)
def test_html_is_found_amid_text(ask: Ask, text: str, passed: bool):
    assert ask({"type": "contains-html"}, text).passed is passed
