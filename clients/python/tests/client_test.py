#!/usr/bin/env python3
"""The client against an exchange in this process that answers the examples of the interface."""
import ast
import base64
import hashlib
import hmac
import inspect
import json
import re
import subprocess
import sys
import typing
import unittest
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from fake_exchange import FakeExchange, ROOT, answer, steps

import tongsuan
from tongsuan import Money, _transport
from tongsuan._codec import decode, encode

CLIENT = ROOT / "clients/python"
ORDER = tongsuan.BlockOrder(ways=[tongsuan.Way("H800", 8, 3600)], limit=Money("14.50"))
ACCEPTED = {"id": "O-1", "sequence": "7", "state": "accepted", "hold": {"amount": "116.00", "currency": "CNY"}}
SHORT_OF_MONEY = {"type": "urn:tongsuan:problem:no-money", "title": "The account has not so much money", "status": 402,
                  "code": "no-money", "detail": "cash has 3.00 CNY", "param": "/limit", "try": "Deposit more",
                  "sequence": "8"}


def client_of(exchange, **options):
    client = tongsuan.Client(exchange.url, timeout=5, **options)
    client.pauses = []
    client._sleep = client.pauses.append
    return client


class Examples(unittest.TestCase):
    """Every example: what the client sends is the request of the file, what it gives is the reply."""

    def play(self, client, exchange, step):
        method = getattr(client, tongsuan_name(step.operation))
        hints = typing.get_type_hints(method, vars(sys.modules[method.__module__]) | vars(tongsuan))
        arguments = list(step.step.get("path", {}).values())
        if step.body is not None:
            arguments.append(decode(hints["body"], step.body))
        options = {tongsuan_name(name): value for name, value in step.step.get("query", {}).items()}
        for header, value in step.step.get("headers", {}).items():
            options[tongsuan_name(header)] = value
        if "ifMatch" in step.step:
            options["if_match"] = '"7"'
        exchange.requests.clear()
        try:
            reply = method(*arguments, **options)
        except tongsuan.ApiError as error:
            self.assertEqual((error.status, error.code), (step.status, step.reply["code"]))
            self.assertEqual(error.try_, step.reply["try"])
        else:
            self.assertEqual(reply if isinstance(reply, str) else encode(reply), step.reply)
        self.check_request(exchange.requests[0], step)

    def check_request(self, request, step):
        self.assertEqual((request.method, request.path), (step.method, step.path))
        self.assertEqual(request.query, {name: str(value) for name, value in step.step.get("query", {}).items()})
        self.assertEqual(json.loads(request.body) if request.body else None, step.body)
        for header, value in step.step.get("headers", {}).items():
            self.assertEqual(request.headers[header], value)

    def test_are_sent_and_understood(self):
        # Other representations than JSON are not the client's.
        played = [step for step in steps()
                  if step.operation != "streamEvents" and "format" not in step.step.get("query", {})]
        current = []
        with FakeExchange(lambda request: (current[0].status, current[0].media, current[0].reply_bytes, {})) as exchange:
            client = client_of(exchange, retries=0)
            for step in played:
                with self.subTest(step=step.step["step"]):
                    current[:] = [step]
                    self.play(client, exchange, step)
        self.assertGreater(len(played), 60)

    def test_every_operation_has_a_method(self):
        for operation in {step.operation for step in steps()} - {"streamEvents"}:
            self.assertTrue(inspect.isfunction(getattr(tongsuan.Client, tongsuan_name(operation))), operation)


def tongsuan_name(name):
    sys.path.insert(0, str(CLIENT))
    import generate
    return generate.snake(name.replace("-", "_") if "-" in name else name)


