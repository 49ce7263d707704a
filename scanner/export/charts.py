"""Counts as one HTML page with its charts in it: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from scanner.export.columns import shortened
from scanner.export.quoting import one_line

_LABEL, _BAR, _TAIL, _ROW = 190, 350, 240, 24
_LONGEST = 26
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #5b6570; --bar: #3a6ea5; --line: #d5dae0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #16191d; --faint: #9aa4ae; --bar: #6fa3d8; --line: #333a42; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 820px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dt { color: var(--faint); } dd { margin: 0; }
figure { margin: 2rem 0; border-top: 1px solid var(--line); padding-top: 1rem; }
figcaption { color: var(--faint); font-size: .87rem; } svg { width: 100%; height: auto; }
text { font: 13px system-ui, sans-serif; fill: var(--ink); } .faint { fill: var(--faint); } rect { fill: var(--bar); }
"""


def as_page(title: str, facts: Mapping[str, str], charts: Sequence[Mapping[str, Any]], caption: str) -> str:
    """The page: ``facts`` by their name, a figure for each of ``charts``.

    A chart has a ``title``, a ``note`` and ``bars`` of ``label``, ``models`` and ``downloads``, None where they are not
    known. ``caption`` stands under every figure: from which catalogue it is, and as of when.
    """
    told = "\n".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in facts.items())
    figures = "\n".join(_figure(chart, caption) for chart in charts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{_text(title)}</h1>
<dl>
{told}
</dl>
{figures}
</body>
</html>
"""


def _figure(chart: Mapping[str, Any], caption: str) -> str:
    bars = chart["bars"]
    most = max((bar["models"] for bar in bars), default=0) or 1
    all_models = sum(bar["models"] for bar in bars) or 1
    width, height = _LABEL + _BAR + _TAIL, _ROW * len(bars) + 4
    lines = "\n".join(_line(bar, n, most, all_models) for n, bar in enumerate(bars))
    label = _text(f"{chart['title']}: a bar for each, its length is the number of models")
    return f"""<figure>
<h2>{_text(chart["title"])}</h2>
<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
{lines}
</svg>
<figcaption>Models counted, and their downloads in 30 days; {_text(chart["note"])}. {_text(caption)}</figcaption>
</figure>"""


def _line(bar: Mapping[str, Any], number: int, most: int, all_models: int) -> str:
    middle = _ROW * number + _ROW // 2
    length = max(1.0, _BAR * bar["models"] / most) if bar["models"] else 0.0
    share = f"{bar['models'] / all_models:.1%}"
    label = _text(shortened(str(one_line(bar["label"])), _LONGEST))
    known = bar["downloads"] is not None
    downloads = f"{bar['downloads']:,} downloads" if known else "downloads not known"
    short = f", {_short(bar['downloads'])} downloads" if known else ""
    whole = _text(f"{bar['label']}: {bar['models']:,} models, {share}, {downloads}")
    return (
        f'<g><title>{whole}</title><text x="{_LABEL - 8}" y="{middle + 4}" text-anchor="end">{label}</text>'
        f'<rect x="{_LABEL}" y="{middle - 8}" width="{length:.1f}" height="16" rx="2"/>'
        f'<text x="{_LABEL + length + 6:.1f}" y="{middle + 4}">{bar["models"]:,}'
        f'<tspan class="faint"> {share}{short}</tspan></text></g>'
    )


def _short(number: int) -> str:
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= unit:
            return f"{number / unit:.1f} {letter}"
    return str(number)


def _text(value: object) -> str:
    return escape(str(one_line(str(value))))
