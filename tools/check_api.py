#!/usr/bin/env python3
"""Fail where api/openapi.yaml is not what api/README.md promises.

usage: check_api.py ROOT
  every $ref resolves, every schema is used, every operation has roles and codes that are listed
  every example fits its schema, every operation has an example and a step that plays it
  every step can be played: its parameters exist, and what it names an earlier step has captured
  every code of the sources is listed
"""
import json
import pathlib
import re
import sys

from api_schema import Schemas, at_pointer, load

METHODS = ("get", "put", "post", "patch", "delete")
ROLES = {"public", "participant", "hub", "operator", "auditor", "regulator"}
STEP = {"step", "example", "as", "path", "query", "headers", "ifMatch", "advance", "status", "repeat",
        "poll", "capture", "identity", "etag", "any", "match", "beside"}
ID = re.compile(r"^[OCRPTKWXH]-[0-9A-Za-z]{1,24}$")
# They make nothing, or have a key for each of their items.
WITHOUT_KEY = {"quoteOrder", "submitOrders", "bringLog"}
# What they say never changes, is the clock's, or has a way of its own to say from when on.
WITHOUT_AS_OF = {"readLog", "proveOrder", "getRoundPrices", "getRoundSlots", "getRoundBook",
                 "getRoundCertificate", "getCalendar", "readJournal", "streamEvents",
                 "getOperation", "getMe", "getHealth", "getReadiness",
                 "getMetrics"}
# Where the sources list codes, and after which text.
CODE_SOURCES = {"src/tongsuan/exchange/codes.cc": "code_name(", "src/tongsuan/access/denial.cc":
                "code_name(", "src/tongsuan/net/problem.h": "docs/http.md"}
NO_CODES = {"done", "unknown"}


class Operation:
    def __init__(self, path, item, method):
        self.path, self.method, self.body = path, method, item[method]
        self.id = self.body.get("operationId", f"{method} {path}")
        self.parameters = item.get("parameters", []) + self.body.get("parameters", [])


