#!/usr/bin/env python3
"""Kills a real exchange under load, again and again, and checks what it promised.

usage: kill_loop.py TONGSUAN TONGSUAND [--loops N] [--seed S] [--clients N] [--keep DIR]

Clients send batches of orders over HTTP and write down, in a file that is synced, every answer
that they get. The exchange is killed with SIGKILL at a random moment, started again, and asked for
every order that was acknowledged since the last kill, by its key: the answer must be the same, byte
for byte. What was sent and not answered is sent again under its key. At the end the orders that the
exchange has are those of the keys, each once, money adds up to nothing, and the journal is whole.
"""

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

BATCH = 16


class Exchange:
    """One life after another of tongsuand on one data folder."""

    def __init__(self, tongsuan, tongsuand, folder):
        self.program = tongsuand
        self.data = os.path.join(folder, "data")
        self.process = None
        self.port = 0
        market = os.path.join(folder, "places.market")
        run([tongsuan, "generate", "national", "--orders", "200", "--seed", "1", "-o", market])
        # Few batches between digests of the state would hide nothing; rounds close now and then.
        run([tongsuand, "--data", self.data, "--init", "--places", market, "--dev",
             "--round", "600", "--simulate"])

    def start(self):
        command = [self.program, "--data", self.data, "--dev", "--speed", "60",
                   "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on port "):
            raise SystemExit("the exchange did not start again: " + self.process.stderr.read())
        self.port = int(line.split()[-1])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=30) != 0:
            raise SystemExit("the exchange did not stop cleanly")


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(" ".join(command) + ": " + done.stderr + done.stdout)
    return done.stdout


