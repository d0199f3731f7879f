"""The look of the customers' portal: pages that need nothing else, in Dutch, without scripts."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from aiohttp import web

from .localtime import BRUSSELS

_STYLE = """
:root { color-scheme: light; --ink: #1d2733; --soft: #5b6875; --line: #d5dce3; --main: #1f5f8b;
  --tint: #eef4f9; --bad: #a3261f; --bad-tint: #fdf0ef; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f8; color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { background: var(--main); color: #fff; }
header div, main { max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem; }
header div { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline;
  justify-content: space-between; }
header b { font-size: 1.2rem; }
header span { font-size: .85rem; opacity: .9; }
main { background: #fff; border: 1px solid var(--line); border-radius: .5rem; margin: 1.5rem auto;
  padding: 1.25rem 1.5rem 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0 1rem; }
p { margin: 0 0 1rem; }
ol.steps { display: flex; gap: .5rem; list-style: none; margin: 0 0 1.25rem; padding: 0;
  font-size: .85rem; color: var(--soft); }
ol.steps li { flex: 1; border-top: .25rem solid var(--line); padding-top: .4rem; }
ol.steps li.past { border-color: #9dbdd4; }
ol.steps li.now { border-color: var(--main); color: var(--ink); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem;
  margin: 0 0 1.25rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
fieldset { border: 0; margin: 0 0 1.25rem; padding: 0; min-width: 0; }
legend { font-weight: 600; padding: 0; margin-bottom: .4rem; }
label.row, .card { display: block; border: 1px solid var(--line); border-radius: .4rem;
  padding: .7rem .9rem; margin-bottom: .5rem; }
label.row { display: flex; gap: .75rem; align-items: flex-start; cursor: pointer; }
label.row:hover { background: var(--tint); }
label.row.off { color: var(--soft); background: #f7f8fa; cursor: default; }
label.row input { margin: .3rem 0 0; width: 1.1rem; height: 1.1rem; flex: none; }
label.row > span, .card > span { min-width: 0; overflow-wrap: anywhere; }
small { display: block; color: var(--soft); font-size: .875rem; }
.dates { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; }
.dates label { flex: 1 1 12rem; }
.dates input { display: block; width: 100%; padding: .5rem; font: inherit; margin-top: .25rem;
  border: 1px solid var(--line); border-radius: .4rem; background: #fff; color: inherit; }
.card .actions { margin-top: .75rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1.25rem 0 0; }
button, a.button { font: inherit; font-weight: 600; padding: .6rem 1.25rem; border-radius: .4rem;
  border: 1px solid var(--main); background: var(--main); color: #fff; cursor: pointer;
  text-decoration: none; display: inline-block; text-align: center; }
button.second, a.second { background: #fff; color: var(--main); }
button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid #f0b429;
  outline-offset: 2px; }
.users button { display: block; width: 100%; text-align: left; background: #fff; color: var(--ink);
  border-color: var(--line); font-weight: 400; margin-bottom: .5rem; padding: .7rem .9rem; }
.users button:hover { background: var(--tint); }
.error { border-left: .25rem solid var(--bad); background: var(--bad-tint); padding: .7rem .9rem;
  margin: 0 0 1.25rem; }
.note { border-left: .25rem solid var(--main); background: var(--tint); padding: .7rem .9rem;
  margin: 0 0 1.25rem; }
@media (max-width: 48rem) {
  main { margin: 0; border-width: 0 0 1px; border-radius: 0; padding: 1.25rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
  .actions > *, .actions form button { width: 100%; }
}
"""
_STEPS = ("Aanmelden", "Kiezen", "Bevestigen", "Klaar")


def page(title: str, *parts: str, step: int | None = None, status: int = 200) -> web.Response:
    """Answer with a page: its title and parts of HTML; `step` counts from 0."""
    steps = "" if step is None else _steps(step)
    text = (
        '<!doctype html><html lang="nl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - Mijn Fluvius (sandbox)</title><style>{_STYLE}</style></head>"
        "<body><header><div><b>Mijn Fluvius</b>"
        "<span>Lokale sandbox: niets is echt</span></div></header>"
        f"<main>{steps}<h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )
    response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _steps(current: int) -> str:
    classes = ["past" if index < current else "" for index in range(len(_STEPS))]
    classes[current] = "now"
    items = zip(classes, _STEPS, strict=True)
    return (
        '<ol class="steps">'
        + "".join(f'<li class="{kind}">{name}</li>' for kind, name in items)
        + "</ol>"
    )


def paragraph(text: str, kind: str = "") -> str:
    """Return a text as a paragraph: `error` and `note` stand out."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and what they are."""
    rows = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f"<dl>{''.join(rows)}</dl>"


def card(title: str, *lines: str, below: str = "") -> str:
    """Return a box with a title, small lines and, below them, HTML."""
    return f'<div class="card"><span>{_titled(title, lines)}</span>{below}</div>'


def tick(
    kind: str,
    name: str,
    value: str,
    title: str,
    *lines: str,
    is_on: bool = False,
    is_off_limits: bool = False,
) -> str:
    """Return a check box or radio button (`kind`) with what it stands for."""
    attributes = " checked" * is_on + " disabled" * is_off_limits
    return (
        f'<label class="row{" off" * is_off_limits}">'
        f'<input type="{kind}" name="{name}" value="{escape(value)}"{attributes}>'
        f"<span>{_titled(title, lines)}</span></label>"
    )


def hidden(name: str, value: str) -> str:
    """Return a field that the customer does not see."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def group(title: str, *parts: str) -> str:
    """Return fields that belong together."""
    return f"<fieldset><legend>{escape(title)}</legend>{''.join(parts)}</fieldset>"


def day_field(name: str, label: str, value: str, first: str, last: str = "") -> str:
    """Return a field for a day; days as `YYYY-MM-DD`."""
    until = f' max="{last}"' if last else ""
    return (
        f"<label>{escape(label)}"
        f'<input type="date" name="{name}" value="{escape(value)}" min="{first}"{until}></label>'
    )


def button(text: str, name: str, value: str, *lines: str, kind: str = "") -> str:
    """Return a button that sends a value along; `second` is less prominent."""
    return (
        f'<button class="{kind}" name="{name}" value="{escape(value)}">'
        f"{_titled(text, lines) if lines else escape(text)}</button>"
    )


def link(text: str, address: str, *, kind: str = "second", identifier: str = "") -> str:
    """Return a link that looks like a button."""
    own = f' id="{identifier}"' if identifier else ""
    return f'<a class="button {kind}"{own} href="{escape(address)}">{escape(text)}</a>'


def form(address: str, *parts: str, kind: str = "") -> str:
    """Return a form that is posted to an address."""
    return f'<form class="{kind}" method="post" action="{escape(address)}">{"".join(parts)}</form>'


def actions(*parts: str) -> str:
    """Return buttons and links side by side."""
    return f'<div class="actions">{"".join(parts)}</div>'


def local_moment(moment: datetime) -> str:
    """Write an instant as Belgians do, to the minute."""
    return moment.astimezone(BRUSSELS).strftime("%d/%m/%Y om %H:%M")


def local_date(moment: datetime) -> str:
    """Write the Belgian day of an instant."""
    return moment.astimezone(BRUSSELS).strftime("%d/%m/%Y")


def _titled(title: str, lines: Iterable[str]) -> str:
    return f"<b>{escape(title)}</b>" + "".join(f"<small>{escape(line)}</small>" for line in lines)
