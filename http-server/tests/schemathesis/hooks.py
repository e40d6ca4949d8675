"""Hooks of the schemathesis run: a session, real codes in half of the paths, and an address of its own for each request.

The last line on standard output, after schemathesis' own, is the number of requests sent.
"""

import atexit
import itertools
import os
import random

import requests
import schemathesis

BASE = os.environ["BASE_URL"]
# How many requests one table is used for: some of them start its game or leave it.
TABLE_LASTS = 25

chance = random.Random(1)
sent = itertools.count()
total = 0


def address():
    """A client address of its own, so that no rate is reached. The server trusts this machine's X-Forwarded-For."""
    number = next(sent)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def headers(cookie=None):
    common = {"X-Forwarded-For": address(), "Sec-Fetch-Site": "same-origin"}
    return {**common, "Cookie": cookie} if cookie else common


def post(path, body, cookie=None):
    answer = requests.post(BASE + path, json=body, headers=headers(cookie), timeout=30)
    answer.raise_for_status()
    return answer


def sign_in():
    answer = post("/api/v1/session", {"nickname": "Ada"})
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in answer.cookies), answer.json()["user"]["id"]


COOKIE, USER = sign_in()
ROOM = post("/api/v1/rooms", {"name": "Deck"}, COOKIE).json()["code"]
tables = []


def table():
    """The code of a table whose host asks: before its start, or with a running game."""
    if next(uses) % TABLE_LASTS == 0 or not tables:
        code = post("/api/v1/games", {}, COOKIE).json()["game"]["code"]
        post(f"/api/v1/games/{code}/bots", {"count": 4}, COOKIE)
        if chance.random() < 0.3:
            post(f"/api/v1/games/{code}/start", {}, COOKIE)
        tables.append(code)
    return tables[-1]


uses = itertools.count()


def real(path):
    if "/rooms/" in path:
        # Another case may have left it.
        requests.put(f"{BASE}/api/v1/rooms/{ROOM}/membership", headers=headers(COOKIE), timeout=30).raise_for_status()
        return {"code": ROOM}
    if "/games/" in path:
        return {"code": table()}
    return {"id": USER} if "/players/" in path else {}


@schemathesis.hook
def before_call(context, case, **kwargs):
    path = case.operation.path
    case.headers = case.headers or {}
    # Signing out and signing in anew end the session that they carry: it is one of its own.
    ends = case.method in ("DELETE", "POST") and path == "/api/v1/session"
    cookie = sign_in()[0] if ends else COOKIE
    case.headers.update(headers(cookie if chance.random() < 0.9 else None))
    if case.path_parameters and chance.random() < 0.5:
        case.path_parameters = {**case.path_parameters, **{k: v for k, v in real(path).items() if k in case.path_parameters}}


@schemathesis.hook
def after_call(context, case, response):
    global total
    total += 1


@atexit.register
def report():
    print(f"requests sent: {total}")
