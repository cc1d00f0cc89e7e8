"""Says what of a newer edition of AWS's models is not decided yet in `roles.jsonl`, and what of it is gone.

    pip download botocore==VERSION --no-deps -d target/models
    python3 shared/iam-policy/ways/refresh.py target/models/botocore-VERSION-py3-none-any.whl

It prints a line for each operation and changes nothing: what is new is decided by hand, in a row of its own. It ends with 1 if there
is any.
"""

import gzip
import json
import re
import sys
import zipfile
from pathlib import Path

ROLES = Path(__file__).with_name("roles.jsonl")
MODEL = re.compile(r"botocore/data/([^/]+)/([^/]+)/service-2\.json\.gz$")
ROLE = re.compile("role", re.IGNORECASE)


def newest(wheel):
    """The newest model of each client."""
    models = {}
    for name in wheel.namelist():
        if match := MODEL.match(name):
            client, date = match.groups()
            models[client] = max(models.get(client, ("", "")), (date, name))
    return {client: json.loads(gzip.decompress(wheel.read(name))) for client, (_, name) in models.items()}


def members(shapes, shape, path=(), within=frozenset()):
    """The members that have "role" in their names and take a text, or several, by their paths."""
    of = shapes[shape]
    if of["type"] in ("list", "map"):
        inner = of.get("member") or of["value"]
        yield from members(shapes, inner["shape"], path, within)
    if of["type"] != "structure" or shape in within:
        return
    for name, member in of.get("members", {}).items():
        to = path + (name,)
        if ROLE.search(name) and shapes[member["shape"]]["type"] in ("string", "list"):
            yield ".".join(to)
        yield from members(shapes, member["shape"], to, within | {shape})


def operations(models):
    """All operations, and of those that take a role: the members."""
    everything, taking = set(), {}
    for client, model in models.items():
        for name, operation in model["operations"].items():
            everything.add(f"{client}.{name}")
            if "input" in operation:
                found = sorted(set(members(model["shapes"], operation["input"]["shape"])))
                if found:
                    taking[f"{client}.{name}"] = found
    return everything, taking


def main(path):
    everything, taking = operations(newest(zipfile.ZipFile(path)))
    decided = {json.loads(line)["operation"] for line in ROLES.read_text().splitlines()}
    new, gone = sorted(set(taking) - decided), sorted(decided - everything)
    for name in new:
        print(f"not decided: {name}: {', '.join(taking[name])}")
    for name in gone:
        print(f"gone: {name}")
    print(f"{len(decided)} decided, {len(taking)} take a role by the names of their members, {len(new)} new, {len(gone)} gone")
    return 1 if new or gone else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
