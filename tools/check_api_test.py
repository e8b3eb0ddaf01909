#!/usr/bin/env python3
"""The lint of the interface must find what is broken: breaks one thing at a time."""
import pathlib
import pickle
import re
import sys
import unittest

import check_api
from api_schema import at_pointer, load

ROOT = pathlib.Path(sys.argv.pop())
PICKLED = pickle.dumps(load(ROOT / "api/openapi.yaml"))  # copied faster than deepcopy does


def lint(document, examples_only=False):
    judge = check_api.Lint(ROOT, document)
    if not examples_only:
        return "\n".join(judge.run())
    judge.check_examples(next(each for each in judge.operations if each.id == "submitOrder"))
    return "\n".join(judge.faults)


class CheckApi(unittest.TestCase):
    def finds(self, pointer, change, expected):
        document = pickle.loads(PICKLED)
        change(at_pointer(document, pointer))
        self.assertRegex(lint(document, "/examples/" in pointer), re.escape(expected))

    def test_takes_the_file_as_it_is(self):
        self.assertEqual(lint(pickle.loads(PICKLED)), "")

    def test_finds_what_is_broken(self):
        orders, step = "/paths/~1orders/post", "/paths/~1orders/post/x-replay/0"
        example = orders + "/requestBody/content/application~1json/examples/block/value"
        reply = orders + "/responses/201/content/application~1json/examples/block/value"
        cases = [
            (orders + "/responses/404", lambda v: v.update({"$ref": "#/components/responses/No"}), "No is not there"),
            (orders, lambda v: v.pop("x-roles"), "x-roles"),
            (orders, lambda v: v["x-codes"].append("no-mony"), "no-mony is not one of"),
            (orders, lambda v: v["x-codes"].append("gone"), "which is no response"),
            (orders, lambda v: v["parameters"].clear(), "Idempotency-Key is missing"),
            ("/paths/~1orders/get", lambda v: v["parameters"].pop(0), "asOf is missing"),
            (example, lambda v: v.update(colour=1), "/: colour is unknown"[2:]),
            (example, lambda v: v.update(value=v["limit"]), "fits 2 alternatives"),
            (example, lambda v: v["limit"].update(amount=14.5), "14.5 is no string"),
            (example, lambda v: v["limit"].update(amount="14.1234567"), "does not fit"),
            (example, lambda v: v["ways"].clear(), "minItems is 1"),
            (example, lambda v: v["hubs"].append("guian"), "an item comes twice"),
            (reply, lambda v: v.update(updated="x"), "updated is not described"),
            (reply, lambda v: v.pop("hold"), "hold is missing"),
            (step, lambda v: v.update(colour=1), "there is no member colour"),
            (step, lambda v: v.update(step=222), "two steps have this number"),
            (step, lambda v: v.update(**{"as": "nobody"}), "nobody is called nobody"),
            (step, lambda v: v.update(**{"as": "supplier"}), "has the role hub, which may not"),
            (step, lambda v: v.pop("capture"), "which no earlier step has captured"),
            (step, lambda v: v.update(headers={}), "Idempotency-Key is missing"),
            (step, lambda v: v.update(query={"colour": 1}), "no query parameter colour"),
            (step, lambda v: v.update(example="none"), "no example none"),
            ("/x-problem-codes", lambda v: v.pop("no-money"), "no-money is not one of"),
            ("/components/schemas", lambda v: v.update(Spare={"type": "object"}), "nothing uses Spare"),
        ]
        for pointer, change, expected in cases:
            with self.subTest(expected):
                self.finds(pointer, change, expected)


if __name__ == "__main__":
    unittest.main()
