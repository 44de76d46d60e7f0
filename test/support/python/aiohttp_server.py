"""A server of the package aiohttp: /echo sends all back, /close closes with ?code= and ?reason=.

Prints a line of JSON with its port, then one for each connection that the client has closed.
The argument: "deflate" to agree to compression."""

import asyncio
import json
import sys

from aiohttp import WSMsgType, web


def say(**fields):
    print(json.dumps(fields), flush=True)


def create_socket():
    # It closes by itself only what it may read to the end; the close frame is the handler's to see.
    return web.WebSocketResponse(compress="deflate" in sys.argv, max_msg_size=2**24, autoclose=False)


async def echo(request):
    socket = create_socket()
    await socket.prepare(request)
    while True:
        message = await socket.receive()
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        else:
            break
    if message.type == WSMsgType.CLOSE:
        say(code=message.data, reason=message.extra)
        await socket.close(code=message.data)
    return socket


async def close(request):
    socket = create_socket()
    await socket.prepare(request)
    await socket.close(code=int(request.query["code"]), message=request.query["reason"].encode())
    return socket


async def main():
    app = web.Application()
    app.add_routes([web.get("/echo", echo), web.get("/close", close)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    say(port=runner.addresses[0][1])
    await asyncio.Future()


asyncio.run(main())
