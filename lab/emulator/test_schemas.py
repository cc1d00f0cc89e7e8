"""What is kept has the shape that docs/schema/ says: every object of the corpus, against the schema of its version."""

import copy
import csv
import functools
import json
import pathlib
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSIONS = sorted(int(folder.name.removeprefix("v")) for folder in (ROOT / "tests/corpus").glob("v*"))


@functools.cache
def validator(kind, version):
    schema = json.loads((ROOT / "docs/schema" / f"{kind}-{version}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def objects(version):
    folder = ROOT / "tests/corpus" / f"v{version}"
    with (folder / "index.tsv").open(newline="") as index:
        for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["kind"], row["key"], json.loads((folder / row["key"]).read_text())


def of_facet(kind, facet):
    """An object of the newest version, of that facet."""
    for found, _, document in objects(VERSIONS[-1]):
        facets = [document["facet"]] if found == "memory" else [image["facet"] for image in document["pre_image"]]
        if found == kind and facet in facets:
            return document
    raise LookupError(f"the corpus has no {kind} of {facet}")


class Schemas(unittest.TestCase):
    def test_every_object_has_the_shape_of_its_version(self):
        for version in VERSIONS:
            count = 0
            for kind, key, document in objects(version):
                with self.subTest(key):
                    self.assertEqual([error.message for error in validator(kind, version).iter_errors(document)], [])
                count += 1
            self.assertGreater(count, 50)

    def test_the_index_has_the_shape_of_its_version(self):
        files = sorted((ROOT / "tests/corpus/index-v1").rglob("*.json"))
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file.name):
                document = json.loads(file.read_text())
                of_its_kind = validator("index-mark" if file.name == "mark.json" else "index-entry", 1)
                self.assertEqual([error.message for error in of_its_kind.iter_errors(document)], [])
                for change in ({"version": 2}, {"more": 1}):
                    self.assertFalse(of_its_kind.is_valid({**document, **change}))

    def test_a_schema_does_not_let_everything_through(self):
        for kind, changes in {
            "memory": [{"version": 3}, {"facet": "no-such"}, {"more": 1}, {"ended-at": 1}, {"resource": {"type": "bucket"}}],
            "evidence": [{"version": 1}, {"guard": 1}, {"more": 1}, {"pre_image": [{"facet": "bucket-policy"}]}],
        }.items():
            document = next(document for found, _, document in objects(2) if found == kind)
            for change in changes:
                with self.subTest(kind=kind, change=change):
                    self.assertFalse(validator(kind, 2).is_valid({**document, **change}))

    def test_a_state_has_the_shape_of_its_facet(self):
        evidence, memory = of_facet("evidence", "bucket-versioning"), of_facet("memory", "bucket-replication")
        rule = next(document for _, _, document in objects(2) if document.get("facet") == "bucket-policy")["state"]
        for document, place, wrong in [
            (evidence, ("pre_image", 0, "state"), {"retention": None}),
            (evidence, ("pre_image", 0, "state"), "paused"),
            (evidence, ("pre_image", 0, "state"), None),
            (evidence, ("pre_image", 0, "facet"), "key-policy"),
            (evidence, ("post_image", 0, "state"), True),
            (memory, ("state",), rule),
            (memory, ("state", "more"), 1),
            (memory, ("state", "rules", 0, "id"), 1),
            (memory, ("facet",), "bucket-policy"),
        ]:
            with self.subTest(place=place, wrong=wrong):
                self.assertFalse(is_valid_with(document, place, wrong))

    def test_an_action_is_one_of_the_guard(self):
        evidence, policy = of_facet("evidence", "bucket-versioning"), {"Statement": [{"Effect": "Allow", "Action": "s3:*"}]}
        for action, is_one in [
            ({"action": "put", "value": "enabled"}, True),
            # As earlier builds wrote it.
            ({"action": "put", "value": {"facet": "versioning", "state": "enabled"}}, True),
            ({"action": "put", "value": {"facet": "versioning", "state": 1}}, False),
            ({"action": "put", "value": {"facet": "no-such", "state": None}}, False),
            ({"action": "put"}, False),
            ({"action": "create-key"}, True),
            ({"action": "create-key", "more": 1}, False),
            ({"action": "detach-policy", "value": "arn:aws:iam::aws:policy/AdministratorAccess"}, False),
        ]:
            with self.subTest(action=action):
                self.assertEqual(is_valid_with(evidence, ("plan", 0, "action"), action), is_one)
        of_policy = of_facet("evidence", "bucket-policy")
        for value, is_one in [(policy, True), ({"Statement": []}, True), ({"Statement": [{"Effect": "Allow"}]}, False), ({}, False)]:
            with self.subTest(policy=value):
                action = {"action": "put-bucket-policy", "value": value}
                self.assertEqual(is_valid_with(of_policy, ("plan", 0, "action"), action), is_one)


def is_valid_with(document, place, value):
    """Whether a document of the newest version is valid with another value at a place of it."""
    changed = copy.deepcopy(document)
    *way, last = place
    at = changed
    for step in way:
        at = at[step]
    at[last] = value
    return validator("memory" if "facet" in document else "evidence", VERSIONS[-1]).is_valid(changed)


if __name__ == "__main__":
    unittest.main()
