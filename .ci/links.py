"""Checks the relative links of all tracked Markdown files: the file exists, and so does the heading behind a `#`.

Pictures and links in HTML (`<img src>`, `<source srcset>`, `<a href>`) count too. Code blocks do not, and of code spans only those that are the
path of a file from the root, as `shared/lang/src/lib.rs`. Web addresses are not fetched.
"""

import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
INLINE = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s+<?(\S+?)>?\s*$", re.MULTILINE)
HTML = re.compile(r"\b(?:src|srcset|href)=\"([^\"\s]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
ANCHOR = re.compile(r"\b(?:id|name)=\"([^\"]+)\"")
FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,}).*?^ {0,3}\2[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)
# A span may go over a line's end, not over a paragraph's.
SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\n\s*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
# A path of Rust: rustdoc resolves these links, and `cargo doc` with warnings denied checks them.
RUST_PATH = re.compile(r"^[\w:]+(?:!|\(\))?$")
# A word in capitals stands for a name of the reader's own: `src/SLICE/PAGE.rs`.
PATH = re.compile(r"^[\w.-]+(?:/[\w.{},-]+)+/?$")
PLACEHOLDER = re.compile(r"\b(?!README\b)[A-Z]{3,}\b")
CHOICE = re.compile(r"\{([^{}]*)\}")
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"target"}


def blank(match):
    """Keeps the number of lines."""
    return "\n" * match.group().count("\n")


def links(text):
    """Each link's line and target."""
    prose = SPAN.sub(blank, FENCE.sub(blank, text))
    for pattern in INLINE, REFERENCE, HTML:
        for match in pattern.finditer(prose):
            yield prose.count("\n", 0, match.start(1)) + 1, match.group(1)


def choices(path):
    """`a/{b,c}.rs` means `a/b.rs` and `a/c.rs`."""
    if not (found := CHOICE.search(path)):
        return [path]
    return [each for word in found.group(1).split(",") for each in choices(path.replace(found.group(), word, 1))]


def paths(text):
    """Each path from the root in a code span, and its line."""
    prose = FENCE.sub(blank, text)
    for match in SPAN.finditer(prose):
        span = match.group(2)
        if PATH.match(span) and span.split("/")[0] in FOLDERS and not PLACEHOLDER.search(span):
            for path in choices(span):
                yield prose.count("\n", 0, match.start()) + 1, path


def slug(heading):
    """A heading's anchor, as GitHub and GitLab make it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def anchors(path, known={}):
    """All anchors of a Markdown file; a repeated heading's get -1, -2 and so on."""
    if path not in known:
        text = FENCE.sub(blank, path.read_text(encoding="utf-8"))
        found, seen = set(ANCHOR.findall(text)), {}
        for heading in HEADING.findall(text):
            name = slug(heading)
            times = seen[name] = seen.get(name, -1) + 1
            found.add(f"{name}-{times}" if times else name)
        known[path] = found
    return known[path]


def fault(source, target):
    """What is wrong with a link, or None."""
    if re.match(r"^[a-z][a-z0-9+.-]*:(?!:)", target) or target.startswith("//"):
        return None
    path, _, fragment = urllib.parse.unquote(target).partition("#")
    goal = (source.parent / path).resolve() if path else source
    if not goal.exists():
        return None if RUST_PATH.match(target) and "::" in target else f"there is no {path}"
    if not goal.is_relative_to(ROOT):
        return f"{path} is outside the repository"
    if fragment and goal.suffix == ".md" and fragment not in anchors(goal):
        return f"{goal.relative_to(ROOT)} has no heading #{fragment}"
    return None


def missing(source, path):
    """What is wrong with a path that stands in a document, or None. A crate's README may mean its own folder."""
    return None if (ROOT / path).exists() or (source.parent / path).exists() else "there is no such path"


def main():
    listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, text=True)
    wrong = 0
    for name in sorted(filter(None, listed.split("\0"))):
        source = ROOT / name
        if not source.exists():
            continue
        text = source.read_text(encoding="utf-8")
        found = [(line, target, fault(source, target)) for line, target in links(text)]
        found += [(line, path, missing(source, path)) for line, path in paths(text)]
        for line, target, what in found:
            if what:
                print(f"{name}:{line}: {target}: {what}", file=sys.stderr)
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