class Lint:
    def __init__(self, root, document):
        self.root, self.document, self.faults = root, document, []
        self.sent = Schemas(document, strict=False)
        self.strict = Schemas(document, strict=True)
        self.codes = document["x-problem-codes"]
        self.operations = [Operation(path, item, method) for path, item in document["paths"].items()
                           for method in METHODS if method in item]

    def fault(self, where, what):
        self.faults.append(f"{where}: {what}")

    def resolved(self, value):
        return self.sent.resolve(value["$ref"]) if "$ref" in value else value

    # ---- References

    def check_references(self):
        used = set()
        self.walk_references(self.document, "", used)
        for kind, parts in self.document["components"].items():
            if kind == "securitySchemes":
                continue
            for name in parts:
                if f"#/components/{kind}/{name}" not in used:
                    self.fault(f"components/{kind}", f"nothing uses {name}")

    def walk_references(self, value, where, used):
        if isinstance(value, list):
            for index, inner in enumerate(value):
                self.walk_references(inner, f"{where}/{index}", used)
        if not isinstance(value, dict):
            return
        for name, inner in value.items():
            if name == "$ref":
                used.add(inner)
                try:
                    self.sent.resolve(inner)
                except KeyError:
                    self.fault(where, f"{inner} is not there")
            else:
                self.walk_references(inner, f"{where}/{name}", used)

    # ---- Operations

    def check_operation(self, operation):
        body = operation.body
        roles = body.get("x-roles", [])
        if not roles or not set(roles) <= ROLES:
            self.fault(operation.id, f"x-roles {roles} are not some of {sorted(ROLES)}")
        if ("public" in roles) != ({} in body.get("security", [])):
            self.fault(operation.id, "x-roles has public where security allows nobody, or the other way")
        self.check_codes(operation)
        parameters = [self.resolved(parameter) for parameter in operation.parameters]
        names = {parameter["name"] for parameter in parameters}
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        if in_path != set(re.findall(r"{(\w+)}", operation.path)):
            self.fault(operation.id, "its path parameters are not those of its path")
        wants_key = operation.method != "get" and operation.id not in WITHOUT_KEY
        if wants_key != ("Idempotency-Key" in names):
            self.fault(operation.id, "Idempotency-Key is missing, or too much")
        wants_as_of = operation.method == "get" and operation.id not in WITHOUT_AS_OF
        if wants_as_of != ("asOf" in names):
            self.fault(operation.id, "asOf is missing, or too much")

    def check_codes(self, operation):
        responses = operation.body["responses"]
        for code in operation.body.get("x-codes", ["(x-codes is missing)"]):
            if code not in self.codes:
                self.fault(operation.id, f"{code} is not one of x-problem-codes")
            elif str(self.codes[code]["status"]) not in responses:
                self.fault(operation.id, f"{code} has status {self.codes[code]['status']}, which is no response")
        if "default" not in responses:
            self.fault(operation.id, "there is no default response")
        stated = {str(self.codes[code]["status"]) for code in operation.body.get("x-codes", [])
                  if code in self.codes}
        for status in responses:
            if status in ("404", "409", "412", "422", "402", "428") and status not in stated:
                self.fault(operation.id, f"no code has the status {status} of its responses")

    # ---- Examples

    def check_examples(self, operation):
        body = operation.body.get("requestBody")
        if body:
            self.check_media(f"{operation.id} body", body["content"], self.sent)
        for status, response in operation.body["responses"].items():
            response = self.resolved(response)
            self.check_media(f"{operation.id} {status}", response.get("content", {}), self.strict)

    def check_media(self, where, content, schemas):
        for kind, media in content.items():
            for name, example in media.get("examples", {}).items():
                value = example["value"]
                for fault in schemas.faults(media["schema"], value):
                    self.fault(f"{where} example {name}", fault)
                if kind == "text/event-stream":
                    self.check_stream(f"{where} example {name}", media["x-event-schema"], value)
                if kind == "application/problem+json":
                    self.check_problem(f"{where} example {name}", value)
                for item in value.get("results", []) if isinstance(value, dict) else []:
                    if "problem" in item:
                        self.check_problem(f"{where} example {name}", item["problem"])

    def check_problem(self, where, problem):
        row = self.codes.get(problem["code"])
        if row is None or row["status"] != problem["status"] or row["says"] != problem["title"]:
            self.fault(where, f"{problem['code']} is listed with another status or title")

    def check_stream(self, where, schema, text):
        for event in stream_events(text):
            for fault in self.strict.faults(schema, event["data"]):
                self.fault(where, fault)
            if event["event"] != event["data"]["type"]:
                self.fault(where, f"event: {event['event']} is not the type of its data")

    # ---- Codes of the sources

    def check_sources(self):
        for name, begin in CODE_SOURCES.items():
            path = self.root / name
            if not path.exists():
                continue
            text = path.read_text(encoding="utf-8").split(begin, 1)[-1]
            for code in re.findall(r'"([a-z]+(?:[-_][a-z]+)*)"', text):
                if code.replace("_", "-") not in self.codes and code not in NO_CODES:
                    self.fault(name, f"{code} is not one of x-problem-codes")

    def run(self):
        self.check_references()
        if self.faults:
            return self.faults  # the rest needs them
        ids = [operation.id for operation in self.operations]
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            self.fault(name, "two operations have this id")
        for operation in self.operations:
            self.check_operation(operation)
            self.check_examples(operation)
        for hook in self.document["webhooks"].values():
            self.check_media("webhook", hook["post"]["requestBody"]["content"], self.strict)
        self.check_sources()
        Replay(self).run()
        return self.faults


def stream_events(text):
    """Events of a text/event-stream example: name, id and data."""
    events = []
    for frame in filter(None, text.strip().split("\n\n")):
        fields = dict(line.split(": ", 1) for line in frame.split("\n"))
        events.append({"event": fields["event"], "id": fields.get("id"),
                       "data": json.loads(fields["data"])})
    return events


