"""The server as a process: it prints `listening on http://127.0.0.1:PORT`, and serves until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import orjson

from tests.standin.record import Log
from tests.standin.script import Script, read_script
from tests.standin.server import HOST, open_server
from tests.standin.service import Service


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--script", type=Path, metavar="FILE", help="JSON: rules, limiter, oracle, access (see script.py)")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="JSON: text -> its right answer")
    parser.add_argument("--answer", metavar="TEXT", help="the answer where the truth has none")
    parser.add_argument("--echo", action="store_true", help="answer with 8 hex digits that depend on the body alone")
    parser.add_argument("--latency-ms", type=float, metavar="N", help="wait before each answer")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append a line of JSON for each request")
    parser.add_argument("--fast", action="store_true", help="parse loosely and fill templates: thousands of answers a second")
    return parser.parse_args(words)


def script_of(chosen: argparse.Namespace) -> Script:
    script = read_script(chosen.script.read_bytes()) if chosen.script else Script()
    oracle = script.oracle
    if chosen.truth:
        oracle = replace(oracle, truth=orjson.loads(chosen.truth.read_bytes()))
    if chosen.answer is not None:
        oracle = replace(oracle, answer=chosen.answer)
    if chosen.latency_ms is not None:
        script = replace(script, latency_ms=chosen.latency_ms)
    return replace(script, oracle=replace(oracle, echo=chosen.echo or oracle.echo))


async def serve(service: Service, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner, port = await open_server(service, port)
    print(f"listening on http://{HOST}:{port}", flush=True)
    await stopped.wait()
    service.close()
    await runner.cleanup()


def main() -> None:
    chosen = arguments(sys.argv[1:])
    log = Log(chosen.log) if chosen.log else None
    service = Service(script_of(chosen), strict=not chosen.fast, fast=chosen.fast, log=log)
    import uvloop

    uvloop.run(serve(service, chosen.port))


if __name__ == "__main__":
    main()
