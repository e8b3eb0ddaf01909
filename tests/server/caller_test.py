#!/usr/bin/env python3
"""A caller who makes anything that the contract allows: any order, ask, rule, quote and meter, two
of five numbers at their limits. Whatever it does, the exchange answers and never stops, its
ledger adds up to nothing, and a restart and a replay come to the same state.

usage: caller_test.py TONGSUAND TONGSUAN [--seeds A-B] [--calls N]
"""
import argparse
import json
import random
import sys
import time
import unittest

from harness import Daemon, Peer, national_places, run_for, temporary

parser = argparse.ArgumentParser()
parser.add_argument("tongsuand")
parser.add_argument("tongsuan")
parser.add_argument("--seeds", default="6-7")
parser.add_argument("--calls", type=int, default=500)
GIVEN = parser.parse_args()
OPENS = 1_776_038_400  # harness.CLOCK
BUYERS = ("ann", "ben")
LIMITS = (0, 1, 7, 8, 64, 4096, 10**6, 10**6 + 1, 2**31 - 1, 2**32 - 1, 2**32, 10**10, 10**10 + 1, 2**63 - 1, 2**63, -1)
AMOUNTS = ("0", "0.000001", "0.01", "1000000", "1000000", "1000000000", "999999999999", "4000000000000", "9223372036854.775807", "-0.01")
TIMES = ("0001-01-01T00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00Z", "2026-02-29T00:00Z", "9999-12-31T23:59:59-23:59")
RULES = {"roundSeconds": 300, "lockSeconds": 10, "collarPercent": 0, "ordersOfOne": 10_000, "liveOrders": 10_000,
         "penaltyPpm": 100_000, "takeOrPayPpm": 1_000_000}


