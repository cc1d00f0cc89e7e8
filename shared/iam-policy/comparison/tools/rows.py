"""Rows of JSON in, rows of JSON out: what each tool's adapter shares.

An adapter reads `{"id", "type", "policies"}` lines, of policies that one principal holds, and answers `{"id", "found": {kind: [what the tool calls it]}}`, or `{"id", "unread": why}` for a
policy that the tool has no question for. `kind` is this crate's name for what the tool's words come closest to, read generously.
"""

import json
import sys


def answer(read):
    """Answers every row of standard input with `read(type, policies)`."""
    for line in sys.stdin:
        row = json.loads(line)
        try:
            found = read(row["type"], row["policies"])
        except NotImplementedError as why:
            result = {"id": row["id"], "unread": str(why)}
        except Exception as error:  # The tool's own fault is an answer, too.
            result = {"id": row["id"], "unread": f"it fails: {type(error).__name__}"}
        else:
            result = {"id": row["id"], "found": {kind: sorted(set(names)) for kind, names in found.items() if names}}
        sys.stdout.write(json.dumps(result) + "\n")


def each(read):
    """What `read(type, policy)` finds in any of the policies: for a tool that looks at each by itself."""

    def read_all(kind, policies):
        found = {}
        for policy in policies:
            for name, words in read(kind, policy).items():
                found.setdefault(name, []).extend(words)
        return found

    return read_all
