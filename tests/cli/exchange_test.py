#!/usr/bin/env python3
"""Commands that talk to an exchange, against one in this process that answers the examples of the interface.

usage: exchange_test.py TONGSUAN SOURCE_FOLDER
"""
import base64
import csv
import io
import json
import os
import pathlib
import pty
import re
import signal
import ssl
import stat
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from decimal import Decimal

from harness import TONGSUAN, CommandTest, environment, main, run

SOURCE = pathlib.Path(sys.argv[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "clients/python/tests"))
from fake_exchange import DOCUMENT, METHODS, FakeExchange, answer  # noqa: E402
from api_schema import Schemas  # noqa: E402

JOB = """name: hello
resources: {accelerators: {H800: 8}}
market: {work: 2h, limit: 6.00 CNY/gpu-h}
run: python hello.py
"""
SCRIPT = """#!/bin/bash
#SBATCH --job-name=night
#SBATCH -N 2
#SBATCH --gres=gpu:H800:8
#SBATCH --time=1:00:00
#TONGSUAN limit: 5.00 CNY/gpu-h
srun train
"""


class Interface:
    """Which operation a request is, what the interface says about it, and its first good example."""

    def __init__(self):
        self.schemas = Schemas(DOCUMENT, strict=False)
        self.operations = []
        for path, item in DOCUMENT["paths"].items():
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(("" if item.get("servers") else "/v1") + path))
            for method in METHODS:
                if method in item:
                    self.operations.append((method.upper(), re.compile(pattern + "$"), item, item[method]))

    def of(self, request):
        for method, pattern, item, operation in self.operations:
            if method == request.method and pattern.match(request.path):
                return item, operation
        raise AssertionError(f"no operation: {request.method} {request.path}")

    def parameters(self, item, operation):
        return [self.schemas.resolve(each["$ref"]) if "$ref" in each else each
                for each in item.get("parameters", []) + operation.get("parameters", [])]

    def faults(self, request):
        item, operation = self.of(request)
        parameters = self.parameters(item, operation)
        known = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
        found = [f"unknown parameter {name}" for name in request.query if name not in known]
        for name, value in request.query.items():
            schema = known.get(name, {})
            if schema.get("type") not in ("integer", "boolean"):
                found += self.schemas.faults(schema, value, name)
        needs_key = any(each["name"] == "Idempotency-Key" for each in parameters)
        if needs_key != ("Idempotency-Key" in request.headers):
            found.append("Idempotency-Key")
        body = operation.get("requestBody")
        if (body is not None) != bool(request.body):
            found.append("body")
        elif body is not None:
            schema = body["content"]["application/json"]["schema"]
            found += self.schemas.faults(schema, json.loads(request.body))
        return found

    def reply(self, request):
        _, operation = self.of(request)
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                continue
            for media, content in response.get("content", {}).items():
                value = next(iter(content["examples"].values()))["value"]
                data = value if isinstance(value, str) else json.dumps(value)
                return int(status), media, data.encode(), {"ETag": '"7"', "Tongsuan-Sequence": "12"}
        return 200, "application/json", b"{}", {}

    def example(self, name):
        """Of the first good reply of an operation."""
        for _, _, _, operation in self.operations:
            if operation["operationId"] == name:
                good = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
                return next(iter(good["content"]["application/json"]["examples"].values()))["value"]
        raise KeyError(name)


INTERFACE = Interface()


def problem(code, **headers):
    says = DOCUMENT["x-problem-codes"][code]
    return answer({"title": says["says"], "status": says["status"], "code": code, "detail": "with 3.00 CNY",
                   "param": "/limit", "try": says["try"]}, says["status"], **headers)


class ExchangeTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.home = self.folder / "home"
        self.home.mkdir()
        self.job = self.folder / "job.yaml"
        self.job.write_text(JOB, encoding="utf-8")

    def fake(self, *answers):
        fake = FakeExchange(*(answers or [INTERFACE.reply]))
        self.addCleanup(fake.__exit__)
        return fake

    def settings(self, fake, **more):
        return {"HOME": str(self.home), "TONGSUAN_SERVER": fake.url, "TONGSUAN_TIMEOUT": "5", **more}

    def log_in(self, fake, token="dev-team-nlp"):
        folder = self.home / ".config/tongsuan"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "credentials"
        file.touch(mode=0o600)
        file.write_text(f'["{fake.url}"]\ntoken = "{token}"\n', encoding="utf-8")
        return file

    def ask(self, fake, *arguments, **more):
        return run(*arguments, cwd=self.folder, **self.settings(fake, **more))

    def start(self, fake, *arguments, **more):
        """A command that goes on; it does not outlive a test that fails."""
        process = subprocess.Popen([TONGSUAN, *arguments], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment(**self.settings(fake, **more)))
        watchdog = threading.Timer(20, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def pending(self):
        return list(self.home.glob(".local/state/tongsuan/pending/*"))


class Logs(ExchangeTest):
    """What a job says, whose whole is `said`; of it the exchange has what comes from `kept` on."""

    def setUp(self):
        super().setUp()
        self.said, self.kept, self.ended, self.problems = b"", 0, True, []
        self.exchange = self.fake(self.serve)
        self.log_in(self.exchange)

    def serve(self, request):
        self.assertEqual(INTERFACE.faults(request), [])
        if self.problems:
            return problem(self.problems.pop(0))(request)
        size = len(self.said)
        at = max(self.kept, size - int(request.query.get("tail", 0)))
        if "from" in request.query:
            at = int(request.query["from"])
            at = max(self.kept, at if at <= size else 0)
        data = self.said[at:at + 65536]
        text = base64.urlsafe_b64encode(data).decode().rstrip("=")
        return answer({"contract": "C-4", "stream": request.query["stream"], "offset": at, "size": size,
                       "ended": self.ended, "bytes": text})(request)

    def raw(self, *arguments):
        return subprocess.run([TONGSUAN, "logs", *arguments], cwd=self.folder, capture_output=True, timeout=60,
                              env=environment(**self.settings(self.exchange)))

    def test_bytes_come_as_they_are(self):
        self.said = bytes(range(256)) * 300
        self.assertEqual(self.raw("C-4").stdout, self.said[-65536:])
        self.assertEqual(self.raw("C-4", "--tail", "3").stdout, self.said[-3:])
        self.assertEqual(self.raw("C-4", "--tail", "0").stdout, b"")
        self.assertEqual(self.raw("C-4", "--tail", "70000").stdout, self.said[-70000:])
        self.assertEqual(self.raw("C-4", "--tail", "1000000", "-f").stdout, self.said)
        self.assertEqual(self.exchange.requests[-1].query["stream"], "stdout")
        self.assertEqual(self.raw("c-4", "--stderr").returncode, 0)
        self.assertEqual(self.exchange.requests[-1].query["stream"], "stderr")

    def test_a_terminal_is_not_steered(self):
        self.said = "损失 0.5\x1b]0;title\x07\x1b[2J\r".encode() + b"\x9b1m\n"
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        done = subprocess.run([TONGSUAN, "logs", "C-4"], cwd=self.folder, stdout=follower, timeout=60,
                              stderr=subprocess.PIPE, env=environment(**self.settings(self.exchange)))
        os.close(follower)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.read(leader, 4096).decode(), "损失 0.5?]0;title??[2J\r\n?1m\r\n")

    def test_following_shows_everything_once(self):
        self.said, self.ended = b"one\n", False
        process = self.start(self.exchange, "logs", "C-4", "-f")
        self.assertEqual(process.stdout.readline(), "one\n")
        self.problems = ["agent-away", "unavailable"]
        self.said += b"two\n"
        self.assertEqual(process.stdout.readline(), "two\n")
        self.said += b"three\n"
        self.ended = True
        self.assertEqual(process.stdout.read(), "three\n")
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertIn("going on from byte 4", process.stderr.read())

    def test_following_says_what_is_missing(self):
        self.said, self.ended = b"one\n", False
        process = self.start(self.exchange, "logs", "C-4", "-f")
        self.assertEqual(process.stdout.readline(), "one\n")
        self.said, self.kept, self.ended = b"one\nlost\nend\n", 9, True
        self.assertEqual(process.stdout.read(), "end\n")
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertIn("5 bytes before this are not kept", process.stderr.read())

    def test_following_notices_that_it_begins_anew(self):
        self.said, self.ended = b"a first attempt\n", False
        process = self.start(self.exchange, "logs", "C-4", "-f", "--lang", "zh")
        self.assertEqual(process.stdout.readline(), "a first attempt\n")
        self.said, self.ended = b"second\n", True
        self.assertEqual(process.stdout.read(), "second\n")
        self.assertIn("重新开始", process.stderr.read())

    def test_ctrl_c_says_how_to_go_on(self):
        self.said, self.ended = b"one\n", False
        process = self.start(self.exchange, "logs", "C-4", "-f", "--stderr")
        self.assertEqual(process.stdout.readline(), "one\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=20), 130)
        self.assertIn("try: tongsuan logs C-4 --stderr -f", process.stderr.read())

    def test_refusals_say_what_to_try(self):
        for code, status, words in (("no-agent", 9, "tongsuan hubs"), ("agent-away", 7, "tongsuan logs C-4"),
                                    ("no-output", 4, "tongsuan contracts"), ("unknown", 4, "")):
            self.problems = [code]
            done = self.ask(self.exchange, "logs", "C-4")
            self.assert_failure(done, status, code)
            self.assertIn(words, done.stderr)
        self.problems = ["no-agent"]
        self.assertIn("没有代理", self.ask(self.exchange, "logs", "C-4", "-f", "--lang", "zh").stderr)
        for words in ((), ("C-4", "C-5"), ("C-4", "--tail", "x"), ("C-4", "--tail", "-1"), ("O-4",)):
            self.assert_failure(self.ask(self.exchange, "logs", *words), 2, "usage")

    def test_a_strange_answer_is_no_output(self):
        fake = self.fake(answer({"offset": 0, "size": 3, "ended": True, "bytes": "YWJ="}))
        self.log_in(fake)
        done = self.ask(fake, "logs", "C-4")
        self.assert_failure(done, 1, "strange-answer")
        self.assertEqual(done.stdout, "")


class Requests(ExchangeTest):
    def test_every_command_asks_what_the_interface_has(self):
        fake = self.fake()
        self.log_in(fake)
        script = self.folder / "job.sh"
        script.write_text(SCRIPT, encoding="utf-8")
        for words in ("submit job.yaml", "sbatch job.sh", "quote job.yaml", "orders --state waiting --hub guian",
                      "quote --from O-1 --limit 7 --window 2026-04-13T09:00+08:00..2026-04-14", "why o-1",
                      "squeue -o json", "cancel O-2", "amend O-1 --limit 6.3 --deadline 2026-04-15 --hubs guian",
                      "market", "market rounds", "market classes -o csv", "market calendar", "sinfo -o wide",
                      "market slots", "market slots r-1 --hub guian --class Ascend910B -o csv",
                      "offer", "offer guian H800 3.80", "offer guian H800 --steps 8@3.80,16@4", "contracts --state running", "ledger", "ledger transfers",
                      "ledger trial-balance", "ledger --participant P-1", "bill --participant P-1 --month 2026-12",
                      "bill --participant p-1 --by line", "bill --participant P-1 --csv - --from 2026-04-13", "bill --participant P-1 --html page.html --lang zh",
                      "sacct --participant P-1 --from 2026-04-13 --purpose margin -o yaml", "doctor",
                      "admin participants", "admin participants team-nlp --role participant --overdraft 10",
                      "admin keys P-1", "admin keys P-1 --role hub --expires 2027-04-13", "admin revoke K-fedcba9876543210",
                      "admin halt hub guian", "admin resume market", "admin rules", "admin rules lockSeconds 30",
                      "admin deposit P-1 50000 20260413001", "admin withdraw P-1 1.5 2", "admin supplier guian P-2",
                      "admin close-gate", "contracts resales", "contracts resell C-1 --devices 4",
                      "contracts resell c-1 --devices 4 --from 2026-04-13T09:00+08:00 --ask 3", "market closures",
                      "orders O-1", "orders o-1 O-2 -o json", "contracts C-1", "contracts list c-1", "amend O-1 --name night",
                      "contracts resales off --participant P-1", "contracts resales on --participant p-1",
                      "logs C-40", "logs c-40 --stderr --tail 100",
                      "admin calendar", "admin calendar clear", "admin rules takeOrPayPpm 0",
                      "admin calendar 2026-05-01..2026-05-02 holiday --no-dispatch"):
            fake.requests.clear()
            done = self.ask(fake, *words.split())
            self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}{done.stderr}")
            self.assertTrue(fake.requests, words)
            for request in fake.requests:
                self.assertEqual(INTERFACE.faults(request), [], f"{words}: {request.method} {request.target}")
        self.assertEqual(self.pending(), [])

    def test_every_documented_job_is_sent_and_quoted(self):
        fake = self.fake()
        self.log_in(fake)
        text = (SOURCE / "docs/jobfile.md").read_text(encoding="utf-8")
        kinds = set()
        for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
            self.job.write_text(block, encoding="utf-8")
            for command in ("submit", "quote"):
                fake.requests.clear()
                done = self.ask(fake, command, "job.yaml", "--work", "1h", "--limit", "6")
                self.assertEqual(done.returncode, 0, f"{block}\n{done.stderr}")
                for request in fake.requests:
                    self.assertEqual(INTERFACE.faults(request), [], block)
                sent = json.loads(fake.requests[-1].body)
                kinds.add((sent.get("order") or sent)["kind"])
        self.assertEqual(kinds, {"block", "service", "options", "profile", "curve"})

    def test_a_slip_in_a_leg_has_its_place(self):
        fake = self.fake()
        self.log_in(fake)
        self.job.write_text("market:\n  legs:\n    - {hub: guian, class: H800, devices: 8, from: 2026-12-01, till: 1}\n",
                            encoding="utf-8")
        done = self.ask(fake, "submit", "job.yaml")
        self.assert_failure(done, 5, "invalid-job")
        self.assertIn('job.yaml:3:63: "market.legs.till" is not known', done.stderr)
        self.assertEqual(fake.requests, [])

    def test_formats_of_a_listing(self):
        fake = self.fake()
        self.log_in(fake)
        rows = json.loads(self.ask(fake, "orders", "-o", "json").stdout)
        value = INTERFACE.example("listOrders")["items"][0]["value"]
        self.assertEqual((rows[0]["id"], rows[0]["devices"]), ("O-1", 8))
        self.assertEqual(Decimal(rows[0]["value"].removesuffix(" CNY")), Decimal(value["amount"]))
        self.assertEqual(rows[0]["latest_start"], "2026-04-14T08:00:00+08:00")
        lines = self.ask(fake, "orders", "-o", "jsonl", "--columns", "id,state").stdout.splitlines()
        self.assertEqual(json.loads(lines[0]), {"id": "O-1", "state": "waiting"})
        table = list(csv.DictReader(io.StringIO(self.ask(fake, "hubs", TONGSUAN_OUTPUT="csv").stdout)))
        self.assertEqual(table[0]["hub"], "guian")
        self.assertEqual(self.ask(fake, "orders", "--filter", "value>1000000", "-o", "json").stdout, "[]\n")
        said = self.ask(fake, "market", "--lang", "zh").stdout
        self.assertIn("第 R-1 轮", said)
        slots = json.loads(self.ask(fake, "market", "slots", "R-1", "-o", "json").stdout)
        served = INTERFACE.example("getRoundSlots")["pools"][0]
        self.assertEqual([row["awarded"] for row in slots], served["awarded"])
        self.assertEqual(slots[1]["begins_at"], "2026-04-13T09:00:00+08:00")
        self.assertEqual(slots[0]["power"], served["power"][0] + " CNY")
        self.assert_failure(self.ask(fake, "market", "rounds", "--hub", "guian"), 2, "usage")
        self.assert_failure(self.ask(fake, "orders", "--sort", "price2"), 2, "usage")
        self.assert_failure(self.ask(fake, "orders", "--watch", "1", "-o", "json"), 2, "usage")

    def test_one_order_in_full(self):
        fake = self.fake()
        self.log_in(fake)
        first = self.ask(fake, "orders", "O-1", "-o", "json").stdout
        served = INTERFACE.example("getOrder")
        self.assertEqual(json.loads(first), served)
        two = json.loads(self.ask(fake, "squeue", "O-1", "o-1", "-o", "json").stdout)
        self.assertEqual(two, [served, served])
        self.assertEqual(self.ask(fake, "orders", "O-1", "1", "-o", "jsonl").stdout, first + first)
        rows = list(csv.DictReader(io.StringIO(self.ask(fake, "orders", "O-1", "-o", "csv").stdout)))
        self.assertEqual([row["id"] for row in rows], [served["id"]])
        self.assertEqual(self.ask(fake, "orders", "O-1", "--columns", "id", "-o", "json").stdout,
                         f'[\n  {{"id":"{served["id"]}"}}\n]\n')

    def test_one_order_for_people(self):
        money = {"amount": "12.50", "currency": "CNY"}
        part = {"id": "O-8", "state": "waiting", "ways": [], "block": {"hub": "guian", "price": money}}
        legs = [{"hub": "guian", "class": "H800", "devices": 4}, {"hub": "west", "class": "A", "devices": 2}]
        whole = {"id": "O-7", "name": "a\u001bb", "state": "awarded", "value": money, "hubs": [],
                 "options": [{"value": money, "legs": legs}], "steps": [{"devices": 3, "limit": money}],
                 "parts": ["O-8"], "contracts": ["C-1"], "later": {"new": True}}

        def serve(request):
            if request.path == "/v1/contracts":
                self.assertEqual(request.query["order"], "O-7")
                return answer({"asOf": "3", "items": [{"id": "C-1", "state": "ended", "paid": money}]})(request)
            return answer(part if request.path.endswith("O-8") else whole)(request)
        fake = self.fake(serve)
        self.log_in(fake)
        lines = self.ask(fake, "orders", "o-7").stdout.splitlines()
        told = [" ".join(line.split()) for line in lines]
        for line in ("id O-7", "name a?b", "state awarded", "value 12.50 CNY", "hubs -", "later.new true",
                     "options.0.value 12.50 CNY", "options.0.legs", "hub class devices", "guian H800 4",
                     "west A 2", "steps", "3 12.50 CNY", "parts O-8", "contracts C-1"):
            self.assertIn(line, told)
        self.assertTrue(any(line.startswith("O-8") and "guian" in line for line in told), told)
        self.assertTrue(any(line.startswith("C-1 ended") or line.startswith("C-1 ") for line in told[-1:]), told)

    def test_one_order_that_is_not_there(self):
        fake = self.fake(problem("unknown"))
        self.log_in(fake)
        self.assert_failure(self.ask(fake, "orders", "O-77"), 4, "unknown")
        self.assert_failure(self.ask(fake, "contracts", "C-77", "-o", "json"), 4, "unknown")
        for words in ("orders O-1 --state waiting", "orders O-!", "contracts C-1 --hub guian", "contracts resals",
                      "contracts list x!", "contracts resales maybe", "contracts resales on off"):
            self.assert_failure(self.ask(fake, *words.split()), 2, "usage")

    def test_one_contract_in_full(self):
        fake = self.fake()
        self.log_in(fake)
        served = INTERFACE.example("getContract")
        self.assertEqual(json.loads(self.ask(fake, "contracts", "C-1", "-o", "json").stdout), served)
        told = self.ask(fake, "contracts", "C-1").stdout
        self.assertIn(served["id"], told)
        self.assertIn("resales\n", told)

    def test_pages_are_joined(self):
        def page(request):
            token = request.query.get("pageToken")
            orders = [{"id": "O-2" if token else "O-1", "state": "waiting", "ways": []}]
            more = {} if token else {"nextPageToken": "next"}
            return answer({"asOf": "3", "items": orders, **more})(request)
        fake = self.fake(page)
        self.log_in(fake)
        said = self.ask(fake, "orders", "--columns", "id", "-o", "jsonl").stdout
        self.assertEqual(said, '{"id":"O-1"}\n{"id":"O-2"}\n')

    def test_a_job_without_a_limit_bids_the_price_of_the_market(self):
        fake = self.fake()
        self.job.write_text("resources: {accelerators: 'Ascend910B:8'}\nrun: x\n", encoding="utf-8")
        done = self.ask(fake, "submit", "job.yaml", "--work", "1h", "--dry-run")
        self.assertEqual(json.loads(done.stdout)["limit"]["currency"], "CNY", done.stderr)
        self.assertIn("Ascend910B", done.stderr)
        self.assert_failure(self.ask(fake, "submit", "job.yaml", "--dry-run"), 5, "invalid-job")