class Keys(unittest.TestCase):
    def test_are_made_and_kept_when_a_request_is_sent_again(self):
        unavailable = answer({"code": "unavailable"}, 503, **{"Retry-After": "3"})
        with FakeExchange(unavailable, None, unavailable, answer(ACCEPTED, 201)) as exchange:
            client = client_of(exchange, key_id="K-0123456789abcdef", secret="s" * 43)
            self.assertEqual(client.submit_order(ORDER).hold, Money("116"))
        keys = {request.headers["Idempotency-Key"] for request in exchange.requests}
        self.assertEqual((len(exchange.requests), len(keys)), (4, 1))
        self.assertRegex(keys.pop(), "^[A-Za-z0-9._-]{8,64}$")
        self.assertEqual(len({request.body for request in exchange.requests}), 1)
        nonces = {request.headers["Authorization"].split("nonce=")[1].split(",")[0] for request in exchange.requests}
        self.assertEqual(len(nonces), 4, "a nonce is good for one request")
        self.assertEqual(len(client.pauses), 3)
        self.assertGreaterEqual(client.pauses[0], 3)

    def test_differ_from_request_to_request(self):
        with FakeExchange(answer(ACCEPTED, 201)) as exchange:
            client = client_of(exchange)
            client.submit_order(ORDER)
            client.submit_order(ORDER)
            client.submit_order(ORDER, idempotency_key="mine-0001")
        keys = [request.headers["Idempotency-Key"] for request in exchange.requests]
        self.assertEqual((len(set(keys)), keys[2]), (3, "mine-0001"))

    def test_are_told_when_there_is_no_reply(self):
        with FakeExchange(None) as exchange:
            client = client_of(exchange, retries=2)
            with self.assertRaises(tongsuan.ConnectionLost) as lost:
                client.submit_order(ORDER)
        self.assertEqual(lost.exception.idempotency_key, exchange.requests[0].headers["Idempotency-Key"])
        self.assertEqual(len(exchange.requests), 3)

    def test_are_signed_as_the_exchange_wants(self):
        with FakeExchange(answer(ACCEPTED, 201)) as exchange:
            client_of(exchange, key_id="K-0123456789abcdef", secret="s" * 43).submit_order(ORDER)
        request = exchange.requests[0]
        fields = dict(part.split("=", 1) for part in request.headers["Authorization"].split(" ", 1)[1].split(", "))
        lines = "\n".join(["tongsuan-hmac-v1", "POST", request.target, hashlib.sha256(request.body).hexdigest(),
                           fields["time"], fields["nonce"]])
        digest = hmac.new(b"s" * 43, lines.encode(), hashlib.sha256).digest()
        self.assertEqual(fields["signature"], base64.urlsafe_b64encode(digest).decode().rstrip("="))

    def test_sign_the_worked_example_of_the_documentation(self):
        now, token = _transport.time.time, _transport.secrets.token_urlsafe
        try:
            _transport.time.time = lambda: 1795000000
            _transport.secrets.token_urlsafe = lambda _: "b7Qv3mJ0kXo2Lr9d"
            header = _transport.authorization(
                "K-0102030405060708", "YDZYqop-TUh0wlimP4mvEr-SrLxD_tdMNCSgBjG9HiA", "POST",
                "/v1/orders?zone=guizhou", b'{"name":"qwen-sft","nodes":4}')
        finally:
            _transport.time.time, _transport.secrets.token_urlsafe = now, token
        self.assertTrue(header.endswith("signature=zjQxQ7wwlyHy_HWdxemJSUR1jHRHYriCyP-Ij35gij4"), header)

    def test_tokens_are_sent(self):
        with FakeExchange(answer(ACCEPTED, 201)) as exchange:
            client_of(exchange, token="dev-buyer").submit_order(ORDER)
        self.assertEqual(exchange.requests[0].headers["Authorization"], "Bearer dev-buyer")

    def test_are_whole_or_refused(self):
        for options in ({"key_id": "K-1"}, {"secret": "s"}, {"key_id": "K-1", "secret": "s", "token": "t"}):
            with self.assertRaises(ValueError):
                tongsuan.Client("http://127.0.0.1", **options)
        for url in ("exchange", "ftp://exchange", "https://exchange/v1"):
            with self.assertRaises(ValueError):
                tongsuan.Client(url)


