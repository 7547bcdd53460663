"""What holds for all tests."""

from __future__ import annotations

import signal

# A shell's background job, such as CI may be, ignores Ctrl-C, and so would every process that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
