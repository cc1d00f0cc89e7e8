"""What is kept has the shape that docs/schema/ says: every object of the corpus, against the schema of its version."""

import csv
import json
import pathlib
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]


def schema(name):
    return json.loads((ROOT / "docs/schema" / f"{name}.json").read_text())


def objects(version):
    folder = ROOT / "tests/corpus" / f"v{version}"
    with (folder / "index.tsv").open(newline="") as index:
        for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["kind"], row["key"], json.loads((folder / row["key"]).read_text())


class Schemas(unittest.TestCase):
    def test_every_object_has_the_shape_of_its_version(self):
        for version in (1, 2):
            validators = {kind: jsonschema.Draft202012Validator(schema(f"{kind}-{version}")) for kind in ("evidence", "memory")}
            count = 0
            for kind, key, document in objects(version):
                with self.subTest(key):
                    self.assertEqual([error.message for error in validators[kind].iter_errors(document)], [])
                count += 1
            self.assertGreater(count, 50)

    def test_the_index_has_the_shape_of_its_version(self):
        validators = {kind: jsonschema.Draft202012Validator(schema(f"index-{kind}-1")) for kind in ("entry", "mark")}
        files = sorted((ROOT / "tests/corpus/index-v1").rglob("*.json"))
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file.name):
                document = json.loads(file.read_text())
                validator = validators["mark" if file.name == "mark.json" else "entry"]
                self.assertEqual([error.message for error in validator.iter_errors(document)], [])
                for change in ({"version": 2}, {"more": 1}):
                    self.assertFalse(validator.is_valid({**document, **change}))

    def test_a_schema_does_not_let_everything_through(self):
        for kind, changes in {
            "memory": [{"version": 3}, {"facet": "no-such"}, {"more": 1}, {"ended-at": 1}, {"resource": {"type": "bucket"}}],
            "evidence": [{"version": 1}, {"guard": 1}, {"more": 1}, {"pre_image": [{"facet": "bucket-policy"}]}],
        }.items():
            validator = jsonschema.Draft202012Validator(schema(f"{kind}-2"))
            document = next(document for found, _, document in objects(2) if found == kind)
            for change in changes:
                with self.subTest(kind=kind, change=change):
                    self.assertFalse(validator.is_valid({**document, **change}))


if __name__ == "__main__":
    unittest.main()
