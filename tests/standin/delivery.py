"""Bytes on the wire: whole answers through aiohttp, broken ones written by hand."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from tests.standin.script import Reset, Slow, Truncate, WrongLength

JSON_TYPE = "application/json; charset=UTF-8"

Pause = Callable[[float | None], Awaitable[None]]
"""Wait for so many seconds, None without end."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": JSON_TYPE})
    manner: Truncate | WrongLength | Slow | Reset | None = None


async def send(request: web.BaseRequest, reply: Reply, pause: Pause) -> web.StreamResponse:
    """Whole replies are returned for aiohttp to write; of the others nothing is left to write, and the connection is closed."""
    whole = web.Response(status=reply.status, body=reply.body, headers=reply.headers)
    transport = request.transport
    if reply.manner is None or transport is None:
        return whole
    match reply.manner:
        case Truncate(at=at):
            transport.write(_head(reply) + reply.body[:at])
        case WrongLength(by=by):
            transport.write(_head(reply, by) + reply.body)
        case Slow(every_ms=every_ms):
            await _write_slowly(transport, reply, every_ms / 1000, pause)
        case Reset(after=after):
            await _reset(transport, b"" if after is None else _head(reply) + reply.body[:after])
    transport.close()
    return whole  # aiohttp sees that the connection is closing, and writes nothing


def _head(reply: Reply, by: int = 0) -> bytes:
    headers = {**reply.headers, "Content-Length": str(len(reply.body) + by)}
    lines = [
        f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _write_slowly(transport: asyncio.Transport, reply: Reply, every_s: float, pause: Pause) -> None:
    transport.write(_head(reply))
    for byte in reply.body:
        await pause(every_s)
        if transport.is_closing():
            return
        transport.write(bytes([byte]))


async def _reset(transport: asyncio.Transport, first: bytes) -> None:
    """Closing with a linger time of zero sends RST."""
    if first:
        transport.write(first)
        while transport.get_write_buffer_size():
            await asyncio.sleep(0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
