"""Packages the library's crates as `cargo publish` would, and compiles what is in the packages.

`cargo package` can compile them itself, but each alone, with features of its own: it compiles the dependencies up to eight times. Here all
packages form one workspace outside the tree, which takes nothing but the packages' contents.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
OUTSIDE = TARGET / "packages"
# What each package must hold beside its source.
HELD = ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"]
# A link of a README to a file beside it: it leads nowhere on crates.io and docs.rs.
RELATIVE = re.compile(r"\]\((?!https?:|#)([^)]*)\)")
# Features beside the default ones, which the whole workspace has. Each line is a check of its own, so there are few of them.
FEATURE_SETS = [
    ["--package", "catamaran-presence", "--no-default-features"],
    ["--package", "catamaran-presence", "--features", "redis"],
    ["--package", "catamaran-boot", "--no-default-features", "--features", "presence"],
    ["--package", "catamaran-sockets", "--no-default-features"],
    ["--package", "catamaran-sockets", "--no-default-features", "--features", "redis"],
]


def cargo(*arguments, cwd=ROOT):
    """Runs cargo and shows its output where it fails."""
    run = subprocess.run(["cargo", *arguments], cwd=cwd, env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        sys.exit(f"{run.stdout}\n.ci/packages.py: cargo {' '.join(arguments)} failed in {cwd}")
    return run.stdout


def published():
    """The name and version of each crate that is published."""
    packages = json.loads(cargo("metadata", "--format-version=1", "--no-deps", "--offline"))["packages"]
    return {package["name"]: package["version"] for package in packages if package["publish"] is None}


def is_dirty():
    """Whether the tree differs from the last commit: `cargo package` asks for a flag then."""
    return bool(subprocess.check_output(["git", "status", "--porcelain"], cwd=ROOT))


def package(crates):
    """Makes the packages."""
    names = [argument for name in crates for argument in ("--package", name)]
    cargo("package", "--no-verify", "--offline", *(["--allow-dirty"] if is_dirty() else []), *names)


def unpack(crates):
    """Unpacks the packages beside each other."""
    shutil.rmtree(OUTSIDE, ignore_errors=True)
    for name, version in crates.items():
        with tarfile.open(TARGET / "package" / f"{name}-{version}.crate") as held:
            held.extractall(OUTSIDE, filter="data")
    # Packages give each file the same old time, by which cargo would take a changed file for one that it has compiled.
    for path in OUTSIDE.rglob("*"):
        path.touch()


def faults(name, folder):
    """What a package lacks, and what of it leads nowhere."""
    for file in HELD:
        path = folder / file
        if path.is_symlink() or not path.is_file():
            yield f"{name}: its package has no file {file}"
    for target in RELATIVE.findall((folder / "README.md").read_text(encoding="utf-8")):
        yield f"{name}: its README links to {target}, which no package has: link to https://docs.rs, or name it without a link"


def join(crates):
    """Makes one workspace of the unpacked packages: they find each other there, as they will on crates.io."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    lines = ["[workspace]", 'resolver = "3"', 'members = ["*-*"]', "[patch.crates-io]"]
    lines += [f'{name} = {{ path = "{name}-{version}" }}' for name, version in crates.items()]
    # As in the tree, so that what is compiled already is not compiled again.
    lines += ["[profile.dev]", f"debug = {json.dumps(manifest['profile']['dev']['debug'])}"]
    lines += ['[profile.dev.package."*"]', "debug = false"]
    (OUTSIDE / "Cargo.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "Cargo.lock", OUTSIDE)


def main():
    crates = published()
    package(crates)
    unpack(crates)
    wrong = [fault for name, version in crates.items() for fault in faults(name, OUTSIDE / f"{name}-{version}")]
    join(crates)
    cargo("check", "--workspace", "--offline", cwd=OUTSIDE)
    for features in FEATURE_SETS:
        # Code that a feature leaves unused is a warning.
        if "generated" in (output := cargo("check", "--offline", *features, cwd=OUTSIDE)):
            wrong.append(f"{output}\ncargo check {' '.join(features)}: there are warnings")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
