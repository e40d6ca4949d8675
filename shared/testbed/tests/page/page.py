"""A site with one page, for the test that serves it."""

import os


async def application(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError(f"no {scope['type']} here")
    print("asked for", scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": os.environ["WORDS"].encode()})