class Errors(unittest.TestCase):
    def test_have_a_code_and_something_to_try(self):
        with FakeExchange(answer(SHORT_OF_MONEY, 402)) as exchange:
            with self.assertRaises(tongsuan.Refused) as refused:
                client_of(exchange).submit_order(ORDER)
        error = refused.exception
        self.assertEqual((error.code, error.param, error.sequence), ("no-money", "/limit", "8"))
        self.assertEqual(str(error), "cash has 3.00 CNY [no-money]\ntry: Deposit more")
        self.assertEqual(len(exchange.requests), 1, "a refusal is not asked again")

    def test_have_a_class_for_each_kind(self):
        kinds = {400: tongsuan.InvalidRequest, 401: tongsuan.Unauthenticated, 403: tongsuan.Forbidden,
                 404: tongsuan.NotFound, 409: tongsuan.Conflict, 410: tongsuan.NotFound, 412: tongsuan.Conflict,
                 422: tongsuan.Refused, 429: tongsuan.RateLimited, 500: tongsuan.Unavailable,
                 503: tongsuan.Unavailable}
        for status, kind in kinds.items():
            with FakeExchange(answer({"code": "x"}, status)) as exchange:
                with self.assertRaises(kind):
                    client_of(exchange, retries=1).get_market()
            self.assertEqual(len(exchange.requests), 2 if status in (429, 503) else 1)

    def test_survive_replies_of_others(self):
        with FakeExchange(lambda request: (502, "text/html", b"<h1>Bad gateway</h1>", {})) as exchange:
            with self.assertRaises(tongsuan.Unavailable):
                client_of(exchange).get_market()


class Pages(unittest.TestCase):
    def test_follow_one_another(self):
        row = {"participant": "P-1", "purpose": "cash", "balance": {"amount": "1.00", "currency": "CNY"}}
        with FakeExchange(answer({"asOf": "7", "items": [row, row], "nextPageToken": "abc"}),
                          answer({"asOf": "7", "items": []  , "nextPageToken": "def"}),
                          answer({"asOf": "7", "items": [row]})) as exchange:
            rows = list(client_of(exchange).iter_accounts(purpose="cash", page_size=2))
        self.assertEqual([each.balance for each in rows], [Money(1)] * 3)
        self.assertEqual([request.query.get("pageToken") for request in exchange.requests], [None, "abc", "def"])
        self.assertTrue(all(request.query["purpose"] == "cash" for request in exchange.requests))


def frame(sequence, part, last, kind="order.opened"):
    data = {"type": kind, "sequence": str(sequence), "part": part, "at": "2026-04-13T08:00:00+08:00", "order": "O-1"}
    return f": heartbeat\n\nevent: {kind}\ndata: {json.dumps(data)}\n" + (f"id: {sequence}\n\n" if last else "\n")


def stream(*frames):
    return lambda request: (200, "text/event-stream", "".join(frames).encode(), {})


class Stream(unittest.TestCase):
    def test_goes_on_where_it_was_cut(self):
        with FakeExchange(stream(frame(7, 0, True), frame(8, 0, False)), None,
                          stream(frame(8, 0, False), frame(8, 1, True), "data: cut"),
                          stream(frame(9, 0, True, "order.painted"))) as exchange:
            events = client_of(exchange).events(topics=["order"], after="6")
            got = [next(events) for _ in range(4)]
            events.close()
        self.assertEqual([(event.sequence, event.part) for event in got], [("7", 0), ("8", 0), ("8", 1), ("9", 0)])
        self.assertEqual([r.headers["Last-Event-ID"] for r in exchange.requests], ["6", "7", "7", "8"])
        self.assertIsInstance(got[0], tongsuan.EventOrderOpened)
        self.assertIsInstance(got[3], tongsuan.UnknownEvent)
        self.assertEqual(exchange.requests[0].query, {"topics": "order"})

    def test_goes_past_what_is_not_for_it(self):
        # What is long past comes in parts; one with nothing of the topic says only where it ends.
        with FakeExchange(stream("id: 90\nretry: 100\n\n"), stream(frame(95, 0, True))) as exchange:
            events = client_of(exchange).events(topics=["order"], after="0")
            self.assertEqual(next(events).sequence, "95")
            events.close()
        self.assertEqual([r.headers["Last-Event-ID"] for r in exchange.requests], ["0", "90"])

    def test_takes_the_example(self):
        example = next(step for step in steps() if step.operation == "streamEvents")
        with FakeExchange(stream(example.reply + "\n")) as exchange:
            events = client_of(exchange).events(after="0")
            self.assertEqual([next(events).order for _ in range(2)], ["O-1", "O-2"])
            events.close()

    def test_ends_where_it_is_refused(self):
        with FakeExchange(answer({"code": "gone"}, 410)) as exchange:
            with self.assertRaises(tongsuan.NotFound):
                next(client_of(exchange).events(after="1"))

    def test_gives_up_after_its_retries(self):
        with FakeExchange(None) as exchange:
            with self.assertRaises(tongsuan.ConnectionLost):
                next(client_of(exchange, retries=2).events())
        self.assertEqual(len(exchange.requests), 3)