class Answers(ExchangeTest):
    """One test for each exit code that an exchange can bring about; a few codes more in each."""

    def code(self, code, exit_code, *arguments, attempt=None, **more):
        fake = self.fake(problem(code))
        self.log_in(fake)
        done = self.ask(fake, *(arguments or ["submit", "job.yaml"]), **more)
        self.assert_failure(done, exit_code, code)
        self.assertIn("with 3.00 CNY (/limit)", done.stderr)
        if attempt:
            self.assertEqual(self.try_line(done), attempt)
        return done

    def test_0(self):
        fake = self.fake()
        self.log_in(fake)
        done = self.ask(fake, "submit", "job.yaml")
        held = INTERFACE.example("submitOrder")["hold"]["amount"]
        self.assertEqual((done.returncode, done.stdout), (0, f"O-1 accepted; {held} CNY held until it ends\n"))
        self.assertEqual(json.loads(self.ask(fake, "submit", "job.yaml", "-o", "json").stdout)["id"], "O-1")
        self.assertEqual(fake.requests[0].headers["Authorization"], "Bearer dev-team-nlp")

    def test_1_unexpected(self):
        self.code("internal", 1, "orders")
        fake = self.fake(lambda request: (200, "application/json", b"[", {}))
        self.log_in(fake)
        self.assert_failure(self.ask(fake, "orders"), 1, "strange-answer")
        fake = self.fake(answer({"title": "Later", "status": 418, "code": "teapot", "try": "Tea"}, 418))
        self.log_in(fake)
        done = self.ask(fake, "orders")
        self.assert_failure(done, 1, "teapot")
        self.assertIn("Later", done.stderr)
        self.assertEqual(self.try_line(done), "Tea")

    def test_2_usage(self):
        self.code("bad-value", 2)
        fake = self.fake()
        self.log_in(fake)
        for words in ("quote", "why a b", "verify x", "cancel 'O 1'", "amend O-1", "offer guian", "offer guian H800 3 --steps 8@4",
                      "offer guian H800 --steps 8", "offer guian H800 --steps 8@x", "offer guian H800 --steps 0@4,8@5",
                      "offer guian H800 --steps 8@4,", "config set",
                      "config set servre x", "config set timeout 0", "submit job.yaml --wait-seconds 3",
                      "bill --month 2026-13", "bill --by day", "bill --by line --csv x", "bill --by contract --purpose cash", "bill --force",
                      "bill --csv - --html -", "bill --purpose cash --html x", "admin halt", "contracts resell C-1", "admin calendar tomorrow x", "admin deposit P-1 x 1", "admin rules speed 1",
                      "amend O-1 --window tomorrow", "orders --server nowhere", "events -f -o csv"):
            self.assert_failure(self.ask(fake, *words.split()), 2, "usage")
        done = self.ask(fake, "login", stdin="")
        self.assert_failure(done, 2, "usage")
        self.assertIn("--dev-token", done.stderr)
        self.assertIn('--work "2" has no unit', self.ask(fake, "submit", "job.yaml", "--work", "2").stderr)

    def test_3_configuration(self):
        self.code("unknown-key", 3, attempt="tongsuan login")
        self.code("forbidden", 3)
        fake = self.fake()
        self.assert_failure(run("orders", HOME=str(self.home)), 3, "no-server")
        credentials = self.log_in(fake)
        self.assert_failure(self.ask(fake, "orders", TONGSUAN_SERVER="http://127.0.0.1:1"), 3, "not-logged-in")
        credentials.chmod(0o644)
        done = self.ask(fake, "orders")
        self.assert_failure(done, 3, "bad-credentials")
        self.assertEqual(self.try_line(done), f"chmod 600 {credentials}")
        (self.folder / ".tongsuan.toml").write_text("timeout = 5\nservre = 'x'\n", encoding="utf-8")
        done = self.ask(fake, "market")
        self.assert_failure(done, 3, "bad-configuration")
        self.assertIn('.tongsuan.toml:2: there is no setting "servre"', done.stderr)

    def test_4_not_found(self):
        self.code("unknown", 4, "cancel", "O-7")
        for param, detail, attempt in (("/ways/0/class", "There is no class H200.", "tongsuan market classes"),
                                       ("/hubs/0", "There is no hub atlantis.", "tongsuan hubs"),
                                       ("round", "There is no round R-77.", "tongsuan market rounds"),
                                       ("", "Order O-77.", "tongsuan orders"),
                                       ("", "Contract C-77.", "tongsuan contracts")):
            fake = self.fake(answer({"status": 404, "code": "unknown", "detail": detail, "param": param}, 404))
            self.log_in(fake)
            self.assertEqual(self.try_line(self.ask(fake, "cancel", "O-77")), attempt)

    def test_5_rejected(self):
        done = self.code("no-money", 5, attempt="tongsuan ledger")
        self.assertIn("The account has not so much money: with 3.00 CNY", done.stderr)
        done = self.code("no-money", 5, TONGSUAN_LANG="zh")
        self.assertIn("账户没有这么多钱", done.stderr)
        self.assertEqual(self.pending(), [])

    def test_6_not_placed(self):
        why = {"round": "R-1", "indicative": True, "placed": False, "reason": "OUTBID", "hubs": [],
               "changes": [{"change": "--limit 7.91", "hub": "guian", "start": "2026-04-13T08:00:00+08:00",
                            "extraCost": {"amount": "157.00", "currency": "CNY"},
                            "payment": {"amount": "200.00", "currency": "CNY"}}]}
        fake = self.fake(answer(why))
        self.log_in(fake)
        done = self.ask(fake, "quote", "--from", "O-7F3M")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("try: tongsuan quote --from O-7F3M --limit 7.91", done.stdout)
        leg = {"hub": "guian", "class": "H800", "devices": 16, "from": "2026-04-13T20:00:00+08:00",
               "until": "2026-04-13T22:00:00+08:00", "price": {"amount": "5.25", "currency": "CNY"},
               "payment": {"amount": "168.00", "currency": "CNY"}}
        award = {"hub": "guian", "alternative": 1, "legs": [leg], "start": leg["from"], "end": leg["until"],
                 "payment": leg["payment"], "value": {"amount": "200.00", "currency": "CNY"}}
        fake = self.fake(answer(why | {"placed": True, "reason": "PLACED", "award": award}))
        self.log_in(fake)
        done = self.ask(fake, "quote", "--from", "O-7F3M")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"guian +H800 +16 +2026-04-13T20:00:00\+08:00 .* 5\.25 +168\.00")
        states = iter(["waiting", "waiting", "left"])
        fake = self.fake(lambda request: INTERFACE.reply(request) if request.method == "POST" else
                         answer({"id": "O-1", "state": next(states)})(request))
        self.log_in(fake)
        done = self.ask(fake, "submit", "job.yaml", "--wait", "-o", "json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["state"]), (6, "left"), done.stderr)
        self.assertEqual(done.stderr, "O-1 is waiting\nO-1 is left\n")

    def test_7_timeout_is_unknown_and_the_same_again_happens_once(self):
        fake = self.fake(None)
        self.log_in(fake)
        done = self.ask(fake, "submit", "job.yaml", TONGSUAN_TIMEOUT="1")
        self.assert_failure(done, 7, "no-answer-in-time")
        self.assertEqual(self.try_line(done), "tongsuan submit job.yaml")
        keys = {request.headers["Idempotency-Key"] for request in fake.requests}
        self.assertEqual((len(keys), len(self.pending())), (1, 1))
        self.assertEqual(stat.S_IMODE(self.pending()[0].stat().st_mode), 0o600)
        fake.answers = [INTERFACE.reply]
        fake.requests.clear()
        done = self.ask(fake, "submit", "job.yaml")
        self.assertEqual(done.returncode, 0)
        self.assertIn("an earlier request like this was not answered", done.stderr)
        self.assertEqual({request.headers["Idempotency-Key"] for request in fake.requests}, keys)
        self.assertEqual(self.pending(), [])

    def test_7_who_only_asked_has_nothing_in_doubt(self):
        fake = self.fake(None)
        self.log_in(fake)
        done = self.ask(fake, "market", "-q", TONGSUAN_TIMEOUT="1")
        self.assert_failure(done, 7, "no-answer-in-time")
        self.assertNotIn("happens once", done.stderr)

    def test_8_conflict(self):
        self.code("changed", 8, "cancel", "O-1")
        self.code("has-started", 8, "cancel", "O-1")

    def test_9_unavailable(self):
        fake = self.fake(problem("unavailable", **{"Retry-After": "9"}))
        self.log_in(fake)
        self.assert_failure(self.ask(fake, "orders"), 9, "unavailable")
        self.assertEqual(len(fake.requests), 1, "nine seconds are more than the five that it has")
        fake.__exit__()
        done = self.ask(fake, "orders", "-q")
        self.assert_failure(done, 9, "unreachable")
        self.assertEqual(self.try_line(done), "tongsuan doctor")

    def test_9_a_certificate_that_nobody_knows(self):
        paper, key = str(self.folder / "paper.pem"), str(self.folder / "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=localhost", "-keyout", key, "-out", paper], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(paper, key)
        fake = self.fake()
        fake.server.socket = context.wrap_socket(fake.server.socket, server_side=True)
        fake.url = fake.url.replace("http:", "https:")
        done = self.ask(fake, "market")
        self.assert_failure(done, 9, "unreachable")
        self.assertEqual(self.try_line(done), "tongsuan config set ca_file FILE")

    def test_9_comes_back(self):
        fake = self.fake(problem("rate-limited"), None, INTERFACE.reply)
        self.log_in(fake)
        done = self.ask(fake, "submit", "job.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("rate-limited: asking again in 0.1 s", done.stderr)

    def test_10_not_verified(self):
        round_1 = {"id": "R-1", "state": "cleared", "book": "0" * 64, "certificate": "0" * 64}
        fake = self.fake(answer(round_1), lambda request: (200, "text/plain", b"tongsuan-market 1\n", {}))
        self.assert_failure(self.ask(fake, "verify", "R-1"), 10, "other-bytes")

    def test_130_detaches(self):
        waits = lambda request: (INTERFACE.reply(request) if request.method == "POST" else
                                 answer({"id": "O-1", "state": "waiting"})(request))
        fake = self.fake(waits)
        self.log_in(fake)
        process = self.start(fake, "submit", "job.yaml", "--wait")
        for line in process.stderr:
            if "is waiting" in line:
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("detached; O-1 stays in the market [detached]", err)


class Login(ExchangeTest):
    def credentials(self):
        return self.home / ".config/tongsuan/credentials"

    def log_in_with(self, *arguments, stdin=None):
        return run("login", *arguments, stdin=stdin, cwd=self.folder, HOME=str(self.home))

    def test_a_key_signs(self):
        fake = self.fake()
        done = self.log_in_with("--server", fake.url, "--key", "K-0123456789abcdef", "--secret-file", "-",
                                stdin="the-secret\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("the-secret", done.stdout + done.stderr)
        self.assertEqual(stat.S_IMODE(self.credentials().stat().st_mode), 0o600)
        # The exchange of the first login is the default from now on.
        self.assertEqual(run("orders", HOME=str(self.home)).returncode, 0)
        self.assertRegex(fake.requests[-1].headers["Authorization"],
                         r"^Tongsuan-HMAC key=K-0123456789abcdef, time=\d+, nonce=[\w-]+, signature=[\w-]{43}$")
        self.assertEqual(self.log_in_with("--forget").returncode, 0)
        self.assert_failure(run("orders", HOME=str(self.home)), 3, "not-logged-in")

    def test_what_is_refused_is_not_kept(self):
        fake = self.fake(problem("unknown-key"))
        self.assert_failure(self.log_in_with("--server", fake.url, "--dev-token", "x"), 3, "unknown-key")
        self.assertFalse(self.credentials().exists())
        self.assert_failure(self.log_in_with("--server", fake.url), 2, "usage")

    def test_a_person_comes_back_from_the_browser(self):
        tokens = {}

        def provider(request):
            if request.path.endswith("openid-configuration"):
                return answer({"authorization_endpoint": fake.url + "/authorize",
                               "token_endpoint": fake.url + "/token"})(request)
            if request.path == "/token":
                form = dict(urllib.parse.parse_qsl(request.body.decode()))
                self.assertEqual(form["code"], "c0de")
                claims = base64.urlsafe_b64encode(json.dumps(tokens).encode()).decode().rstrip("=")
                return answer({"id_token": f"eyJ.{claims}.sig", "expires_in": 900})(request)
            return INTERFACE.reply(request)
        fake = self.fake(provider)
        process = self.start(fake, "login", "--server", fake.url, "--oidc", fake.url, "--client", "cli")
        self.assertIn("browser", process.stderr.readline())
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(process.stderr.readline().strip()).query))
        self.assertEqual((query["client_id"], query["code_challenge_method"]), ("cli", "S256"))
        tokens["nonce"] = query["nonce"]
        back = query["redirect_uri"] + "?" + urllib.parse.urlencode({"code": "c0de", "state": query["state"]})
        with urllib.request.urlopen(back, timeout=10) as page:
            self.assertIn("logged in", page.read().decode())
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0, err)
        self.assertTrue(fake.requests[-1].headers["Authorization"].startswith("Bearer eyJ."))
        self.assertIn("expires = ", self.credentials().read_text(encoding="utf-8"))


