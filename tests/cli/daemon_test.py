#!/usr/bin/env python3
"""A buyer's day at a real exchange: tongsuand on a free loopback port, its clock standing still.

usage: daemon_test.py TONGSUAN SOURCE_FOLDER TONGSUAND
"""
import csv
import json
import pathlib
import sys
import time

from harness import TONGSUAN, CommandTest, main, run

SOURCE, TONGSUAND = pathlib.Path(sys.argv[2]), sys.argv[3]
sys.dont_write_bytecode = True
sys.path.insert(1, str(SOURCE / "tests/server"))
import importlib.util  # noqa: E402

spec = importlib.util.spec_from_file_location("server_harness", SOURCE / "tests/server/harness.py")
server_harness = importlib.util.module_from_spec(spec)
spec.loader.exec_module(server_harness)

PLACES = """tongsuan-market 1
market tiny currency=CNY
calendar start=2026-04-13T00:00+08:00 slot=1h slots=48
class H100 watts=700 node=8
hub east region=east en="East" zh="东部"
hub west region=west en="West" zh="西部"
account lab home=east
offer east-h100 seller=dc-east hub=east class=H100 steps=16@6
offer west-h100 seller=dc-west hub=west class=H100 steps=8@5
end 8
"""
JOB = """name: now
num_nodes: 2
resources: {accelerators: {H100: 8}}
market: {work: 2h, limit: 9.00 CNY/gpu-h}
run: python train.py
"""
SCRIPT = """#!/bin/bash
#SBATCH --job-name=night
#SBATCH -N 2
#SBATCH --gres=gpu:H100:8
#SBATCH --time=1:00:00
#TONGSUAN limit: 8.00 CNY/gpu-h
srun train
"""