class Replay:
    """Goes through the steps in their order, without a server."""

    def __init__(self, lint):
        self.lint = lint
        self.captured = {"P-0"}
        self.etags = set()
        self.identities = dict(lint.document["x-replay-setup"]["identities"])

    def run(self):
        steps = []
        for operation in self.lint.operations:
            if not operation.body.get("x-replay"):
                self.lint.fault(operation.id, "no step plays it")
            steps += [(step["step"], operation, step) for step in operation.body.get("x-replay", [])]
        numbers = [number for number, _, _ in steps]
        for number in sorted({number for number in numbers if numbers.count(number) > 1}):
            self.lint.fault(f"step {number}", "two steps have this number")
        for _, operation, step in sorted(steps, key=lambda entry: entry[0]):
            self.check(operation, step)

    def check(self, operation, step):
        where = f"{operation.id} step {step['step']}"
        for member in sorted(set(step) - STEP):
            self.lint.fault(where, f"there is no member {member}")
        self.check_parameters(where, operation, step)
        body = self.example(where, operation.body.get("requestBody"), step)
        response = operation.body["responses"].get(str(step["status"]))
        if response is None:
            self.lint.fault(where, f"{step['status']} is no response")
            return
        reply = self.example(where, self.lint.resolved(response), step)
        if reply is None:
            self.lint.fault(where, f"response {step['status']} has no example {step['example']}")
            return
        self.check_caller(where, operation, step)
        self.check_uses(where, [step.get("path"), step.get("query"), body], "sends")
        self.take(where, step, body, reply)
        if step.get("match") != "events":
            self.check_uses(where, [without(reply, step.get("any", []))], "expects")

    def check_parameters(self, where, operation, step):
        parameters = [self.lint.resolved(parameter) for parameter in operation.parameters]
        for place, member in (("path", "path"), ("query", "query"), ("header", "headers")):
            known = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == place}
            given = dict(step.get(member, {}))
            if place == "header" and "ifMatch" in step:
                given["If-Match"] = '"0"'
                if step["ifMatch"] != "current" and step["ifMatch"] not in self.etags:
                    self.lint.fault(where, f"no earlier step keeps the ETag {step['ifMatch']}")
            for name in sorted(set(given) - set(known)):
                self.lint.fault(where, f"the operation has no {place} parameter {name}")
            for name, parameter in known.items():
                if parameter.get("required") and name not in given:
                    self.lint.fault(where, f"{name} is missing")
                elif name in given:
                    for fault in self.lint.sent.faults(parameter["schema"], given[name]):
                        self.lint.fault(where, f"{name}{fault}")

    def example(self, where, holder, step):
        if not holder:
            return None
        for media in holder.get("content", {}).values():
            if step["example"] in media.get("examples", {}):
                return media["examples"][step["example"]]["value"]
        if "required" in holder:
            self.lint.fault(where, f"the body has no example {step['example']}")
        return None

    def check_caller(self, where, operation, step):
        roles = operation.body.get("x-roles", [])
        caller = step.get("as")
        if caller is not None and caller not in self.identities:
            self.lint.fault(where, f"nobody is called {caller} yet")
        elif step["status"] < 400:
            role = "public" if caller is None else self.identities[caller]
            if role not in roles and "public" not in roles:
                self.lint.fault(where, f"{caller} has the role {role}, which may not")

    def check_uses(self, where, values, verb):
        for text in strings(values):
            if ID.match(text) and text not in self.captured:
                self.lint.fault(where, f"{verb} {text}, which no earlier step has captured")

    def take(self, where, step, body, reply):
        for pointer in step.get("capture", []) + list(step.get("poll", {})):
            try:
                value = at_pointer(reply, pointer)
            except KeyError:
                self.lint.fault(where, f"the example has nothing at {pointer}")
                continue
            if pointer in step.get("capture", []):
                if value in self.captured:
                    self.lint.fault(where, f"{value} is captured twice")
                self.captured.add(value)
        if "identity" in step:
            self.identities[step["identity"]["name"]] = body["role"]
        if "etag" in step:
            self.etags.add(step["etag"])


def strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def without(value, pointers, here=""):
    """A copy of the value that lacks what the pointers lead to."""
    def left_out(pointer):
        return any(re.fullmatch(re.escape(p).replace(r"\*", "[0-9]+"), pointer) for p in pointers)
    if isinstance(value, dict):
        return {name: without(inner, pointers, f"{here}/{name}") for name, inner in value.items()
                if not left_out(f"{here}/{name}")}
    if isinstance(value, list):
        return [without(inner, pointers, f"{here}/{index}") for index, inner in enumerate(value)
                if not left_out(f"{here}/{index}")]
    return value


def main(root):
    try:
        faults = Lint(pathlib.Path(root), load(f"{root}/api/openapi.yaml")).run()
    except ValueError as error:
        faults = [f"api/openapi.yaml: {error}"]
    print("\n".join(faults) or "api ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