class Events(ExchangeTest):
    @staticmethod
    def event(sequence, part=0, last=True, **members):
        data = {"type": "order.accepted", "sequence": str(sequence), "part": part, "at": "2026-04-13T08:00:00+08:00",
                **members}
        return f"event: order.accepted\ndata: {json.dumps(data)}\n" + (f"id: {sequence}\n" if last else "") + "\n"

    def stream(self, *events):
        text = "".join(events).encode()
        return lambda request: (200, "text/event-stream", text, {})

    def test_what_was(self):
        fake = self.fake(self.stream(self.event(3, order="O-1"), self.event(4, order="O-2")))
        self.log_in(fake)
        done = self.ask(fake, "events", "O-1", "-o", "json")
        self.assertEqual([each["sequence"] for each in json.loads(done.stdout)], [3], done.stderr)
        self.assertEqual(fake.requests[0].headers["Last-Event-ID"], "0")

    def test_what_is_long_past_comes_in_parts(self):
        # The second part has nothing for this reader but the place where it ends.
        parts = (self.stream(self.event(3, order="O-1")), self.stream("id: 9\nretry: 100\n\n"),
                 self.stream(self.event(12, order="O-1")), self.stream())
        fake = self.fake(*parts)
        self.log_in(fake)
        done = self.ask(fake, "events", "O-1", "-o", "json")
        self.assertEqual([each["sequence"] for each in json.loads(done.stdout)], [3, 12], done.stderr)
        self.assertEqual([request.headers["Last-Event-ID"] for request in fake.requests], ["0", "3", "9", "12"])

    def test_a_part_of_the_past_is_no_lost_stream(self):
        fake = self.fake(self.stream(self.event(3, order="O-1")), self.stream("id: 9\nretry: 100\n\n"),
                         problem("forbidden"))
        self.log_in(fake)
        done = self.ask(fake, "events", "O-1", "-f", "-o", "jsonl")
        self.assertEqual((done.returncode, json.loads(done.stdout)["sequence"]), (3, "3"), done.stderr)
        self.assertNotIn("the stream was lost", done.stderr)

    def test_a_lost_stream_goes_on_and_tells_nothing_twice(self):
        fake = self.fake(self.stream(self.event(3, order="O-1"), self.event(4, 0, last=False, order="O-1")),
                         self.stream(self.event(4, 0, last=False, order="O-1"), self.event(4, 1, order="O-1")),
                         self.stream())
        self.log_in(fake)
        process = self.start(fake, "events", "-f", "--from", "2", "-o", "jsonl")
        seen = [json.loads(process.stdout.readline()) for _ in range(3)]
        self.assertEqual([(each["sequence"], each["part"]) for each in seen], [("3", 0), ("4", 0), ("4", 1)])
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out), (130, ""), err)
        self.assertEqual([request.headers["Last-Event-ID"] for request in fake.requests[:2]], ["2", "3"])
        self.assertIn("try: tongsuan events -f --from 4", err)

    def test_a_refusal_ends_it(self):
        fake = self.fake(problem("forbidden"))
        self.log_in(fake)
        self.assert_failure(self.ask(fake, "events", "-f"), 3, "forbidden")