def ask(port, method, path, who, body=None, key=None, timeout=20):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {"Authorization": "Bearer dev-" + who}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if key is not None:
        headers["Idempotency-Key"] = key
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Client(threading.Thread):
    """Sends batches until the exchange is gone."""

    def __init__(self, port, name, first, acks, lock, seed):
        super().__init__(daemon=True)
        self.port, self.who, self.next, self.acks, self.lock = port, name, first, acks, lock
        self.random = random.Random(seed)
        self.unanswered = []  # keys of the batch that was under way
        self.fault = None

    def order(self, key):
        return {"idempotencyKey": key,
                "order": {"kind": "block", "name": key,
                          "ways": [{"class": "H800", "devices": self.random.choice([1, 2, 8]),
                                    "durationSeconds": 3600}],
                          "limit": {"amount": "9.00", "currency": "CNY"}}}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while True:
            batch = []
            for _ in range(BATCH):
                batch.append(self.order(f"{self.who}-{self.next}"))
                self.next += 1
            self.unanswered = batch
            try:
                connection.request("POST", "/v1/orders:batch", json.dumps({"orders": batch}),
                                   {"Authorization": "Bearer dev-" + self.who,
                                    "Content-Type": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                return  # killed
            if answer.status != 200:
                self.fault = f"{answer.status}: {body[:300]!r}"
                return
            results = json.loads(body)["results"]
            with self.lock:
                for order, result in zip(batch, results):
                    self.acks.write(json.dumps([self.who, order, result]) + "\n")
                self.acks.flush()
                os.fsync(self.acks.fileno())
            self.unanswered = []


def same_answers(port, lines):
    """Every acknowledged order, asked again by its key, in batches of its owner."""
    by_owner = {}
    for who, order, result in lines:
        by_owner.setdefault(who, []).append((order, result))
    checked = 0
    for who, pairs in by_owner.items():
        for begin in range(0, len(pairs), 200):
            part = pairs[begin:begin + 200]
            status, body = ask(port, "POST", "/v1/orders:batch", who,
                               json.dumps({"orders": [order for order, _ in part]}))
            if status != 200:
                raise SystemExit(f"asked again: {status} {body[:300]!r}")
            for (order, before), now in zip(part, json.loads(body)["results"]):
                if before != now:
                    raise SystemExit(f"{order['idempotencyKey']} was answered {before}, now {now}")
                checked += 1
    return checked


def listed(port, who):
    """All orders of a participant: name by id."""
    orders, token = {}, ""
    while True:
        status, body = ask(port, "GET", "/v1/orders?pageSize=200" + token, who)
        if status != 200:
            raise SystemExit(f"listing: {status} {body[:300]!r}")
        page = json.loads(body)
        for order in page["items"]:
            if order["id"] in orders:
                raise SystemExit(f"{order['id']} is listed twice")
            orders[order["id"]] = order["name"]
        if not page.get("nextPageToken"):
            return orders
        token = "&pageToken=" + page["nextPageToken"]


def buyers(port, count):
    """Names of participants with money, such as --simulate opens."""
    status, body = ask(port, "GET", "/v1/participants?pageSize=200", "operator")
    if status != 200:
        raise SystemExit(f"participants: {status} {body[:300]!r}")
    names = [one["name"] for one in json.loads(body)["items"] if one["role"] == "participant"]
    return names[:count]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("tongsuan")
    options.add_argument("tongsuand")
    options.add_argument("--loops", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--keep", help="folder for the exchange; a temporary one if absent")
    given = options.parse_args()
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or temporary
        os.makedirs(folder, exist_ok=True)
        exchange = Exchange(given.tongsuan, given.tongsuand, folder)
        exchange.start()
        names = buyers(exchange.port, given.clients)
        following = {name: 0 for name in names}
        acknowledged, lost_answers, checked, everything = 0, 0, 0, {}
        for loop in range(given.loops):
            path = os.path.join(folder, "acknowledged")
            lock = threading.Lock()
            with open(path, "w", encoding="utf-8") as acks:
                clients = [Client(exchange.port, name, following[name], acks, lock,
                                  draw.random()) for name in names]
                for client in clients:
                    client.start()
                time.sleep(0.05 + 0.5 * draw.random())
                exchange.kill()
                for client in clients:
                    client.join()
                    if client.fault:
                        raise SystemExit(client.fault)
            exchange.start()
            with open(path, encoding="utf-8") as acks:
                lines = [json.loads(line) for line in acks]
            acknowledged += len(lines)
            checked += same_answers(exchange.port, lines)
            for who, order, result in lines:
                everything[(who, order["idempotencyKey"])] = result
            for client in clients:
                following[client.who] = client.next
                if not client.unanswered:
                    continue
                # Whether these happened is not known: under their keys they happen once.
                lost_answers += len(client.unanswered)
                status, body = ask(exchange.port, "POST", "/v1/orders:batch", client.who,
                                   json.dumps({"orders": client.unanswered}))
                if status != 200:
                    raise SystemExit(f"sent again: {status} {body[:300]!r}")
                for order, result in zip(client.unanswered, json.loads(body)["results"]):
                    everything[(client.who, order["idempotencyKey"])] = result
            if loop % 20 == 19:
                print(f"{loop + 1} kills: {acknowledged} acknowledged, {lost_answers} without answer",
                      flush=True)
        for who in names:
            there = listed(exchange.port, who)
            wanted = {result["id"]: name for (owner, name), result in everything.items()
                      if owner == who and result["state"] == "accepted"}
            mine = {id: name for id, name in there.items() if name.startswith(who + "-")}
            if mine != wanted:
                missing = sorted(set(wanted.items()) - set(mine.items()))[:3]
                extra = sorted(set(mine.items()) - set(wanted.items()))[:3]
                raise SystemExit(f"{who}: missing {missing}, not asked for {extra}")
        status, body = ask(exchange.port, "GET", "/v1/ledger/trial-balance", "operator")
        if status != 200:
            raise SystemExit(f"trial balance: {status} {body[:300]!r}")
        exchange.stop()
        print(f"{given.loops} kills, {acknowledged} orders acknowledged and asked again ({checked} the "
              f"same), {lost_answers} without answer sent again, {len(everything)} in all: nothing "
              "lost, nothing twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
