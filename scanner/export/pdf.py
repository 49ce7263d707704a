"""A page as PDF. The one file that knows WeasyPrint, which is an extra: it needs Pango, a library of the system."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from scanner.errors import ScannerError, UsageError


def available() -> None:
    """Nothing, where a PDF can be made.

    Raises:
        UsageError: WeasyPrint is not installed, or does not find Pango.
    """
    _renderer()


def as_pdf(html: str) -> bytes:
    """``html`` on paper, tagged for screen readers (PDF/UA-1). Nothing is loaded, whatever the page names.

    Raises:
        UsageError: as ``available``.
    """
    # It tells of every rule of the style sheet that is meant for screens.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    document = _renderer()(string=html, url_fetcher=_refuse)
    written: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return written


def _renderer() -> Any:
    try:
        from weasyprint import HTML
    except ImportError as error:
        hint = 'pip install "modelorigin[pdf]"; or write HTML and print it from a browser'
        raise UsageError("a PDF needs WeasyPrint, which is not installed", hint=hint) from error
    except OSError as error:
        hint = "install Pango (Debian: apt-get install libpangoft2-1.0-0); or write HTML and print it from a browser"
        raise UsageError("a PDF needs Pango, a library of the system, which was not found", hint=hint) from error
    return HTML


def _refuse(url: str, *_more: Any, **_named: Any) -> NoReturn:
    raise ScannerError(f"a report loads nothing: {url[:80]!r}")
