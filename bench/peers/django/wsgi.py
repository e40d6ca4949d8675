"""For gunicorn."""

from bench_site import wsgi

application = wsgi()