class Settings(ExchangeTest):
    def test_each_says_where_it_comes_from(self):
        fake = self.fake()
        self.assertEqual(self.ask(fake, "config", "set", "timeout", "7").returncode, 0)
        (self.folder / ".tongsuan.toml").write_text('output = "json"\nlang = "zh"\n', encoding="utf-8")
        done = run("config", cwd=self.folder, HOME=str(self.home), TONGSUAN_SERVER=fake.url)
        rows = {row["setting"]: (row["value"], row["source"]) for row in json.loads(done.stdout)}
        self.assertEqual(rows["server"], (fake.url, "TONGSUAN_SERVER"))
        self.assertEqual(rows["timeout"], ("7", f"{self.home}/.config/tongsuan/config.toml:1"))
        self.assertEqual(rows["output"], ("json", ".tongsuan.toml:1"))
        self.assertIn("没有命令", run("frob", cwd=self.folder, HOME=str(self.home)).stderr)
        self.assertEqual(self.ask(fake, "config", "get", "lang").stdout, "zh\n")
        self.assertEqual(self.ask(fake, "config", "unset", "timeout").returncode, 0)

    def test_doctor_names_the_first_failure(self):
        fake = self.fake()
        self.log_in(fake)
        done = self.ask(fake, "doctor", "-o", "json")
        rows = {row["check"]: row["status"] for row in json.loads(done.stdout)}
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertLessEqual({"settings", "tls", "server", "clock", "round", "credentials"}, rows.keys())
        fake.__exit__()
        done = self.ask(fake, "doctor", "-q", TONGSUAN_TIMEOUT="1")
        self.assertEqual(done.returncode, 9)
        self.assertIn("unreachable", done.stdout)


class Problems(ExchangeTest):
    def test_the_table_is_that_of_the_interface(self):
        text = (SOURCE / "src/tongsuan/cli/problems.inc").read_text(encoding="utf-8")
        quoted = r'"((?:[^"\\]|\\.)*)"'
        rows = re.findall(rf"TONGSUAN_PROBLEM\({quoted}, k\w+, {quoted},\s*{quoted}, {quoted},\s*{quoted}, {quoted}\)", text)
        here = {row[0]: (row[2], row[4]) for row in rows}
        there = {code: (says["says"], says["try"]) for code, says in DOCUMENT["x-problem-codes"].items()}
        self.assertEqual(here, there)
        for row in rows:
            self.assertTrue(row[3] and row[5], row)
            self.assertTrue(not row[1] or row[1].startswith("tongsuan "), row)


if __name__ == "__main__":
    main()
