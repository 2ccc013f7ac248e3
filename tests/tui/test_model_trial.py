"""A model is tried out in its form, before it is saved."""

from __future__ import annotations

from textual.widgets import Button, Static

from synterm.tui.screens.confirm import ConfirmScreen
from tests.support.app_stub import App, Bad, app
from tests.tui.conftest import Bench, MakeProject, OpenBench
from tests.tui.test_building_a_project import fill, save

PARAMS = 'path=/chat\nbody={"text": "{{ message }}"}\nanswer=$.reply.text'
RULES = 'rules=[{"match": "meet", "in": "user", "answer": "schedule"}]'


async def told(bench: Bench) -> str:
    """What stands below the form once the trial is over."""
    below = bench.app.screen.query_one("#probe", Static)
    await bench.until(lambda: bench.app.screen.query(".-wrong") or str(below.content) not in ("", "testing …"))
    wrong = [str(line.content) for line in bench.app.screen.query(".-wrong").results(Static)]
    return "\n".join([str(below.content), *wrong]).strip()


async def test_an_app_is_tried_out_with_the_first_case_and_then_added(
    app: App, make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), approved_endpoints=[app.url]) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("A")
        values = {"name": "app", "model": "http/app", "api_base": app.url, "params": PARAMS, "price": "0/0"}
        shown = await fill(bench, values)
        await bench.pilot.press("ctrl+t")
        said = await told(bench)
        assert "you said can we meet tmrw" in said
        assert "→ call: POST" in said
        assert "← 200" in said
        assert bench.app.screen is shown
        assert [model.name for model in bench.project.models.all()] == ["script"]
        app.next(Bad(404, b"[/nope]"))
        shown.query_one("#test", Button).press()
        await bench.until(lambda: "404" in str(bench.app.screen.query_one("#probe", Static).content))
        said = await told(bench)
        assert "answered 404: [/nope]" in said
        await save(bench, values)
        spec = bench.project.models.get("app")
        assert spec.params == {"path": "/chat", "body": {"text": "{{ message }}"}, "answer": "$.reply.text"}
        assert bench.screen.session.model == spec
        assert bench.responses() > 0
        assert len(app.seen) == 2 + 5 * 2, "the trials, then all cases in scope under both versions"


async def test_any_model_can_be_tried_out(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        before = bench.responses()
        await bench.pilot.press("A")
        await fill(bench, {"name": "other", "model": "scripted/rules", "params": RULES})
        await bench.pilot.press("ctrl+t")
        said = await told(bench)
        assert "→ user: can we meet tmrw" in said
        assert said.splitlines()[-1] == "schedule"
        assert bench.responses() == before, "nothing is kept"


async def test_what_can_not_be_tried_out_says_why(app: App, make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), approved_endpoints=[app.url]) as bench:
        for params, base, words in (
            ("bdy={}", app.url, "bdy: is not a field here"),
            ("answer=$.x", "https://app.example/chat", "which you have not approved"),
            ("path=x y", app.url, "is no path"),
        ):
            bench.screen.behaviors.focus()
            await bench.pilot.press("A")
            await fill(bench, {"name": "a", "model": "http/a", "api_base": base, "params": params})
            await bench.pilot.press("ctrl+t")
            assert words in await told(bench)
            await bench.pilot.press("escape")
            await bench.pilot.pause()
            await bench.pilot.press("y")
            await bench.settle()
            assert bench.app.screen is bench.screen, params
        assert app.seen == []


async def test_leaving_the_form_gives_the_trial_up(app: App, make_project: MakeProject, open_bench: OpenBench) -> None:
    app.always(Bad(delay_s=30))
    async with open_bench(make_project(), approved_endpoints=[app.url]) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("A")
        await fill(bench, {"name": "a", "model": "http/a", "api_base": app.url})
        await bench.pilot.press("ctrl+t")
        await bench.until(lambda: app.seen)
        await bench.pilot.press("escape")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ConfirmScreen)
        await bench.pilot.press("y")
        await bench.settle()
        assert bench.app.screen is bench.screen


async def test_forms_of_other_things_have_no_test(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("N")
        await fill(bench, {})
        assert not bench.app.screen.query("#test")
        await bench.pilot.press("ctrl+t")
        assert not bench.app.screen.query(".-told")


__all__ = ["app"]
