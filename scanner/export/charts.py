"""Counts of a catalogue as one HTML page with its charts in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.export.page import Bar, Markup, bars, page, tag


def as_page(title: str, facts: Mapping[str, str], charts: Sequence[Mapping[str, Any]], caption: str) -> str:
    """The page: ``facts`` by their name, a figure for each of ``charts``.

    A chart has a ``title``, a ``note`` and ``bars`` of ``label``, ``models`` and ``downloads``, None where they are not
    known. ``caption`` stands under every figure: from which catalogue it is, and as of when.
    """
    told = tag("dl", ((tag("dt", name), tag("dd", value)) for name, value in facts.items()))
    return page(title, tag("header", tag("h1", title)), told, (_figure(chart, caption) for chart in charts))


def _figure(chart: Mapping[str, Any], caption: str) -> Markup:
    all_models = sum(bar["models"] for bar in chart["bars"]) or 1
    note = f"Models counted, and their downloads in 30 days; {chart['note']}. {caption}"
    return bars(chart["title"], [_bar(bar, all_models) for bar in chart["bars"]], note=note, rank=2)


def _bar(bar: Mapping[str, Any], all_models: int) -> Bar:
    share = f"{bar['models'] / all_models:.1%}"
    known = bar["downloads"] is not None
    downloads = f"{bar['downloads']:,} downloads" if known else "downloads not known"
    short = f", {_short(bar['downloads'])} downloads" if known else ""
    told = (bar["models"], tag("tspan", f" {share}{short}", class_="fill-faint"))
    return Bar(bar["label"], bar["models"], told, f"{bar['label']}: {bar['models']:,} models, {share}, {downloads}")


def _short(number: int) -> str:
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= unit:
            return f"{number / unit:.1f} {letter}"
    return str(number)
