"""A stand-in for Gemini: a real HTTP server that speaks Vertex AI's and the developer API's formats, with scripted faults.

As a thread: `with StandIn(rules=(Rule(Refuse(503), calls=(1,)),)) as server: …server.url…`.
As a process: `python -m tests.standin --port 0 --script FILE.json --truth FILE.json`.
"""

from __future__ import annotations

from tests.standin.record import Captured
from tests.standin.script import (
    Access,
    Answer,
    Body,
    ExpireToken,
    FunctionCall,
    Hang,
    Hold,
    Info,
    Limiter,
    Oracle,
    Quota,
    Refuse,
    Reset,
    Rule,
    Script,
    Slow,
    Span,
    Truncate,
    Tuning,
    WrongLength,
    read_script,
)
from tests.standin.server import StandIn

__all__ = [
    "Access",
    "Answer",
    "Body",
    "Captured",
    "ExpireToken",
    "FunctionCall",
    "Hang",
    "Hold",
    "Info",
    "Limiter",
    "Oracle",
    "Quota",
    "Refuse",
    "Reset",
    "Rule",
    "Script",
    "Slow",
    "Span",
    "StandIn",
    "Truncate",
    "Tuning",
    "WrongLength",
    "read_script",
]
