"""Placing beside reading: a process comes to the same as a thread, and is not missed when it is gone."""

from __future__ import annotations

import os
import signal
from multiprocessing import active_children

import pytest

from synterm.production import placing_aside
from synterm.production.placing import Placer
from synterm.production.placing_aside import Aside
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.placed import FOOD, OFFICE, STRANGE, calls


def test_a_process_places_as_this_one_does_and_when_it_is_killed_this_one_goes_on(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing_aside, "MANY", 5)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    asked = calls("is a meeting room free on monday", "lunch in the canteen please", *STRANGE, *FOOD)
    with Project.open(make_project(OFFICE)) as project:
        placer = Placer(project)
        expected = placer.place(asked)
        aside = Aside(placer)
        try:
            assert aside.place(asked[:3]).result() == expected[:3]
            assert not active_children(), "few calls are no reason for a process"
            assert aside.place(asked).result() == expected
            (process,) = active_children()
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            assert aside.place(asked).result() == expected
        finally:
            aside.close()
    assert not active_children()
