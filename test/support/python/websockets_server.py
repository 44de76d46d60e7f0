"""A server of the package websockets: /echo sends all back, /close closes with ?code= and ?reason=.

Prints a line of JSON with its port, then one for each connection that the client has closed.
The argument: "deflate" to agree to compression."""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import websockets


def say(**fields):
    print(json.dumps(fields), flush=True)


async def serve(socket, _path=None):
    request = getattr(socket, "request", None)
    target = urlsplit(request.path if request else socket.path)
    query = parse_qs(target.query)
    if target.path == "/close":
        await socket.close(int(query["code"][0]), query["reason"][0])
        return
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosedError:
        # That is how it tells of any code but 1000 and 1001.
        pass
    say(code=socket.close_code, reason=socket.close_reason)


async def main():
    compression = "deflate" if "deflate" in sys.argv else None
    server = await websockets.serve(
        serve, "127.0.0.1", 0, compression=compression, max_size=2**24
    )
    say(port=list(server.sockets)[0].getsockname()[1])
    await asyncio.Future()


asyncio.run(main())
