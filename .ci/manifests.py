"""Checks which crates depend on which, so that no manifest crosses a boundary, and that a published crate has what crates.io needs.

Reads the direct, normal dependencies of each workspace member from `cargo metadata` and compares them with the table.
"""

import json
import pathlib
import subprocess
import sys
import tomllib

# For each member the crates that its [dependencies] must not have. A trailing * stands for the rest of a name.
FORBIDDEN = {
    "catamaran": ["accounts", "actix*", "redis", "sqlx", "store", "rooms", "mafia*", "catamaran-boot", "catamaran-redis", "http-server", "ws-server"],
    "catamaran-redis": ["accounts", "actix*", "sqlx", "store", "rooms", "mafia*", "catamaran-boot", "http-server", "ws-server"],
    # Works without our application, over any layer and with any store.
    "catamaran-presence": ["accounts", "actix*", "sqlx", "store", "application", "rooms", "mafia*", "catamaran-boot", "http-server", "ws-server"],
    "fairness": ["actix*", "redis", "sqlx", "catamaran", "catamaran-redis", "store", "rooms", "mafia*", "catamaran-boot", "http-server", "ws-server"],
    "visible-text": ["actix*", "redis", "sqlx", "tokio", "catamaran", "catamaran-redis", "store", "rooms", "mafia*", "catamaran-boot", "http-server", "ws-server"],
    # Each slice holds its own texts.
    "lang": ["*"],
    "store": ["accounts", "actix*", "redis", "catamaran", "catamaran-redis", "rooms", "mafia*", "catamaran-boot", "http-server", "ws-server"],
    "accounts": ["actix*", "redis", "sqlx", "catamaran-redis", "catamaran-boot", "application", "rooms", "mafia*", "http-server", "ws-server"],
    "rooms": ["actix*", "redis", "sqlx", "catamaran-redis", "catamaran-boot", "mafia*", "http-server", "ws-server"],
    # A pure function of its arguments: no clock, no random source, no I/O.
    "mafia-rules": ["actix*", "redis", "sqlx", "tokio", "getrandom", "catamaran", "catamaran-redis", "store", "rooms", "mafia", "catamaran-boot", "http-server", "ws-server"],
    "mafia": ["actix*", "redis", "sqlx", "catamaran-redis", "rooms", "catamaran-boot", "http-server", "ws-server"],
    "catamaran-edge": ["accounts", "actix*", "redis", "sqlx", "tokio", "catamaran", "catamaran-redis", "store", "application", "rooms", "mafia*", "catamaran-boot", "http-server", "ws-server"],
    # Functions of their arguments: no clock, no store, no framework.
    "catamaran-socket-token": ["accounts", "actix*", "redis", "sqlx", "tokio", "catamaran", "store", "application", "rooms", "mafia*", "http-server", "ws-server"],
    "catamaran-boot": ["accounts", "actix*", "sqlx", "store", "application", "http-server", "ws-server", "rooms", "mafia*"],
    "application": ["actix*", "redis", "sqlx", "http-server", "ws-server", "rooms", "mafia*"],
    "catamaran-bounded-server": ["actix-ws", "redis", "sqlx", "catamaran-redis", "store", "application", "rooms", "mafia*", "http-server", "ws-server"],
    # Sees a site as a client does, so it must not know what serves it. actix-http is the codec of frames.
    "doctor": ["accounts", "actix-web", "actix-ws", "redis", "sqlx", "catamaran", "catamaran-redis", "store", "application", "rooms", "mafia*", "http-server", "ws-server"],
    # Knows numbers, and neither what they count nor the application.
    "catamaran-metrics": ["accounts", "redis", "sqlx", "catamaran-redis", "store", "application", "rooms", "mafia*", "catamaran-sockets", "http-server", "ws-server"],
    "catamaran-cli": ["actix*", "redis", "sqlx", "store", "rooms", "mafia*", "http-server", "ws-server"],
    "http-server": ["redis", "sqlx", "actix-ws", "catamaran-redis", "ws-server"],
    # Other applications use it, too: it knows no application and no database.
    "catamaran-sockets": ["accounts", "redis", "sqlx", "catamaran-redis", "store", "application", "rooms", "mafia*", "http-server", "ws-server"],
    "ws-server": ["redis", "sqlx", "catamaran-redis", "http-server"],
    "runserver": ["redis", "sqlx", "catamaran-redis"],
}
# Only tests may use the first, and so may the second, which holds nothing but tests.
FOR_TESTS, TESTS = ["testbed"], ["e2e"]
# Crates that no lock file may have, and why.
NOWHERE = {
    "aws-lc-rs": "a second TLS provider beside ring: the first rediss:// connection would panic",
    "openssl-sys": "TLS is rustls' here",
}
# A product outside the workspace, with a lock file of its own.
PRODUCT = "examples/board"


