"""An instruction is said word for word, whatever it holds."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from synterm.core.prompt import Message, PromptBody
from synterm.core.render import Renderer
from synterm.finetune.select.instructions import instructed

LONG = PromptBody(messages=(Message(role="system", content="Long."), Message(role="user", content="{{ message }}")))
PIECES = st.sampled_from(["{", "}", "{{", "}}", "{% endraw %}", "{#", "#}", "Route it.", "'", "\\", " ", "\n"])


@given(st.lists(PIECES, min_size=1, max_size=12).map("".join).map(str.strip).filter(bool))
@example("{% endraw %}{{ message }}")
def test_what_looks_like_a_template_is_said_as_it_is(instruction: str) -> None:
    system, user = Renderer(instructed(LONG, instruction)).render({"message": "hello"})
    assert (system.role, system.content) == ("system", instruction)
    assert (user.role, user.content) == ("user", "hello")
