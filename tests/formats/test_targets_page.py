"""What docs/targets.md shows is what works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

from synterm.core.model import ModelSpec
from synterm.formats.project_text import read_project_text
from synterm.formats.safe_yaml import load_yaml
from synterm.providers.http_config import TargetConfig
from synterm.providers.known_params import check_params

PAGE = (Path(__file__).parents[2] / "docs" / "targets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_is_a_project(tmp_path: Path) -> None:
    file = tmp_path / "support.yaml"
    file.write_text(BLOCKS[0], encoding="utf-8")
    [model] = read_project_text(file).models
    assert model.takes_values


def test_the_example_of_a_conversation_is_right() -> None:
    params = cast("dict[str, Any]", load_yaml(BLOCKS[1], name="page").data)["params"]
    check_params(ModelSpec(name="app", model="http/app", api_base="http://localhost:8000", params=params))


def test_every_parameter_is_explained() -> None:
    table = PAGE.partition("## Parameters")[2].partition("## Conversations")[0]
    assert {name for name in TargetConfig.model_fields if f"`{name}`" not in table} == set()
