"""A client of the package websockets: has text and 1 MiB echoed, closes, then is closed.

Prints a line of JSON with what came of it. Arguments: the server's URL, "deflate" to offer compression."""

import asyncio
import json
import random
import sys

import websockets

TEXT = "grüße, 世界 🌍 " * 40


async def echoes(url, options):
    data = random.Random(6455).randbytes(2**20)
    async with websockets.connect(f"{url}/echo", **options) as socket:
        # Twice, so that a context that was taken over is used.
        for message in (TEXT, TEXT, data, data, "", b""):
            await socket.send(message)
            if await socket.recv() != message:
                return False
        await socket.close(4002, "fertig, 完")
    return True


async def end(url, options):
    async with websockets.connect(f"{url}/close", **options) as socket:
        await socket.wait_closed()
        return [socket.close_code, socket.close_reason]


async def main():
    url = sys.argv[1]
    compression = "deflate" if "deflate" in sys.argv else None
    options = {"compression": compression, "max_size": 2**24}
    seen = {"echoed": await echoes(url, options), "closed": await end(url, options)}
    print(json.dumps(seen), flush=True)


asyncio.run(main())
