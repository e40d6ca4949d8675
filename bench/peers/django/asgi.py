"""For Daphne and uvicorn."""

from bench_site import asgi

application = asgi()