class Webhooks(unittest.TestCase):
    def setUp(self):
        data = {"webhook": "W-1", "events": [{"type": "order.opened", "sequence": "7", "part": 0, "order": "O-1",
                                              "at": "2026-04-13T08:00:00+08:00"}]}
        self.body = json.dumps(data).encode()
        digest = hmac.new(b"secret", b"1000." + self.body, hashlib.sha256).hexdigest()
        self.header = f"t=1000,v1={digest}"

    def test_are_taken_from_the_exchange_only(self):
        delivery = tongsuan.verify_webhook("secret", self.header, self.body, now=1200)
        self.assertEqual(delivery.events[0].order, "O-1")
        for secret, header, body, now in [("other", self.header, self.body, 1200),
                                          ("secret", self.header, self.body + b" ", 1200),
                                          ("secret", self.header.replace("t=1000", "t=1001"), self.body, 1200),
                                          ("secret", self.header, self.body, 1301),
                                          ("secret", "", self.body, 1200)]:
            with self.assertRaises(tongsuan.BadSignature):
                tongsuan.verify_webhook(secret, header, body, now=now)


class Values(unittest.TestCase):
    def test_money_is_exact(self):
        self.assertEqual(encode(Money("14.5")), {"amount": "14.50", "currency": "CNY"})
        self.assertEqual([Money(text).text for text in ("0", "1000000", "-0.000001", "1E+2", "2.123456")],
                         ["0.00", "1000000.00", "-0.000001", "100.00", "2.123456"])
        self.assertEqual(Money("1.10").amount + Money(Decimal("2.2")).amount, Decimal("3.3"))
        for wrong in (14.5, "1.1234567", "NaN", "Infinity"):
            with self.assertRaises((TypeError, ValueError)):
                Money(wrong)

    def test_times_have_a_zone(self):
        china = timezone(timedelta(hours=8))
        self.assertEqual(decode(datetime, "2026-04-13T08:00:00+08:00"), datetime(2026, 4, 13, 8, tzinfo=china))
        self.assertEqual(decode(datetime, "2026-04-13T08:00Z").utcoffset(), timedelta(0))
        self.assertEqual(encode(datetime(2026, 4, 13, 8, tzinfo=china)), "2026-04-13T08:00:00+08:00")
        with self.assertRaises(ValueError):
            encode(datetime(2026, 4, 13))

    def test_no_float_is_sent(self):
        with self.assertRaises(TypeError):
            encode({"x": tongsuan.Way("H800", 8, 1.5)}["x"])

    def test_new_members_of_replies_are_skipped(self):
        self.assertEqual(decode(tongsuan.OrderAnswer, dict(ACCEPTED, colour="red")).id, "O-1")


class Files(unittest.TestCase):
    def test_what_is_generated_is_up_to_date(self):
        done = subprocess.run([sys.executable, str(CLIENT / "generate.py"), "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_python_3_9_can_read_them(self):
        for path in (CLIENT / "tongsuan").glob("*.py"):
            ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))

    def test_nothing_from_outside_is_imported(self):
        for path in (CLIENT / "tongsuan").glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module]
                for name in names:
                    self.assertIn(name.split(".")[0], sys.stdlib_module_names)

    def test_the_five_minutes_of_the_readme_run(self):
        text = (CLIENT / "README.md").read_text(encoding="utf-8")
        code = text.split("```python\n")[1].split("```")[0]
        ids = re.compile(r"/[OC]-[0-9A-Z]+")
        replies = {(step.method, ids.sub("/ID", step.path)): step for step in steps() if step.status < 400}

        def reply(request):
            step = replies[(request.method, ids.sub("/ID", request.path))]
            return step.status, step.media, step.reply_bytes, {}

        with FakeExchange(reply) as exchange:
            code = code.replace("https://exchange.example", exchange.url)
            exec(compile(code, "README.md", "exec"), {"print": lambda *_: None})
        self.assertGreater(len(exchange.requests), 3)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
