"""The look: colours by what they mean, for light and for dark, and the one style sheet, for screens and for paper.

Every colour that text is written in has a contrast of 4.5 to 1 at least against the ground it is written on (WCAG 2.1,
1.4.3), and every line that means something 3 to 1 (1.4.11): ``GROUNDS`` says which is on which, and tests compute it.
"""

from __future__ import annotations

LIGHT = {
    "ink": "#1b1f24", "paper": "#ffffff", "tint": "#f4f6f8", "faint": "#56606b", "line": "#d5dae0", "rule": "#7c8792",
    "bar": "#3a6ea5", "link": "#1c5a9c", "warn": "#8a4300",
    "allow": "#14602f", "allow-tint": "#e6f4ea", "review": "#7a4700", "review-tint": "#fff3d9",
    "deny": "#a3161a", "deny-tint": "#fdeaea",
    "land-ink": "#ffffff", "land-0": "#56606b",
    "land-1": "#1f5fa6", "land-2": "#b04a12", "land-3": "#6b3fa0", "land-4": "#0b6b63", "land-5": "#a61e5c",
    "land-6": "#4b6610", "land-7": "#7d5600",
}  # fmt: skip
DARK = {
    "ink": "#e6e8eb", "paper": "#16191d", "tint": "#20252b", "faint": "#a7b0ba", "line": "#3a424b", "rule": "#7f8a96",
    "bar": "#6fa3d8", "link": "#8abdf0", "warn": "#f0b45c",
    "allow": "#86d8a6", "allow-tint": "#15301f", "review": "#ffc96b", "review-tint": "#352a10",
    "deny": "#ffa19d", "deny-tint": "#3c1c1d",
    "land-ink": "#10141a", "land-0": "#a7b0ba",
    "land-1": "#86b7ee", "land-2": "#f0a070", "land-3": "#c5a3ee", "land-4": "#6fd0c5", "land-5": "#f29ac0",
    "land-6": "#b7d16a", "land-7": "#e3bd62",
}  # fmt: skip
LANDS = 7
"""Colours for places that are told apart; ``land-0`` is for all others, and for what is not known."""
GROUNDS = {
    "paper": ("ink", "faint", "link", "warn", "allow", "review", "deny", *(f"land-{n}" for n in range(LANDS + 1))),
    "tint": ("ink", "faint", "link", "warn", "allow", "review", "deny"),
    "allow-tint": ("ink", "faint", "allow", "link", "warn"),
    "review-tint": ("ink", "faint", "review", "link", "warn"),
    "deny-tint": ("ink", "faint", "deny", "link", "warn"),
    **{f"land-{n}": ("land-ink",) for n in range(LANDS + 1)},
}
"""What is written on which ground."""
LINES = {"paper": ("bar", "rule"), "tint": ("rule",)}
"""Lines and shapes that mean something, by their ground."""


