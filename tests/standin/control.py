"""The paths below /_standin/: what was counted, beginning anew, another script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
from aiohttp import web
from pydantic import ValidationError

from tests.standin.delivery import JSON_TYPE
from tests.standin.script import read_script

if TYPE_CHECKING:
    from tests.standin.service import Service

PREFIX = "/_standin/"


async def control(service: Service, request: web.BaseRequest) -> web.Response:
    """GET stats, with ?calls=N once so many generateContent calls have arrived; POST reset, script, start, release.

    `start` starts the limiter's clock. Each answers with the counts.
    """
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "stats":
            await service.reached(int(request.query.get("calls", "0")))
        case "POST", "reset":
            service.begin(service.script)
        case "POST", "script":
            try:
                script = read_script(await request.read())
            except ValidationError as error:
                return web.Response(status=400, text=str(error))
            if not script.oracle.truth:
                script = replace(script, oracle=replace(script.oracle, truth=service.script.oracle.truth))
            service.begin(script)
        case "POST", "start":
            service.start_clock()
        case "POST", "release":
            service.release()
        case _:
            return web.Response(status=404, text=f"{request.method} {request.path}: stats, reset, script, start or release\n")
    return web.Response(body=orjson.dumps(service.counts.as_json()), headers={"Content-Type": JSON_TYPE})
