"""What the workbench says of trust: why something is not done, and what a project would be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.dom import DOMNode

from synterm.errors import RestrictedError
from synterm.text import one_line, plural, printable
from synterm.tui.keys import bindings_of

if TYPE_CHECKING:
    from synterm.tui.trust.standing import Standing

MUTED = "$foreground 65%"
TRUST_BINDING = "app.trust"
LONGEST = 4_000
"""Of a line; what is more is counted, never left out in silence."""
_CAME, _WENT = "new: ", "gone: "


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked, or told, about a project."""

    name: str
    """Of its file."""
    restricted: bool
    doubts: Sequence[str] = ()
    """Why what was kept of an earlier trust does not count."""
    able: Sequence[str] = ()
    """What it would be able to do; nothing: it asks for nothing."""
    changed: Sequence[str] = ()
    """What is otherwise than when it was trusted: ``new: ask …``, ``gone: ask …``."""
    digest: str = ""


def trust_key(node: DOMNode) -> str:
    """The key that shows the question, as keyboards name it."""
    found = next((one for one in bindings_of(cast("DOMNode", node.app)) if one.id == TRUST_BINDING), None)
    return node.app.get_key_display(found) if found else "the palette"


def refused(node: DOMNode, doing: str) -> RestrictedError:
    """Why something is not done. `doing`: in the words of ``nothing is generated``."""
    return RestrictedError(
        f"{doing}, for you have not trusted this project",
        hint=f"{trust_key(node)} shows what it asks for, and lets you trust it",
    )


def may_ask(node: DOMNode, standing: Standing, doing: str = "nothing is asked") -> bool:
    """Whether models may be asked; says so where they may not."""
    if standing.restricted:
        error = refused(node, doing)
        words = printable(f"{error}. {error.hint}")
        node.app.notify(words, title="Restricted", severity="warning", markup=False)
    return not standing.restricted


def headline(asked: Asked) -> str:
    """One line: what it is about."""
    name = one_line(asked.name, 50)
    if not asked.restricted:
        return f"{name}: what it may do here"
    if asked.changed:
        return f"{name} is restricted: it asks for more than you trusted it with"
    return f"{name} is restricted: you have not trusted it"


def parts(asked: Asked) -> list[Content]:
    """All that is to be read before one decides, one below the other."""
    said = [Content.styled(printable("\n".join(asked.doubts)), "$text-error")] if asked.doubts else []
    if asked.restricted:
        said.append(Content(_RESTRICTED))
    if asked.changed:
        said.append(_section("What changed since you trusted it", asked.changed))
    if not asked.able:
        said.append(Content("It asks for nothing: no endpoint, no key, no plugin."))
        return said
    title = "If you trust it, it can do this in your name" if asked.restricted else "It can do this in your name"
    said.append(_section(f"{title} ({plural(len(asked.able), 'thing')})", asked.able))
    if asked.digest:
        said.append(
            Content.styled(f"{asked.digest}\nsynterm trust {one_line(asked.name, 50)} --show  prints the same", MUTED)
        )
    return said


def _section(title: str, lines: Sequence[str]) -> Content:
    return Content.assemble((title, "bold $text-primary"), "\n", _lines(lines, "• "))


def _lines(lines: Sequence[str], mark: str) -> Content:
    return Content("\n").join(_line(line, mark) for line in lines)


def _line(line: str, mark: str) -> Content:
    """Whole: nobody can trust what was left out. Of what is longer than anyone reads, it says how much is missing."""
    text = printable(line[:LONGEST])
    if len(line) > LONGEST:
        text += f" … and {len(line) - LONGEST:,} characters more"
    style = "$text-error" if line.startswith(_CAME) else MUTED if line.startswith(_WENT) else ""
    return Content.assemble((f"{mark}{text}", style))


_RESTRICTED = """\
You can look at it, edit it and export it. No model is asked, nothing is generated, probed or trained, and no check of \
a plugin runs."""
