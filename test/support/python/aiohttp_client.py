"""A client of the package aiohttp: has text and 1 MiB echoed, closes, then is closed.

Prints a line of JSON with what came of it. Arguments: the server's URL, "deflate" to offer compression."""

import asyncio
import json
import random
import sys

import aiohttp

TEXT = "grüße, 世界 🌍 " * 40


async def echoes(socket):
    data = random.Random(6455).randbytes(2**20)
    # Twice, so that a context that was taken over is used.
    for message in (TEXT, TEXT, data, data, "", b""):
        send = socket.send_str if isinstance(message, str) else socket.send_bytes
        await send(message)
        if (await socket.receive()).data != message:
            return False
    await socket.close(code=4002, message="fertig, 完".encode())
    return True


async def main():
    url = sys.argv[1]
    options = {"compress": 15 if "deflate" in sys.argv else 0, "max_msg_size": 2**24}
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{url}/echo", **options) as socket:
            echoed = await echoes(socket)
        async with session.ws_connect(f"{url}/close", autoclose=False, **options) as socket:
            message = await socket.receive()
            await socket.close(code=message.data)
    print(json.dumps({"echoed": echoed, "closed": [message.data, message.extra]}), flush=True)


asyncio.run(main())
