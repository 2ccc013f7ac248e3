"""`synterm coverage`: told on the terminal, as JSON and as a page, and filling a hole."""

from __future__ import annotations

import json
import shlex
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from synterm.reports.html.coverage import look_of
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Stub

LONG = [
    "can you find a big room for me and the whole sales team on the first floor tomorrow",
    "what was it that we agreed on with the customer from oslo in the meeting about the new price",
    "there should be some slides about the warehouse in the folder of the last quarter i think",
    "who is going to tell the people in the front office that the party is moved to next week",
]
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\u202e & <b>"


def project_text(*inputs: str, name: str = "my") -> str:
    cases = [{"input": text, "expected": "schedule"} for text in inputs]
    behavior = {"behavior": "Booking", "scenarios": [{"scenario": "plain", "cases": cases}]}
    tree = [
        {
            "feature": "Routing",
            "checks": [{"type": "label", "labels": ["schedule", "clarify"]}],
            "behaviors": [behavior],
        }
    ]
    prompts = [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}"}]}]
    return json.dumps({"synterm": 1, "name": name, "prompts": prompts, "tree": tree})


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    return make_project(project_text(*LONG))


def test_what_is_there_what_is_missing_and_what_to_do_next(synterm: Synterm, path: Path) -> None:
    done = synterm("coverage", path, "--by", "wording", "--limit", "3")
    assert done.code == 0
    behaviors, holes = done.out.split("\n\n")
    head, row = (line.split("\t") for line in behaviors.splitlines())
    found = dict(zip(head, row, strict=True))
    assert (found["behavior"], found["cases"], found["own"]) == ("Routing/Booking", "4", "4")
    assert found["none of"].startswith("holdout, terse, short")
    first = holes.splitlines()[0].split("\t")
    assert first[0] == "1" and first[2:] == ["Routing/Booking", "0 of 3 cases in holdout"]
    assert len(holes.splitlines()) == 3
    assert done.err.startswith("my: 36 % covered; 4 cases, 4 that say something of their own (by wording)\n")
    assert f"next: synterm coverage {path} --by wording --fill 1" in done.err
    assert "more holes" in done.err


def test_as_json_it_fits_its_schema(synterm: Synterm, path: Path) -> None:
    found = synterm("coverage", path, "--json", "-").json
    Draft202012Validator(synterm("schema", "coverage").json).validate(found)
    assert found["schema"] == "synterm.coverage/1"
    [behavior] = found["behaviors"]
    assert behavior["score"] == found["score"]
    have = sum(min(place["have"], place["want"]) for place in behavior["places"])
    assert found["score"] == pytest.approx(have / sum(place["want"] for place in behavior["places"]), abs=1e-4)


def test_the_map_is_made_where_it_is_wanted(synterm: Synterm, path: Path) -> None:
    pytest.importorskip("wordllama")
    assert len(synterm("coverage", path, "--json", "-").json["map"]["points"]) == 4
    assert synterm("coverage", path, "--json", "-", "--no-map").json["map"] is None


def test_only_some_behaviors_tags_and_another_want(synterm: Synterm, path: Path) -> None:
    found = synterm("coverage", path, "--behavior", "book*", "--want", "1", "--json", "-", "--no-map").json
    assert {place["want"] for place in found["behaviors"][0]["places"]} == {1}
    unknown = synterm("coverage", path, "--tag", "none", "--no-map")
    assert (unknown.code, unknown.out) == (2, "")
    assert "no case has the tag 'none'" in unknown.err


def test_a_hole_is_filled_and_counts_once_it_is_accepted(synterm: Synterm, path: Path) -> None:
    pytest.importorskip("spellchecker")
    before = synterm("coverage", path, "--json", "-", "--no-map").json
    hole = next(one for one in before["behaviors"][0]["holes"] if one["at"] == [["noise", "misspelt"]])
    words = shlex.split(synterm("coverage", path, "--fill", hole["id"], "--dry-run").out)
    assert words[:3] == ["synterm", "generate", str(path)]
    assert words[words.index("--with") + 1] == "misspellings"
    assert words[words.index("--filter") + 1] == "place:noise=misspelt"
    done = synterm("coverage", path, "--fill", hole["id"])
    assert done.code == 0
    assert "kept             3 of 3 wanted" in done.out
    waiting = synterm("coverage", path, "--json", "-", "--no-map").json
    assert (waiting["score"], waiting["behaviors"][0]["drafts"]) == (before["score"], 3)
    assert "3 drafts wait for review" in synterm("coverage", path).err
    with Project.open(path) as project:
        drafts = [*project.cases.select(CaseFilter(status="draft"))]
        project.cases.put([draft.model_copy(update={"status": "accepted"}) for draft in drafts]).result()
    after = synterm("coverage", path, "--json", "-", "--no-map").json
    places = {(place["axis"], place["value"]): place for place in after["behaviors"][0]["places"]}
    found = places["noise", "misspelt"]
    # What is drawn goes by the ids of the cases: one of the three may be so near to another that it does not count.
    assert (found["cases"], found["have"] in (2, 3)) == (3, True)
    assert after["score"] > before["score"]
    assert (hole["id"] in [one["id"] for one in after["behaviors"][0]["holes"]]) == (found["have"] < 3)


