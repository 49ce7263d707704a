"""A page as PDF. The one file that knows WeasyPrint, which is an extra: it needs Pango, a library of the system."""

from __future__ import annotations

import logging
from typing import Any

from scanner.errors import UsageError


def available() -> None:
    """Nothing, where a PDF can be made.

    Raises:
        UsageError: WeasyPrint is not installed, or does not find Pango.
    """
    _library()


def as_pdf(html: str) -> bytes:
    """``html`` on paper, tagged for screen readers (PDF/UA-1). Nothing is loaded, whatever the page names.

    Raises:
        UsageError: as ``available``.
    """
    # It tells of every rule of the style sheet that is meant for screens.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    library = _library()
    document = library.HTML(string=html, url_fetcher=library.urls.URLFetcher(allowed_protocols=()))
    written: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return written


def _library() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        hint = 'pip install "modelorigin[pdf]"; or write HTML and print it from a browser'
        raise UsageError("a PDF needs WeasyPrint, which is not installed", hint=hint) from error
    except OSError as error:
        hint = "install Pango (Debian: apt-get install libpangoft2-1.0-0); or write HTML and print it from a browser"
        raise UsageError("a PDF needs Pango, a library of the system, which was not found", hint=hint) from error
    return weasyprint