def _tokens(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def _classes() -> str:
    fills = "\n".join(f".fill-{name} {{ fill: var(--{name}); }}" for name in LIGHT)
    strokes = "\n".join(f".stroke-{name} {{ stroke: var(--{name}); }}" for name in LIGHT)
    lands = "\n".join(f".land-{n} {{ background: var(--land-{n}); }}" for n in range(LANDS + 1))
    return f"{fills}\n{strokes}\n{lands}"


_FONTS = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif'
DRAWN_IN = "Arial, Liberation Sans, sans-serif"
"""The fonts of a drawing, for what reads its attributes and no style sheet."""
STYLE = f"""
:root {{ color-scheme: light dark; {_tokens(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_tokens(DARK)} }} }}
{_classes()}
* {{ box-sizing: border-box; }}
html {{ -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }}
body {{ font: 16px/1.5 {_FONTS}; color: var(--ink); background: var(--paper); margin: 0; }}
main {{ max-width: 860px; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }}
h1, h2, h3, h4 {{ line-height: 1.25; break-after: avoid; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; margin: 0 0 .5rem; }}
h2 {{ font-size: 1.15rem; margin: 2.25rem 0 .6rem; padding-top: .5rem; border-top: 1px solid var(--line); }}
h3 {{ font-size: 1rem; margin: 1.25rem 0 .4rem; }}
h4 {{ font-size: .95rem; margin: 1rem 0 .3rem; }}
p {{ margin: .4rem 0; }}
p, li, dd, td, th, caption, summary, figcaption {{ overflow-wrap: break-word; }}
ul, ol {{ margin: .4rem 0; padding-left: 1.4rem; }}
li {{ margin: .2rem 0; }}
a {{ color: var(--link); text-underline-offset: .15em; }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
bdi {{ unicode-bidi: isolate; overflow-wrap: anywhere; }}
code {{ font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }}
sup {{ font-size: .72em; line-height: 0; }}
sup a {{ text-decoration: none; padding: 0 .1em; white-space: nowrap; }}
.faint {{ color: var(--faint); }}
.warn {{ color: var(--warn); font-weight: 600; }}
.allow {{ color: var(--allow); }} .review {{ color: var(--review); }} .deny {{ color: var(--deny); }}
.badge {{ font-weight: 700; border: 1.5px solid; border-radius: 4px; padding: .05em .45em; white-space: nowrap; }}
.badge.allow {{ background: var(--allow-tint); }} .badge.review {{ background: var(--review-tint); }}
.badge.deny {{ background: var(--deny-tint); }}
.land {{ color: var(--land-ink); font-weight: 700; font-size: .85em; border-radius: 4px; padding: .1em .45em; }}
.land.unknown {{ color: var(--warn); border: 1.5px dashed var(--rule); }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .4rem 0; }}
dt {{ color: var(--faint); }} dd {{ margin: 0; }}
.scroll {{ overflow-x: auto; margin: .6rem 0; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
caption {{ text-align: left; color: var(--faint); padding: 0 0 .35rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0;
  border-bottom: 1px solid var(--line); }}
thead th {{ color: var(--faint); font-weight: 600; border-bottom: 1.5px solid var(--rule); vertical-align: bottom; }}
tbody th {{ font-weight: 600; }}
.num {{ text-align: right; font-variant-numeric: tabular-nums; }}
figure {{ margin: 1rem 0; }}
figure h3 {{ margin-top: 0; }}
figcaption {{ color: var(--faint); font-size: .87rem; margin-top: .4rem; }}
svg {{ display: block; width: 100%; height: auto; }}
svg text {{ font-family: {_FONTS}; }}
details > summary {{ cursor: pointer; color: var(--link); }}
@media screen {{ .break {{ margin-top: 4rem; }} }}
@media screen and (max-width: 600px) {{
  main {{ padding: 1rem .9rem 3rem; }}
  dl {{ display: block; }} dt {{ margin-top: .4rem; }}
  .scroll table {{ min-width: 34rem; }}
  figure {{ overflow-x: auto; }} .bars {{ min-width: 34rem; }}
}}
@page {{ size: A4; margin: 16mm 15mm 18mm; @bottom-right {{ content: counter(page) " / " counter(pages);
  font: 8pt "Liberation Sans", Arial, sans-serif; color: {LIGHT["faint"]}; }} }}
@media print {{
  body {{ font-size: 9pt; line-height: 1.38; }}
  main {{ max-width: none; padding: 0; }}
  h1 {{ font-size: 15pt; }} h2 {{ font-size: 11pt; margin-top: 4mm; padding-top: 1.5mm; }} h3 {{ font-size: 9.5pt; }}
  table, figcaption {{ font-size: 8.5pt; }} .scroll {{ overflow: visible; }}
  thead {{ display: table-header-group; }} tr, figure, li, header {{ break-inside: avoid; }}
  caption, thead {{ break-after: avoid; }} tbody tr:first-child {{ break-before: avoid; }}
  p, li {{ orphans: 3; widows: 3; }}
  a {{ color: inherit; text-decoration: none; }}
  .break {{ break-before: page; }}
  .badge, .land, .verdict, svg {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  details > summary {{ color: inherit; list-style: none; font-weight: 600; }}
  details::details-content {{ content-visibility: visible; display: block; height: auto; }}
}}
"""
