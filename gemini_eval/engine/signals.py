"""Which signals end the asking as Ctrl-C does."""

from __future__ import annotations

import signal


def ending_signals() -> tuple[signal.Signals, ...]:
    """Ctrl-C, SIGTERM, and SIGHUP where the process takes that for the same: elsewhere it may mean to read the settings again."""
    always = (signal.SIGINT, signal.SIGTERM)
    hang_up = getattr(signal, "SIGHUP", None)  # Windows has none
    if hang_up is None:
        return always
    handlers = [signal.getsignal(number) for number in (hang_up, signal.SIGTERM)]
    return (*always, hang_up) if callable(handlers[0]) and handlers[0] == handlers[1] else always