def packages():
    """The workspace's members, as cargo describes them."""
    command = ["cargo", "metadata", "--format-version=1", "--no-deps"]
    return json.loads(subprocess.check_output(command))["packages"]


def normal_dependencies(package):
    """The names of a package's direct, normal dependencies."""
    return {d["name"] for d in package["dependencies"] if d["kind"] is None}


def matches(name, pattern):
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def faults(found):
    for member in FORBIDDEN.keys() - found.keys():
        yield f"{member}: in the table of .ci/manifests.py, but not in the workspace"
    for member, dependencies in sorted(found.items()):
        patterns = FORBIDDEN.get(member, []) + (FOR_TESTS if member not in TESTS else [])
        for dependency in sorted(dependencies):
            if any(matches(dependency, pattern) for pattern in patterns):
                yield f"{member} must not depend on {dependency} (docs/ARCHITECTURE.md says why)"


# The names under which the library's crates are published. All other crates stay here.
PUBLISHED = "catamaran*"
# What crates.io and its readers need, and what a package must hold.
FIELDS = ["description", "documentation", "license", "readme", "rust_version", "keywords", "categories"]
FILES = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"]


def unpublishable(found):
    """What keeps a crate of the library from being published, or lets another crate be published by mistake."""
    for package in found:
        name, folder = package["name"], pathlib.Path(package["manifest_path"]).parent
        if not matches(name, PUBLISHED):
            if package["publish"] != []:
                yield f"{name} is no crate of the library, but may be published: add publish.workspace = true to its manifest"
            continue
        if package["publish"] is not None:
            yield f"{name} is a crate of the library, but may not be published: remove publish from its manifest"
        for field in FIELDS:
            if not package[field]:
                yield f"{name} has no {field} in its manifest, which crates.io shows"
        for file in FILES:
            if not (folder / file).is_file():
                yield f"{name} has no {file} in its folder; the licence files are links to those at the top"
        for dependency in package["dependencies"]:
            if "path" in dependency and dependency["kind"] != "dev" and dependency["req"] == "*":
                yield f"{name} depends on {dependency['name']} without a version, so it cannot be published: add one in the workspace's table"


def locked(folder):
    """The names of all packages in a lock file."""
    with open(f"{folder}/Cargo.lock", "rb") as lock:
        return {package["name"] for package in tomllib.load(lock)["package"]}


def intruders():
    """The forbidden crates in the lock files."""
    for folder in [".", PRODUCT]:
        for name in sorted(NOWHERE.keys() & locked(folder)):
            yield f"{name} is in {folder}/Cargo.lock: {NOWHERE[name]}; cargo tree -i {name} shows who wants it"


# The library's server may bring this many crates at most, indirect ones included, and none of the list. Metrics are four of them.
LIBRARY, MOST_CRATES = "catamaran-sockets", 204
NOT_IN_LIBRARY = ["sqlx*", "libsqlite3-sys", "store", "accounts", "rooms", "mafia*", "application", "http-server", "ws-server"]


def passengers():
    """The crates that the library's server brings along and must not, indirect ones included."""
    command = ["cargo", "tree", "--package", LIBRARY, "--edges", "normal", "--prefix", "none", "--no-dedupe", "--format", "{p}"]
    crates = {line.split()[0] for line in subprocess.check_output(command, text=True).splitlines() if line.strip()}
    for crate in sorted(crates):
        if any(matches(crate, pattern) for pattern in NOT_IN_LIBRARY):
            yield f"{LIBRARY} brings {crate} along: a team without our application must not have it"
    if len(crates) > MOST_CRATES:
        yield f"{LIBRARY} brings {len(crates)} crates along, at most {MOST_CRATES} are meant: cargo tree -p {LIBRARY} shows which"
    # The product uses SQLite by its own choice.
    for name in sorted(locked(PRODUCT) - {"libsqlite3-sys"}):
        if any(matches(name, pattern) for pattern in NOT_IN_LIBRARY):
            yield f"{name} is in {PRODUCT}/Cargo.lock: a team's product stands on the library alone"


def main():
    found = packages()
    dependencies = {package["name"]: normal_dependencies(package) for package in found}
    wrong = [*faults(dependencies), *unpublishable(found), *intruders(), *passengers()]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
