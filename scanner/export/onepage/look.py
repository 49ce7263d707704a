"""What this page has beside the look that all pages share."""

_SHEET, _HIGHEST = 180, 158
"""Millimetres between the margins of a sheet, and those that a drawing may take of its height."""
_SHARES = range(30, 101, 10)


def on_paper(width: int, height: int) -> str:
    """The class that makes a drawing as wide as the height of a sheet allows, for what knows no greatest height."""
    fits = [share for share in _SHARES if share * _SHEET * height <= 100 * _HIGHEST * width]
    return f"wide-{max(fits, default=_SHARES[0])}"


_WIDTHS = " ".join(f".wide-{share} {{ width: {share}%; }}" for share in _SHARES)
STYLE = f"""
.verdict {{ border-left: 8px solid var(--rule); background: var(--tint); padding: .9rem 1.1rem; border-radius: 6px; }}
.verdict.deny {{ border-color: var(--deny); background: var(--deny-tint); }}
.verdict.review {{ border-color: var(--review); background: var(--review-tint); }}
.verdict.allow {{ border-color: var(--allow); background: var(--allow-tint); }}
.verdict, .verdict .faint {{ color: var(--ink); }}
.word {{ font-size: 2rem; font-weight: 800; letter-spacing: .02em; line-height: 1.1; margin-right: .5rem; }}
.deny .word {{ color: var(--deny); }} .review .word {{ color: var(--review); }} .allow .word {{ color: var(--allow); }}
.means {{ font-size: 1.15rem; font-weight: 600; }}
.verdict h1, .verdict h2 {{ font-size: 1.25rem; margin: .5rem 0 .2rem; padding: 0; border: 0; }}
.because {{ font-size: 1.02rem; }}
.plain {{ font-weight: 400; }}
.key {{ white-space: nowrap; margin-right: .9rem; }}
.notes {{ font-size: .85rem; }} .notes li:target {{ background: var(--tint); }}
tbody td:last-child {{ min-width: 6rem; }}
.makers tbody th {{ min-width: 10rem; }} .makers td:last-child {{ min-width: 9rem; }}
.lineage {{ min-width: 640px; }}
.digest {{ font-size: .78rem; }}
@media print {{
  .word {{ font-size: 22pt; }} .means {{ font-size: 12pt; }} .because {{ font-size: 10.5pt; }}
  .makers tbody th {{ min-width: 36mm; }}
  .lineage {{ min-width: 0; }} {_WIDTHS}
  .notes {{ font-size: 8pt; }} .digest {{ font-size: 6.5pt; }}
}}
"""