class Day(CommandTest):
    def setUp(self):
        super().setUp()
        places = self.folder / "places.market"
        places.write_text(PLACES, encoding="utf-8")
        self.daemon = server_harness.Daemon(TONGSUAND, places, str(self.folder))
        made = self.daemon.init()
        self.assertEqual(made.returncode, 0, made.stderr)
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        self.homes = {}
        (self.folder / "job.yaml").write_text(JOB, encoding="utf-8")
        (self.folder / "job.sh").write_text(SCRIPT, encoding="utf-8")

    def log_in(self, name):
        self.homes[name] = str(self.folder / name)
        self.by(name, "login", "--server", f"http://127.0.0.1:{self.daemon.port}", "--dev-token", name)

    def by(self, name, *arguments, code=0):
        done = run(*arguments, cwd=self.folder, HOME=self.homes[name])
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def rows(self, name, *arguments):
        return json.loads(self.by(name, *arguments, "-o", "json").stdout)

    def asked(self, *arguments):
        done = run(*arguments, "-o", "json", cwd=self.folder, HOME=self.homes["team-nlp"])
        self.assertIn(done.returncode, (0, 6), done.stderr)
        return json.loads(done.stdout)

    def admit(self):
        self.log_in("operator")
        buyer = json.loads(self.by("operator", "admin", "participants", "team-nlp", "--role", "participant",
                                   "-o", "json").stdout)["id"]
        self.by("operator", "admin", "deposit", buyer, "5000", "1")
        self.log_in("team-nlp")
        return buyer

    def close_round(self):
        self.by("operator", "admin", "close-gate")
        for _ in range(200):
            last = self.rows("operator", "market", "rounds", "--filter", "state!=collecting")
            if last and last[0]["state"] != "clearing":
                return last[0]
            time.sleep(0.02)
        self.fail("the round does not end")

    def test_serve_becomes_tongsuand(self):
        served = run("serve", "--data", "nowhere", cwd=self.folder)
        self.assertEqual(served.returncode, 3)
        self.assertTrue(served.stderr.startswith("tongsuand: "), served.stderr)
        self.assertIn("--init", served.stderr)
        self.assertIn("usage: tongsuan serve", run("serve", "--help").stdout)

    def test_a_job_from_its_file_to_the_bill(self):
        buyer = self.admit()
        first = json.loads(self.by("team-nlp", "submit", "job.yaml", "--wait", "-o", "json").stdout)
        self.assertEqual(first["state"], "running")
        second = json.loads(self.by("team-nlp", "sbatch", "job.sh", "-o", "json").stdout)
        self.assertEqual(second["hold"]["amount"], "128.00")
        orders = {row["id"]: row for row in self.rows("team-nlp", "orders")}
        self.assertEqual([orders[first["id"]]["state"], orders[second["id"]]["state"]], ["running", "waiting"])
        self.assertEqual(self.rows("team-nlp", "contracts")[0]["hub"], "east", "the other one has too few")
        self.by("team-nlp", "amend", second["id"], "--limit", "8.5")

        last = self.close_round()
        self.assertEqual(last["state"], "cleared", last)
        verdict = json.loads(self.by("team-nlp", "verify", last["id"], "-o", "json", "--keep", ".").stdout)
        self.assertTrue(verdict["verified"] if "verified" in verdict else verdict, verdict)
        book, certificate = last["id"] + ".market", last["id"] + ".cert"
        self.by("team-nlp", "verify", book, certificate)
        here, there = self.rows("team-nlp", "show", book, certificate, "slots"), self.rows("team-nlp", "market", "slots")
        self.assertTrue(here)
        self.assertEqual([row["begins_at"] for row in here], [row["begins_at"] for row in there])
        why = self.asked("why", second["id"])
        self.assertEqual((why["round"], why["standing"], why["state"]), (last["id"], "in-book", "waiting"))
        self.assertTrue(self.asked("quote", "job.yaml")["indicative"])

        self.by("team-nlp", "cancel", second["id"])
        self.by("team-nlp", "cancel", second["id"], code=8)
        self.by("operator", "cancel", first["id"], code=3)
        events = [row["type"] for row in self.rows("team-nlp", "events", second["id"])]
        self.assertEqual((events[0], events[-1]), ("order.accepted", "order.gone"))
        kinds = [row["kind"] for row in self.rows("team-nlp", "bill", "--by", "line")]
        self.assertLessEqual({"deposit", "hold", "release"}, set(kinds))
        balances = {row["purpose"]: row["balance"] for row in self.rows("team-nlp", "ledger")}
        self.assertEqual((balances["cash"], balances["hold"]), ("4712 CNY", "288 CNY"))
        total = self.rows("operator", "ledger", "trial-balance")
        self.assertEqual(sum(float(row["balance"].split()[0]) for row in total), 0)
        lines = self.rows("operator", "bill", "--participant", buyer, "--purpose", "cash")
        self.assertEqual(lines[0]["amount"], "5000 CNY")
        self.assertIn(first["id"], [line["order"] for line in lines])
        self.check_bill(buyer)
        self.by("team-nlp", "doctor")

    def check_bill(self, buyer):
        """Nothing was delivered yet: no contracts, and the deposit is all there is."""
        self.assertEqual(self.rows("team-nlp", "bill"), [])
        shown = self.by("team-nlp", "bill").stdout
        self.assertIn("opening balance: 0.00 CNY", shown)
        self.assertIn("deposit: 5000.00 CNY", shown)
        self.assertIn("closing balance: 5000.00 CNY", shown)
        self.by("team-nlp", "bill", "--csv", "bill.csv", "--html", "bill.html", "--lang", "zh")
        rows = list(csv.DictReader((self.folder / "bill.csv").read_text(encoding="utf-8").splitlines()))
        self.assertEqual([(row["row"], row["net"], row["balance"]) for row in rows],
                         [("opening", "", "0.00"), ("deposit", "5000.00", ""), ("closing", "", "5000.00")])
        page = (self.folder / "bill.html").read_text(encoding="utf-8")
        self.assertIn('<html lang="zh-CN">', page)
        self.assertIn(buyer, page)
        self.by("team-nlp", "bill", "--csv", "bill.csv", code=8)
        self.by("team-nlp", "bill", "--csv", "bill.csv", "--force")
        self.assertEqual(self.by("team-nlp", "bill", "--csv", "-").stdout.splitlines()[1].split(",")[0], "opening")
        self.by("team-nlp", "bill", "--from", "2026-04-14", "--to", "2026-04-13", code=2)


if __name__ == "__main__":
    main()
