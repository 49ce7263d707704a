"""What every test relies on."""

from __future__ import annotations

import signal

# A shell starts what it runs in the background with interrupts ignored, and commands inherit that from the tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