def test_a_label_that_is_missing_is_written_anew_by_a_model(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    text = json.loads(project_text(*LONG))
    text["models"] = [{"name": "writer", "model": "openai/writer", "api_base": stub.url}]
    text["tree"][0]["behaviors"][0]["checks"] = text["tree"][0]["checks"]
    path = make_project(json.dumps(text))
    asked: list[str] = []

    def write(messages: Messages) -> str:
        asked.append(messages[0]["content"])
        said = [
            {"text": f"what about the {noun} of {len(asked)}", "expected": label}
            for noun, label in (("tea", "clarify"), ("lamp", "schedule"), ("windmill", "clarify"), ("fog", "unknown"))
        ]
        return json.dumps({"texts": said})

    stub.reply(write)
    hole = synterm("coverage", path, "--json", "-", "--no-map").json["behaviors"][0]["holes"][0]
    assert (hole["words"], hole["generators"]) == (
        "0 of 3 cases that expect clarify",
        ["from-description:label=clarify"],
    )
    done = synterm("coverage", path, "--fill", "1", "--count", "2")
    assert done.code == 0, done.out + done.err
    assert "Only such as belong under the label 'clarify'." in asked[0]
    with Project.open(path) as project:
        drafts = [*project.cases.select(CaseFilter(status="draft"))]
    assert {draft.expected for draft in drafts} == {"clarify"}
    assert all(draft.root_id == draft.id for draft in drafts)


@pytest.mark.parametrize("chain", ["shorthand", "misspellings"])
def test_the_generators_that_need_no_model_lead_where_they_are_said_to(
    synterm: Synterm, path: Path, chain: str
) -> None:
    pytest.importorskip("spellchecker")
    place = {"shorthand": "chat-like", "misspellings": "misspelt"}[chain]
    done = synterm("generate", path, "--with", chain, "--filter", f"place:noise={place}", "--count", "4")
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--fill", "99"), 2, "there is no hole 99"),
        (("--fill", "nosuchhole"), 2, "no hole 'nosuchhole': it may be filled by now"),
        (("--count", "3"), 2, "--count, --model and --dry-run are for --fill"),
        (("--behavior", "Nowhere"), 2, "nothing in the tree matches 'Nowhere'"),
        (("--html", "no/such/page.html"), 2, "there is no such folder"),
        (("--min-score", "0.99"), 1, "exit 1: 0.36 is covered, and --min-score asks for 0.99"),
        (("--min-score", "0.3"), 0, ""),
    ],
)
def test_what_can_not_be_is_said(synterm: Synterm, path: Path, options: tuple[str, ...], code: int, said: str) -> None:
    done = synterm("coverage", path, *options)
    assert done.code == code
    assert said in done.err


class Page(HTMLParser):
    """The elements of a page, and the texts in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_holds_text_as_text_and_asks_for_nothing(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
) -> None:
    pytest.importorskip("wordllama")
    path, target = make_project(project_text(*LONG, HOSTILE, name=HOSTILE)), tmp_path / "coverage.html"
    assert synterm("coverage", path, "--html", target).code == 0
    text = target.read_text(encoding="utf-8")
    page = Page(text)
    names = {one[0] for one in page.tags}
    assert "script" not in names and "img" not in names and "b" in names
    assert "\u202e" not in text
    assert any("<script>alert(1)</script>" in said for said in page.texts)
    assert not any(name.startswith("on") or name == "style" for _, attrs in page.tags for name in attrs)
    links = [value for _, attrs in page.tags for name, value in attrs.items() if name in ("href", "src", "action")]
    assert all(value and value.startswith(("#", "data:image/svg")) for value in links)
    [policy] = [attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy and "default-src 'none'" in policy and "script-src 'none'" in policy
    points = [attrs for tag, attrs in page.tags if tag == "use" and "x" in attrs]
    assert len(points) == 5


def test_the_page_goes_to_stdout_alone(synterm: Synterm, path: Path) -> None:
    done = synterm("coverage", path, "--html", "-", "--no-map")
    assert done.out.startswith("<!DOCTYPE html>") and done.out.rstrip().endswith("</html>")
    assert "Cases by meaning" not in done.out


def test_behaviors_look_each_in_its_own_way() -> None:
    assert len({look_of(number) for number in range(35)}) == 35
