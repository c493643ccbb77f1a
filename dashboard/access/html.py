"""Pages before and beside the application: sign in, sign out, a refusal.

They are built as a tree of elements and written by the standard library, never joined from text,
so that no name or note can become markup.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from starlette.responses import Response

Element = ET.Element

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #23262b; --paper: #fbfaf7; --accent: #0b5a73; --on: #fff;
  --line: #cfcac0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e6e2; --paper: #181b1f; --accent: #7fc7da;
  --on: #10242b; --line: #454c54; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: min(30rem, 100vw - 2rem); box-sizing: border-box; padding: 2rem 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.go { display: inline-block; min-height: 44px; box-sizing: border-box; padding: .6rem 1.2rem;
  border: 1px solid var(--accent); border-radius: .4rem; background: var(--accent);
  color: var(--on); font: inherit; text-decoration: none; cursor: pointer; }
.quiet { background: none; color: var(--accent); }
form { display: inline; margin: 0 .5rem 0 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
"""


def element(tag: str, *inside: str | Element, **attributes: str) -> Element:
    """An element with text and elements inside, in their order; `class_` is the class."""
    made = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    last: Element | None = None
    for part in inside:
        if not isinstance(part, str):
            made.append(part)
            last = part
        elif last is None:
            made.text = (made.text or "") + part
        else:
            last.tail = (last.tail or "") + part
    return made


def page(
    title: str, *inside: Element, status: int = 200, head: tuple[Element, ...] = ()
) -> Response:
    """A whole page, never kept by a browser or a proxy."""
    tree = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            element("style", _STYLE),
            *head,
        ),
        element("body", element("main", element("h1", title), *inside)),
        lang="en",
    )
    text = ET.tostring(tree, encoding="unicode", method="html")
    return Response(
        f"<!DOCTYPE html>\n{text}",
        status,
        {"Cache-Control": "no-store"},
        media_type="text/html",
    )


def way(label: str, to: str, *, quiet: bool = False) -> Element:
    """A link that looks like a button."""
    return element("a", label, href=to, class_="go quiet" if quiet else "go")


def refusal_page(sentence: str, status: int) -> Response:
    """Why a page is not shown to somebody who is signed in, and where to go from there."""
    ways = [way("To the map", "./", quiet=True), way("Sign out", "signout", quiet=True)]
    return page("Not for you to see", element("p", sentence), element("p", *ways), status=status)
