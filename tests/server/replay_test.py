#!/usr/bin/env python3
"""Plays every example of api/openapi.yaml against a server, as api/README.md says.

usage: replay_test.py TONGSUAND TONGSUAN ROOT
"""
import json
import pathlib
import re
import sys
import threading
import time
import urllib.parse

from harness import Daemon, Peer, authorization, national_places, temporary

ROOT = pathlib.Path(sys.argv[3])
sys.path.insert(0, str(ROOT / "tools"))
from api_schema import Schemas, at_pointer, load  # noqa: E402

METHODS = ("get", "post", "put", "patch", "delete")


def swapped(value, stands):
    """The value with what examples stand for in its place."""
    if isinstance(value, dict):
        return {name: swapped(inner, stands) for name, inner in value.items()}
    if isinstance(value, list):
        return [swapped(inner, stands) for inner in value]
    return stands.get(value, value) if isinstance(value, str) else value


def strings(value):
    if isinstance(value, dict):
        return {text for inner in value.values() for text in strings(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in strings(inner)}
    return {value} if isinstance(value, str) else set()


class Compare:
    def __init__(self, any_pointers):
        self.any = [re.compile(re.escape(p).replace(r"\*", "[0-9]+")) for p in any_pointers]

    def free(self, here):
        return any(pattern.fullmatch(here) for pattern in self.any)

    def exact(self, expected, got, here=""):
        if self.free(here):
            return None
        if isinstance(expected, dict) and isinstance(got, dict):
            if set(expected) != set(got):
                return f"{here}: members {sorted(got)} instead of {sorted(expected)}"
            return first(self.exact(expected[name], got[name], f"{here}/{name}") for name in expected)
        if isinstance(expected, list) and isinstance(got, list):
            if len(expected) != len(got):
                return f"{here}: {len(got)} items instead of {len(expected)}"
            return first(self.exact(one, other, f"{here}/{at}")
                         for at, (one, other) in enumerate(zip(expected, got)))
        return None if expected == got else f"{here}: {got!r} instead of {expected!r}"

    def subset(self, expected, got, here=""):
        if self.free(here):
            return None
        if isinstance(expected, dict) and isinstance(got, dict):
            for name in expected:
                if name not in got:
                    return None if self.free(f"{here}/{name}") else f"{here}: no member {name}: {got}"
            return first(self.subset(expected[name], got[name], f"{here}/{name}")
                         for name in expected if name in got)
        if isinstance(expected, list) and isinstance(got, list):
            return self.in_order(expected, got, here)
        return None if expected == got else f"{here}: {got!r} instead of {expected!r}"

    def in_order(self, expected, got, here):
        at = 0
        for index, one in enumerate(expected):
            faults = []
            while at < len(got):
                fault = self.subset(one, got[at], f"{here}/{index}")
                at += 1
                if fault is None:
                    break
                faults.append(fault)
            else:
                return faults[0] if len(faults) == 1 else f"{here}/{index}: is not there: {faults[:3]}"
        return None


def first(faults):
    return next((fault for fault in faults if fault is not None), None)


class Player:
    def __init__(self, document, daemon):
        self.document, self.daemon = document, daemon
        self.schemas = Schemas(document, strict=False)
        self.peer = Peer(daemon.port)
        self.stands, self.unknown, self.etags = {}, set(), {}
        self.identities = {name: name for name in document["x-replay-setup"]["identities"]}
        self.faults, self.slow, self.played, self.planned = [], [], 0, 0

    def resolved(self, value):
        return self.schemas.resolve(value["$ref"]) if "$ref" in value else value

    def steps(self):
        steps = []
        for path, item in self.document["paths"].items():
            for method in METHODS:
                for step in item.get(method, {}).get("x-replay", []):
                    steps.append((step["step"], path, item, method, step))
        return sorted(steps, key=lambda entry: entry[0])

    def run(self):
        waiting = []  # [steps that are left, thread]: what is answered by what comes after it
        for number, path, item, method, step in self.steps():
            if "beside" in step:
                aside = Player(self.document, self.daemon)
                aside.__dict__.update(self.__dict__, peer=Peer(self.daemon.port))
                thread = threading.Thread(target=aside.play_step, args=(number, path, item, method, step))
                thread.start()
                self.played += 1
                waiting.append([step["beside"], thread])
                continue
            self.play_step(number, path, item, method, step)
            for one in waiting:
                one[0] -= 1
                if one[0] == 0:
                    one[1].join()
        for _, thread in waiting:
            thread.join()
        return self.faults

    def play_step(self, number, path, item, method, step):
        begun = time.monotonic()
        fault = self.play(path, item, method, step)
        if time.monotonic() - begun > 1:
            self.slow.append(f"step {number} took {time.monotonic() - begun:.1f} s")
        if fault is not None:
            self.faults.append(f"step {number} {item[method]['operationId']} {step['example']}: {fault}")

    @staticmethod
    def example(holder, name):
        for media, content in holder.get("content", {}).items():
            if name in content.get("examples", {}):
                return media, content, content["examples"][name]["value"]
        return None, None, None

    def target(self, path, item, step):
        values = swapped(step.get("path", {}), self.stands)
        path = re.sub(r"{(\w+)}", lambda match: urllib.parse.quote(values[match[1]]), path)
        query = urllib.parse.urlencode(swapped(step.get("query", {}), self.stands))
        base = "" if "servers" in item else "/v1"
        return base + path + ("?" + query if query else "")

    def play(self, path, item, method, step):
        operation = item[method]
        _, _, body = self.example(self.resolved(operation.get("requestBody", {})), step["example"])
        if self.unknown & strings([step.get("path"), step.get("query"), body]):
            return None  # it needs what something planned would have made
        self.played += 1
        if "advance" in step:
            self.daemon.advance(step["advance"])
        target, body = self.target(path, item, step), swapped(body, self.stands)
        headers = dict(step.get("headers", {}))
        if "ifMatch" in step:
            headers["If-Match"] = self.etag(step, target)
        identity = self.identities.get(step.get("as"))
        response = self.resolved(operation["responses"][str(step["status"])])
        media, content, expected = self.example(response, step["example"])
        expected = swapped(expected, self.stands)
        if step.get("match") == "events":
            return self.compare_events(target, identity, headers, expected, step)
        end = time.monotonic() + 10
        while True:
            replies = [self.peer.ask(method.upper(), target, identity, body, headers)
                       for _ in range(step.get("repeat", 1))]
            status, got_headers, data = replies[0]
            if status == 501 and operation.get("x-stage") == "planned":
                return self.note_planned(step, expected)
            fault = self.compare(step, status, data, (media, content, expected))
            polled = "poll" not in step or (fault is None and self.has(data, step["poll"]))
            if polled or time.monotonic() > end:
                break
            time.sleep(0.02)
        if fault is None and any(reply[2] != data or reply[0] != status for reply in replies):
            fault = f"sent again it answers {replies[-1][2]!r} instead of {data!r}"
        if fault is None:
            self.keep(step, data, expected, got_headers)
        return fault

    @staticmethod
    def has(data, poll):
        reply = json.loads(data)
        return all(at_pointer(reply, pointer) == value for pointer, value in poll.items())

    def etag(self, step, target):
        if step["ifMatch"] != "current":
            return self.etags.get(step["ifMatch"], '"0"')
        return self.peer.ask("GET", target, self.identities[step["as"]])[1].get("ETag", '"0"')

    def note_planned(self, step, expected):
        self.planned += 1
        for pointer in step.get("capture", []):
            self.unknown.add(at_pointer(expected, pointer))
        return None

    def compare(self, step, status, data, wanted):
        media, content, expected = wanted
        if status != step["status"]:
            return f"answers {status} {data.decode(errors='replace')[:600]}"
        if step.get("match") == "starts":
            return None if data.decode().startswith(expected) else f"begins with {data[:60]!r}"
        got = json.loads(data)
        faults = self.schemas.faults(content["schema"], got)
        if faults:
            return f"does not fit its schema ({media}): {faults[0]}"
        compare = Compare(step.get("any", []) + step.get("capture", []))
        return getattr(compare, step.get("match", "exact"))(expected, got)

    def keep(self, step, data, expected, headers):
        if step.get("match") == "starts":
            return
        reply = json.loads(data)
        for pointer in step.get("capture", []):
            self.stands[at_pointer(expected, pointer)] = at_pointer(reply, pointer)
        if "identity" in step:
            made = step["identity"]
            self.identities[made["name"]] = (at_pointer(reply, made["key"]),
                                             at_pointer(reply, made["secret"]))
        if "etag" in step:
            self.etags[step["etag"]] = headers["ETag"]

    def compare_events(self, target, identity, headers, expected, step):
        wanted = [json.loads(line[6:]) for line in expected.split("\n") if line.startswith("data: ")]
        wanted = swapped(wanted, self.stands)
        schema = self.document["paths"]["/stream"]["get"]["responses"]["200"]["content"]
        schema = schema["text/event-stream"]["x-event-schema"]
        compare = Compare(step.get("any", []))
        peer = Peer(self.daemon.port)
        peer.connection.request("GET", target, None, headers | {
            "Authorization": authorization(identity, "GET", target, b"")})
        reply = peer.connection.getresponse()
        if reply.status != step["status"]:
            return f"answers {reply.status} {reply.read()!r}"
        while wanted:
            line = reply.readline().decode()
            if not line:
                return f"the stream ends before {wanted[0]}"
            if not line.startswith("data: "):
                continue
            got = json.loads(line[6:])
            faults = self.schemas.faults(schema, got)
            if faults:
                return f"{got} is no event: {faults[0]}"
            if compare.subset(wanted[0], got) is None:
                wanted.pop(0)
        peer.connection.close()
        return None


def main():
    document = load(str(ROOT / "api/openapi.yaml"))
    with temporary() as folder:
        daemon = Daemon(sys.argv[1], national_places(sys.argv[2], folder), folder)
        made = daemon.init()
        if made.returncode != 0:
            print(made.stderr)
            return 1
        daemon.start()
        try:
            player = Player(document, daemon)
            faults = player.run()
        finally:
            status, log = daemon.stop()
        if status != 0:
            faults.append(f"tongsuand ends with {status}")
        if faults:
            print(log, *player.slow, sep="\n")
        print("\n".join(faults) or f"{player.played} steps, {player.planned} of them planned")
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