class Caller:
    def __init__(self, daemon, seed):
        self.daemon, self.random, self.peer = daemon, random.Random(seed), Peer(daemon.port)
        self.keys, self.faults, self.orders = 0, [], []
        self.hubs = self.read("/v1/hubs?pageSize=1000", "operator")["items"]
        self.names = [hub["hub"] for hub in self.hubs]
        self.classes = sorted({pool["class"] for hub in self.hubs for pool in hub["pools"]})

    # ---- Values

    def one(self, *values):
        return self.random.choice(values)

    def often(self, share):
        return self.random.random() < share

    def number(self):
        return self.one(*LIMITS) if self.often(.4) else self.one(1, 2, 8, 16, 64, 300, 3600, 7200, 86_400)

    def money(self):
        amount = self.one(*AMOUNTS) if self.often(.4) else self.one("0.2", "2.5", "12", "30", "1000")
        return {"amount": amount, "currency": "CNY"}

    def time(self):
        if self.often(.2):
            return self.one(*TIMES)
        at = OPENS + self.one(-86_400, 0, 300, 3600, 18_000, 86_400, 691_200) + self.random.randrange(100_000)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))

    def some(self, **fields):
        """Each of them as often as not."""
        return {name: make() for name, make in fields.items() if self.often(.5)}

    def bid(self):
        return {self.one("limit", "value"): self.money()}

    def leg(self):
        return {"hub": self.one(*self.names), "class": self.one(*self.classes), "devices": self.number(),
                "from": self.time(), "until": self.time()}

    def order(self):
        kind = self.one("block", "block", "block", "options", "curve", "profile", "service")
        order = {"kind": kind}
        if kind == "block":
            order["ways"] = [{"class": self.one(*self.classes), "devices": self.number(),
                              "durationSeconds": self.number()} for _ in range(self.one(1, 1, 3))]
            order |= self.bid() | self.some(
                hubs=lambda: self.random.sample(self.names, 2), earliest=self.time, latestStart=self.time,
                delayCostPerHour=self.money, graceSeconds=self.number, premium=self.money, wholeNodes=lambda: True)
        elif kind == "options":
            order["options"] = [{"legs": [self.leg()], "value": self.money()} for _ in range(self.one(1, 2))]
        elif kind == "profile":
            order |= {"legs": [self.leg(), self.leg()], "value": self.money()} | self.some(minimumPpm=self.number)
        elif kind == "service":
            order |= {"class": self.one(*self.classes), "devices": self.number(),
                      "times": [{"from": self.time(), "until": self.time()}]} | self.bid() | self.some(minimumPpm=self.number)
        else:
            order |= self.leg() | {"steps": [{"devices": self.number(), "limit": self.money()}]}
            order.pop("devices")
        return order

    # ---- Calls

    def ask(self, method, target, who, body=None, headers=None):
        self.keys += 1
        sent = {} if method == "GET" else {"Idempotency-Key": f"call-{self.keys:06}"}
        status, got, text = self.peer.ask(method, target, who, body, sent | (headers or {}))
        if status >= 500 and status != 503:
            self.faults.append((method, target, body, status, text[:300]))
        return status, got, text

    def read(self, target, who):
        return json.loads(self.peer.ask("GET", target, who)[2])

    def send(self):
        who = self.one(*BUYERS)
        status, _, text = self.ask("POST", "/v1/orders", who, self.order())
        if status == 201:
            self.orders.append((who, json.loads(text)["id"]))

    def quote(self):
        self.ask("POST", "/v1/quotes", self.one(*BUYERS), {"order": self.order()})

    def return_to_an_order(self):
        if not self.orders:
            return self.send()
        who, order = self.one(*self.orders)
        what = self.one("amend", "cancel", "why")
        if what == "why":
            return self.ask("GET", f"/v1/orders/{order}/why", who)
        if what == "cancel":
            return self.ask("POST", f"/v1/orders/{order}:cancel", who)
        status, headers, _ = self.ask("GET", f"/v1/orders/{order}", who)
        change = {name: value for name, value in self.order().items() if name not in ("kind", "options")}
        return self.ask("PATCH", f"/v1/orders/{order}", who, change, {"If-Match": headers.get("ETag", "")})

    def use_a_contract(self):
        contracts = self.read("/v1/contracts?pageSize=1000", "operator")["items"]
        if not contracts:
            return self.send()
        contract = self.one(*contracts)
        target, supplier = "/v1/contracts/" + contract["id"], "supplier-" + contract["hub"]
        what = self.one("resell", "meter", "end", "read")
        if what == "resell":
            body = {"devices": self.number()} | self.some(**{"from": self.time, "until": self.time, "ask": self.money})
            return self.ask("POST", target + ":resell", self.one(*BUYERS), body)
        if what == "meter":
            return self.ask("POST", target + ":meter", supplier, {"until": self.time()})
        if what == "end":
            body = {"reason": self.one("completed", "failed", "preempted")} | self.some(donePpm=self.number)
            return self.ask("POST", target + ":end", supplier, body)
        return self.ask("GET", target + "/events", "operator")

    def change_supply(self):
        hub = self.one(*self.hubs)
        pool = self.one(*hub["pools"])
        supplier, nodes = "supplier-" + hub["hub"], pool["nodes"]
        if self.often(.5):
            body = {"class": pool["class"], "begin": self.one(0, nodes // 2, self.number()),
                    "end": self.one(nodes, nodes, self.number()), "up": self.often(.8)}
            return self.ask("POST", f"/v1/hubs/{hub['hub']}/nodes:report", supplier, body)
        devices = nodes * pool["nodeDevices"]
        body = self.one({"ask": self.money()}, {"steps": [{"devices": self.one(devices, self.number()), "ask": self.money()}]})
        return self.ask("PUT", f"/v1/hubs/{hub['hub']}/offers/{pool['class']}", supplier, body)

    def operate(self):
        what = self.one("rules", "calendar", "halt", "past")
        if what == "rules":
            self.ask("PUT", "/v1/rules", "operator", {name: self.number() for name in RULES})
            self.ask("PUT", "/v1/rules", "operator", RULES)
        elif what == "calendar":
            closures = [{"from": self.time(), "until": self.time(), "reason": "x", "dispatch": self.often(.5)}]
            self.ask("PUT", "/v1/calendar", "operator", {"closures": closures})
            self.ask("PUT", "/v1/calendar", "operator", {"closures": []})
        elif what == "halt":
            for halted in (True, False):
                self.ask("POST", "/v1/halts", "operator", {"scope": "market", "halted": halted})
        else:
            listing = self.one("market", "hubs", "offers", "rounds", "rules", "links")
            self.ask("GET", f"/v1/{listing}?asOf={self.number()}", "operator")

    def pass_time(self):
        self.daemon.advance(self.one(1, 30, 300, 300, 3600))

    def call(self):
        made = (self.send,) * 9 + (self.quote,) * 3 + (self.return_to_an_order,) * 4 + (self.use_a_contract,) * 4 + \
            (self.change_supply,) * 4 + (self.operate,) + (self.pass_time,) * 3
        self.one(*made)()


def seeds():
    first, _, last = GIVEN.seeds.partition("-")
    return range(int(first), int(last or first) + 1)


class AnyCaller(unittest.TestCase):
    def test_whatever_it_does_the_exchange_goes_on(self):
        for seed in seeds():
            with self.subTest(seed=seed), temporary() as folder:
                self.play(seed, national_places(GIVEN.tongsuan, folder), folder)

    def play(self, seed, places, folder):
        daemon = Daemon(GIVEN.tongsuand, places, folder)
        made = daemon.init("--round", "300")
        self.assertEqual(made.returncode, 0, made.stderr)
        daemon.start("--address-rate", "100000", "--address-burst", "1000000")
        try:
            for buyer in BUYERS:
                Peer(daemon.port).open_buyer(buyer, "999999999")
            caller = Caller(daemon, seed)
            for number in range(GIVEN.calls):
                caller.call()
                self.assertIsNone(daemon.process.poll(), f"stopped at call {number}")
            self.assertEqual(caller.faults, [])
            self.assertTrue(caller.orders)
            rows = caller.read("/v1/ledger/trial-balance", "operator")["purposes"]
            self.assertEqual(sum(micro(row["balance"]["amount"]) for row in rows), 0)
        finally:
            status, log = daemon.stop()
        self.assertEqual(status, 0, log[-2_000:])
        daemon.start()
        self.assertEqual(Peer(daemon.port).ask("GET", "/readyz")[0], 200)
        self.assertEqual(daemon.stop()[0], 0)
        replayed = run_for([GIVEN.tongsuan, "replay", daemon.data], 300)
        self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)


def micro(amount):
    whole, _, part = amount.partition(".")
    return int(whole + part.ljust(6, "0"))  # the sign goes with the digits


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
