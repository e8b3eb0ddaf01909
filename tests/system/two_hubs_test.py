#!/usr/bin/env python3
"""An exchange and two hubs, each a real Slurm cluster with an agent: from an order to its bill.

usage: two_hubs_test.py PROGRAMS [--keep] [--only NAME] [--load CONTRACTS]

PROGRAMS is the folder of tongsuan, tongsuand, tongsuan-verify and tongsuan-hub. The clusters run on
loopback as an unprivileged user (slurm_cluster.py); east has accounting and qualities of service,
west has not. Where root asks, nodes and agent of east are root's, and its tenants two local users,
made for the time of the test. Every story says what happens, breaks something on purpose where it
says so, and looks at states, logs, what was metered, bills and the ledger; stories of east and of
west are told side by side. `--load` sends so many short orders through one agent at the end, and
says how long it took.
"""

import argparse
import decimal
import http.client
import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from local_users import LocalUsers, missing_right
from more_stories import MoreStories
from slurm_cluster import Cluster, free_ports
from story import PATIENCE, Failure, check, run, seconds_of, wait_for

MARKET = """tongsuan-market 1
market "two hubs" currency=CNY
calendar start=2026-12-01T00:00+08:00 slot=1h slots=24
class H100 watts=700 node=8
zone west-power commodity=power
zone east-power commodity=power
hub east power=east-power pue=1.35 at=31.2,121.5 region=east
hub west power=west-power pue=1.2 at=26.6,106.7 region=west
nodes east H100 count=3
nodes west H100 count=3
offer e1 seller=east-idc hub=east class=H100 steps=24@6
offer w1 seller=west-idc hub=west class=H100 steps=24@4
offer p1 seller=grid zone=east-power steps=50MWh@520
offer p2 seller=grid zone=west-power steps=50MWh@280
end 13
"""


# ---- The exchange ------------------------------------------------------------------------------


class Exchange:
    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.port = free_ports()
        self.process = None
        self.keys = itertools.count()
        places = os.path.join(folder, "two-hubs.market")
        with open(places, "w", encoding="utf-8") as file:
            file.write(MARKET)
        self.data = os.path.join(folder, "exchange")
        made = run([os.path.join(programs, "tongsuand"), "--data", self.data, "--init", "--dev",
                    "--places", places, "--round", "15"])
        check(made.returncode == 0, made.stderr)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        log = open(os.path.join(self.folder, "exchange.log"), "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [os.path.join(self.programs, "tongsuand"), "--data", self.data, "--dev", "--listen",
             f"127.0.0.1:{self.port}"], stdout=log, stderr=log)
        log.close()
        wait_for("the exchange", self.is_ready)

    def is_ready(self):
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def ask(self, method, path, who=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if who:
            headers["Authorization"] = "Bearer dev-" + who
        if method != "GET":
            headers["Idempotency-Key"] = f"two-hubs-{os.getpid()}-{next(self.keys)}"
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def must(self, method, path, who, body=None):
        status, text = self.ask(method, path, who, body)
        check(status < 300, f"{method} {path}: {status} {text.decode()}")
        return json.loads(text)

    def get(self, path, who):
        return self.must("GET", path, who)

    # ---- People and orders

    def open(self, name, role, amount=None):
        made = self.must("POST", "/v1/participants", "operator", {"name": name, "role": role})
        if amount is not None:
            self.must("POST", "/v1/deposits", "operator",
                      {"to": {"participant": made["id"], "purpose": amount[0]},
                       "amount": {"amount": amount[1], "currency": "CNY"}, "reference": "1"})
        return made["id"]

    def submit(self, who, name, devices, seconds, script, limit="20", hubs=(), service="firm",
               **work):
        order = {"kind": "block", "name": name, "hubs": list(hubs),
                 "ways": [{"class": "H100", "devices": devices, "durationSeconds": seconds}],
                 "limit": {"amount": limit, "currency": "CNY"},
                 "work": {"script": "#!/bin/sh\n" + script, "service": service, **work}}
        return self.must("POST", "/v1/orders", who, order)["id"]

    def order(self, who, order):
        return self.get(f"/v1/orders/{order}", who)

    def contracts(self, who, order):
        """The first first."""
        items = self.get(f"/v1/contracts?order={order}", who)["items"]
        return sorted(items, key=lambda item: item["start"])

    def contract_in(self, who, order, phase, number=0):
        """The contract of this number, once it has come to this phase."""
        def look():
            found = self.contracts(who, order)
            if len(found) <= number:
                return None
            contract = found[number]
            return contract if contract.get("phase") in (phase, "settled") else None
        return wait_for(f"{phase} of contract {number} of {order}", look)

    def settled(self, who, order, number=0):
        return self.contract_in(who, order, "settled", number)

    def balances(self):
        rows = self.get("/v1/ledger/trial-balance", "operator")
        check(rows["total"]["amount"] == "0.00", f"the ledger does not add up: {rows}")


# ---- Hubs --------------------------------------------------------------------------------------


class Hub:
    """A cluster and its agents. `users` are local users who participants are; without them every
    participant is the cluster's own user."""

    def __init__(self, programs, root, name, exchange, participants, accounting, users=()):
        self.programs, self.name, self.exchange = programs, name, exchange
        self.cluster = Cluster(root, name, nodes=3, devices=8, type="h100", accounting=accounting,
                               tenants=list(users))
        self.agent, self.agents = None, []
        self.accounting = accounting
        self.tenants = dict(zip(participants, users or [self.cluster.user] * len(participants)))
        self.folder = os.path.join(root, name, "agent")
        self.scratch = os.path.join(root, name, "scratch")
        self.key = os.path.join(self.folder, "jwt.key")

    def up(self):
        self.cluster.up()
        for folder, mode in ((self.folder, 0o700), (self.scratch, 0o711)):
            os.makedirs(folder)
            os.chmod(folder, mode)
        shutil.copyfile(self.cluster.path("etc/jwt.key"), self.key)
        os.chmod(self.key, 0o400)
        self.config = self.write_config(self.name + "-a", "spool")
        self.give(self.folder, self.scratch)

    def give(self, *folders):
        """To whoever the agent is."""
        if os.geteuid() == 0 and not self.cluster.tenants():
            run(["chown", "-R", f"{self.cluster.user}:", *folders])

    def as_agent(self):
        """Where tenants have users of their own, the agent is root, who gives folders away."""
        return {} if self.cluster.tenants() else self.cluster.as_user()

    def write_config(self, holder, spool, url=None):
        url = url or self.exchange.url
        os.makedirs(os.path.join(self.folder, spool), mode=0o700, exist_ok=True)
        credentials = os.path.join(self.folder, "credentials")
        with open(credentials, "w", encoding="utf-8") as file:
            for each in {url, self.exchange.url}:
                file.write(f'["{each}"]\ntoken = "dev-{self.name}-idc"\n')
        os.chmod(credentials, 0o600)
        mover = "runuser -u {user} -- cp" if self.cluster.tenants() else "cp"
        lines = [f'hub = "{self.name}"', f'exchange = "{url}"',
                 f'credentials = "{credentials}"', f'holder = "{holder}"',
                 f'spool = "{os.path.join(self.folder, spool)}"', f'scratch = "{self.scratch}"',
                 "[staging]", f'in = "{mover} -- {{from}} {{to}}"', f'out = "{mover} -- {{from}} {{to}}"',
                 f'places = "{os.path.dirname(os.path.dirname(self.folder))}"',
                 "[times]", "interval = 1", "meter = 5", "nodes = 2", "down = 12", "lease = 30",
                 "request = 4", "retry = 2", "doubt = 10", "grace = 5",
                 "[slurm]", f'url = "http://127.0.0.1:{self.cluster.made["base"] + 2}"',
                 f'user = "{self.cluster.user}"', f'jwt_key = "{self.key}"', "deadline = 3",
                 "memory_mb_per_device = 64"]
        if not self.accounting:
            lines += ['firm_qos = ""', 'spot_qos = ""']
        lines += ["[class.H100]", 'accelerator = "h100"']
        for participant, user in self.tenants.items():
            lines += [f"[tenant.{participant}]", f'user = "{user}"', 'account = "exchange"']
        path = os.path.join(self.folder, holder + ".toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self.give(self.folder)
        return path

    def program(self):
        return os.path.join(self.programs, "tongsuan-hub")

    def start(self, config=None, *more, **environment):
        log = open(os.path.join(self.folder, "agent.log"), "ab")  # pylint: disable=consider-using-with
        agent = subprocess.Popen(
            [self.program(), "run", "--config", config or self.config, *more], stdout=log,
            stderr=log, cwd="/", env={**self.cluster.environment(), **environment},
            **self.as_agent())
        log.close()
        self.agents.append(agent)
        if config is None:
            self.agent = agent
        return agent

    def kill(self):
        self.agent.kill()
        self.agent.wait()

    def end_agent(self, agent):
        agent.terminate()
        agent.wait(timeout=30)

    def ask(self, *words, **environment):
        return run([self.program(), *words, "--config", self.config], cwd="/",
                   env={**self.cluster.environment(), **environment}, **self.as_agent())

    def notes(self, event, about):
        """What the agents' log says of such events."""
        with open(os.path.join(self.folder, "agent.log"), encoding="utf-8") as log:
            rows = [json.loads(line) for line in log if line.startswith("{") and line.endswith("}\n")]
        return [row.get("what", "") for row in rows
                if row["event"] == event and row.get("about", "") == about]

    def jobs(self, contract):
        """Every job of the contract that the cluster knows: ids and states."""
        lines = self.cluster.run("squeue", "-h", "-a", "-t", "all", "-o", "%i %j %T").stdout
        rows = [line.split() for line in lines.splitlines()]
        return [(row[0], row[2]) for row in rows if row[1].startswith(f"ts-{contract}-")]

    def stop(self):
        for agent in self.agents:
            if agent.poll() is None:
                self.end_agent(agent)

    def down(self):
        self.stop()
        if os.path.exists(self.cluster.facts):
            self.cluster.down()


# ---- Stories -----------------------------------------------------------------------------------


class Stories(MoreStories):
    def __init__(self, programs, root):
        self.programs, self.root = programs, root
        self.exchange = Exchange(programs, root)
        self.east = self.west = None
        self.users = LocalUsers()
        self.failed = 0
        self.lines = threading.local()  # of the story that this thread tells

    def up(self):
        exchange, programs, root = self.exchange, self.programs, self.root
        exchange.start()
        self.buyers = [exchange.open(name, "participant", ("cash", "10000.00"))
                       for name in ("alice", "bob")]
        stranger = exchange.open("mallory", "participant", ("cash", "1000.00"))  # on no cluster
        # What a contract leaves is not sold: who paid whom is then said by one contract.
        for who, buyer in zip(("alice", "bob", "mallory"), (*self.buyers, stranger)):
            exchange.must("PATCH", f"/v1/participants/{buyer}", who, {"resell": False})
        for name in ("east", "west"):
            supplier = exchange.open(name + "-idc", "hub", ("margin", "1000.00"))
            exchange.must("PUT", f"/v1/hubs/{name}/supplier", "operator", {"participant": supplier})
        users = [] if missing_right() else [
            self.users.make(f"ts{os.getpid()}{name}") for name in ("a", "b")]
        side_by_side(lambda: self.add_hub("east", accounting=True, users=users),
                     lambda: self.add_hub("west", accounting=False))

    def add_hub(self, name, **more):
        hub = Hub(self.programs, self.root, name, self.exchange, self.buyers, **more)
        setattr(self, name, hub)
        hub.up()
        done = hub.ask("check")
        check(done.returncode == 0, done.stdout + done.stderr)
        hub.start()
        wait_for(name + " to take contracts", lambda: self.takes_contracts(hub))

    def takes_contracts(self, hub):
        check(hub.agent.poll() is None, f"the agent of {hub.name} has ended: see its log")
        agent = self.exchange.get(f"/v1/hubs/{hub.name}", None).get("agent")
        return agent is not None and agent["takesContracts"]

    def end(self):
        for hub in (self.west, self.east):
            if hub is not None:
                hub.down()
        self.exchange.stop()
        self.users.remove()

    # ---- Telling

    def say(self, text):
        self.lines.said.append("   " + text)

    def tell(self, stories):
        """One after the other. What one has to say is shown when it is over."""
        for story in stories:
            begun = time.monotonic()
            self.lines.said = [f"== {story.__name__}: {story.__doc__}"]
            try:
                story()
                self.exchange.balances()
                self.say(f"ok ({time.monotonic() - begun:.1f} s)")
            except (Failure, subprocess.TimeoutExpired, OSError) as failure:
                self.failed += 1
                self.say(f"FAILED: {failure}")
            print("\n".join(self.lines.said), flush=True)

    def gang_goes_where_it_is_cheapest(self):
        """Two whole nodes: west is cheaper. It ends by itself and is paid for what it had."""
        order = self.exchange.submit("alice", "gang", 16, 3600, "echo $TONGSUAN_CONTRACT; sleep 6",
                                     limit="8")
        running = self.exchange.contract_in("alice", order, "running")
        check(running["hub"] == "west", f"it runs at {running['hub']}")
        check(len(self.west.jobs(running["id"])) == 1, "not exactly one job")
        said = self.west.ask("logs", running["id"])
        check(running["id"] in said.stdout, f"the log: {said.stdout}{said.stderr}")
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "completed", contract)
        check(5 <= seconds_of(contract) <= 12, f"delivered {seconds_of(contract)} s")
        check(contract["missedSeconds"] <= 10, f"missed {contract['missedSeconds']} s")
        check(self.exchange.order("alice", order)["state"] == "done", "the order is not done")
        bill = self.exchange.get(f"/v1/statements?purpose=hold&participant={self.buyers[0]}", "alice")
        paid = -sum(decimal.Decimal(row["amount"]["amount"]) for row in bill["items"]
                    if row["kind"] == "payment")
        check(paid == decimal.Decimal(contract["paid"]["amount"]), f"the bill: {bill}")

    def buyer_follows_what_its_job_says(self):
        """Bytes come while it runs, and after its folder has gone; to its buyer, and nobody else."""
        order = self.exchange.submit("alice", "talks", 8, 600, "printf 'begin\\377\\n'; echo oh >&2; "
                                     "sleep 8; echo end", hubs=["west"])
        contract = self.exchange.contract_in("alice", order, "running")["id"]
        log = f"/v1/contracts/{contract}/log?waitSeconds=20"
        check(self.exchange.ask("GET", log, "bob")[0] == 404, "bob sees it")
        check(self.exchange.ask("GET", log, "operator")[0] == 403, "the operator sees it")
        environment = self.credentials_of("alice")
        follow = subprocess.Popen([os.path.join(self.programs, "tongsuan"), "logs", contract, "-f"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        said, complained = follow.communicate(timeout=PATIENCE)
        check(said == b"begin\377\nend\n", f"followed: {said!r} {complained!r}")
        self.exchange.settled("alice", order)
        folder = os.path.join(self.west.scratch, contract)
        wait_for("its folder to go", lambda: not os.path.exists(folder))
        for words, expected in (([], said), (["--stderr"], b"oh\n"), (["--tail", "4"], b"end\n")):
            done = subprocess.run([os.path.join(self.programs, "tongsuan"), "logs", contract, *words],
                                  capture_output=True, env=environment, timeout=PATIENCE, check=False)
            check(done.stdout == expected, f"{words}: {done.stdout!r} {done.stderr!r}")
        check(self.west.ask("logs", contract, "--stderr").stdout == "oh\n", "the hub has not kept it")

    def credentials_of(self, who):
        home = os.path.join(self.root, "home-" + who)
        settings = os.path.join(home, ".config", "tongsuan")
        os.makedirs(settings, exist_ok=True)
        file = os.path.join(settings, "credentials")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(f'["{self.exchange.url}"]\ntoken = "dev-{who}"\n')
        return {"HOME": home, "TONGSUAN_SERVER": self.exchange.url, "PATH": os.environ["PATH"]}

    def one_waits_for_another(self):
        """All of both hubs is taken; whoever comes then starts when that has ended."""
        first = [self.exchange.submit("alice", "full-" + hub, 24, 600, "sleep 5", hubs=[hub])
                 for hub in ("east", "west")]
        for order in first:
            self.exchange.contract_in("alice", order, "running")
        later = self.exchange.submit("bob", "later", 8, 600, "sleep 1")
        check(self.exchange.order("bob", later)["state"] == "waiting", "it did not wait")
        for order in first:
            self.exchange.settled("alice", order)
        contract = self.exchange.settled("bob", later)
        check(contract["endReason"] == "completed", contract)

    def one_is_outbid(self):
        """Nobody sells at its price; its owner is told so, and the round is proved."""
        order = self.exchange.submit("bob", "cheap", 8, 600, "true", limit="1.00")
        def why():
            status, text = self.exchange.ask("GET", f"/v1/orders/{order}/why", "bob")
            told = json.loads(text)
            return told if status == 200 and told.get("standing") == "in-book" else None
        told = wait_for("a round with it", why)
        check(told["reason"] == "OUTBID", told)
        check(self.exchange.order("bob", order)["state"] == "waiting", "it ran")
        folder = tempfile.mkdtemp(dir=self.exchange.folder)
        for kind in ("book", "certificate"):
            status, text = self.exchange.ask("GET", f"/v1/rounds/{told['round']}/{kind}")
            check(status == 200, text)
            with open(os.path.join(folder, kind), "wb") as file:
                file.write(text)
        done = run([os.path.join(self.programs, "tongsuan-verify"), os.path.join(folder, "book"),
                    os.path.join(folder, "certificate")])
        check(done.returncode == 0, done.stdout + done.stderr)
        self.exchange.must("POST", f"/v1/orders/{order}:cancel", "bob")

    def spot_leaves_for_firm_work_of_the_hub(self):
        """A job of the hub's own takes the devices of spot work, which goes on later."""
        order = self.exchange.submit("alice", "spot", 24, 600, "sleep 8", hubs=["east"],
                                     service="spot")
        first = self.exchange.contract_in("alice", order, "running")
        own = self.east.cluster.run("sbatch", "--parsable", "-A", "exchange", "-p", "market",
                                    "--qos=firm", "-N3", "--gres=gpu:8", "-o", "/dev/null",
                                    "--wrap", "sleep 4").stdout.strip()
        check(own.isdigit(), own)
        contract = self.exchange.settled("alice", order)
        check(contract["id"] == first["id"] and contract["endReason"] == "preempted", contract)
        again = self.exchange.settled("alice", order, number=1)
        check(again["endReason"] == "completed", again)
        check(all(state == "COMPLETED" for _, state in self.east.jobs(again["id"])), "not completed")

    def strangers_are_refused(self):
        """Whoever is on no cluster has no job: the supplier fails, nobody pays."""
        order = self.exchange.submit("mallory", "stranger", 8, 600, "true", hubs=["west"])
        contract = self.exchange.settled("mallory", order)
        check(contract["endReason"] == "failed" and "user" in contract["detail"], contract)
        check(contract["paid"]["amount"] == "0.00", contract)
        check(self.west.jobs(contract["id"]) == [], "it has a job")
        self.exchange.must("POST", f"/v1/orders/{order}:cancel", "mallory")

    def owner_cancels(self):
        """The exchange ends it at once; the agent ends the job and has the last word."""
        order = self.exchange.submit("alice", "cancelled", 8, 3600, "sleep 600", hubs=["west"])
        running = self.exchange.contract_in("alice", order, "running")
        time.sleep(3)
        self.exchange.must("POST", f"/v1/orders/{order}:cancel", "alice")
        contract = self.exchange.settled("alice", order)
        check(2 <= seconds_of(contract) <= 10, contract)
        states = wait_for("the end of its job", lambda: [
            state for _, state in self.west.jobs(running["id"]) if state == "CANCELLED"])
        check(len(states) == 1, states)

    def agent_is_killed_before_its_submission_is_answered(self):
        """Nobody knows whether the job is there: it is looked for, and runs once."""
        rest = int(open(self.west.cluster.path("run/slurmrestd.pid"), encoding="utf-8").read())
        os.kill(rest, signal.SIGSTOP)
        try:
            order = self.exchange.submit("alice", "doubt", 8, 600, "sleep 3", hubs=["west"])
            wait_for("its contract", lambda: self.exchange.contracts("alice", order))
            time.sleep(2)  # it has written what it is about to do, and asks
            self.west.kill()
        finally:
            os.kill(rest, signal.SIGCONT)
        self.west.start()
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "completed", contract)
        ran = [job for job in self.west.jobs(contract["id"]) if job[1] == "COMPLETED"]
        check(len(ran) == 1, f"jobs: {self.west.jobs(contract['id'])}")

    def spool_is_lost(self):
        """An agent that remembers nothing finds the job by its name, and takes it."""
        order = self.exchange.submit("alice", "adopted", 8, 600, "sleep 8", hubs=["west"])
        running = self.exchange.contract_in("alice", order, "running")
        self.west.kill()
        shutil.rmtree(os.path.join(self.west.folder, "spool"))
        self.west.config = self.west.write_config("west-a", "spool")
        self.west.start()
        contract = self.exchange.settled("alice", order)
        check(contract["id"] == running["id"] and contract["endReason"] == "completed", contract)
        check(len(self.west.jobs(contract["id"])) == 1, "it ran twice")
        check(7 <= seconds_of(contract) <= 14, f"delivered {seconds_of(contract)} s")

    def controller_is_away(self):
        """Jobs go on while slurmctld is down, and are billed for all of it."""
        order = self.exchange.submit("alice", "controller", 8, 600, "sleep 20", hubs=["west"])
        self.exchange.contract_in("alice", order, "running")
        self.west.cluster.do("stop-controller", "")
        time.sleep(12)
        self.west.cluster.do("start-controller", "")
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "completed", contract)
        check(19 <= seconds_of(contract) <= 30, f"delivered {seconds_of(contract)} s")

    def exchange_is_killed(self):
        """Jobs end while the exchange is down; what they had is billed when it is back."""
        order = self.exchange.submit("alice", "exchange", 8, 600, "sleep 8", hubs=["west"])
        self.exchange.contract_in("alice", order, "running")
        self.exchange.kill()
        time.sleep(10)
        self.exchange.start()
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "completed", contract)
        check(7 <= seconds_of(contract) <= 12, f"delivered {seconds_of(contract)} s")

    def second_agent_takes_over(self):
        """One that only waits changes nothing. One that takes over fences the first, which stops; the
        job goes on, and is billed once."""
        order = self.exchange.submit("alice", "fenced", 8, 600, "sleep 20", hubs=["west"])
        self.exchange.contract_in("alice", order, "running")
        config = self.west.write_config("west-b", "spool-b")
        standby = self.west.start(config)
        time.sleep(5)
        check(standby.poll() is None and self.west.agent.poll() is None, "one of them ended")
        standby.terminate()
        standby.wait(timeout=30)
        other = self.west.start(config, "--take-over")
        check(self.west.agent.wait(timeout=60) == 4, "the first agent was not fenced")
        contract = self.exchange.settled("alice", order)
        check(len(self.west.jobs(contract["id"])) == 1, "it ran twice")
        check(19 <= seconds_of(contract) <= 30, f"delivered {seconds_of(contract)} s")
        other.terminate()
        other.wait(timeout=30)
        self.west.start(None, "--take-over")
        time.sleep(3)
        wait_for("west to take contracts", lambda: self.takes_contracts(self.west))

    def node_is_lost(self):
        """Its contract fails and is billed up to then; the order goes on elsewhere."""
        order = self.exchange.submit("alice", "lost", 8, 600, "sleep 45", hubs=["east"])
        running = self.exchange.contract_in("alice", order, "running")
        node = self.east.cluster.node_names()[int(running["nodes"][0])]
        self.east.cluster.do("stop-node", node)
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "failed", contract)
        again = self.exchange.contract_in("alice", order, "running", number=1)
        check(again["nodes"] != running["nodes"], "on the node that is lost")
        self.exchange.must("POST", f"/v1/orders/{order}:cancel", "alice")
        self.exchange.settled("alice", order, number=1)
        self.east.cluster.do("start-node", node)
        wait_for("the node", self.east.cluster.all_idle)

    def hub_drains(self):
        """It takes nothing new; what runs goes on."""
        check(self.west.ask("drain").returncode == 0, "drain")
        wait_for("its word", lambda: not self.takes_contracts(self.west))
        order = self.exchange.submit("bob", "drained", 8, 600, "true", hubs=["west"])
        time.sleep(3)
        check(self.exchange.contracts("bob", order) == [], "a contract came")
        check(self.west.ask("resume").returncode == 0, "resume")
        contract = self.exchange.settled("bob", order)
        check(contract["endReason"] == "completed", contract)

    def starts_are_quick(self):
        """From an order to a job that runs, on an idle cluster."""
        waits, orders = [], []
        for i in range(6):  # two rounds of three nodes
            if i == 3:
                wait_for("free nodes", lambda: all(
                    self.exchange.order("alice", order)["state"] == "done" for order in orders))
            sent = time.monotonic()
            order = self.exchange.submit("alice", f"quick-{i}", 8, 600, "sleep 1", hubs=["west"])
            contract = wait_for("its contract", lambda: self.exchange.contracts("alice", order))[0]
            wait_for("its job", lambda: any(state in ("RUNNING", "COMPLETED") for _, state in
                                            self.west.jobs(contract["id"])))
            waits.append(time.monotonic() - sent)
            orders.append(order)
        waits.sort()
        for order in orders:
            self.exchange.settled("alice", order)
        self.say(f"from order to RUNNING: median {statistics.median(waits):.2f} s, "
                 f"all {' '.join(f'{wait:.2f}' for wait in waits)}")

    def load(self, count):
        begun = time.monotonic()
        orders = [self.exchange.submit("bob", f"load-{i}", 1, 600, "true", hubs=["west"])
                  for i in range(count)]
        def left():
            return [order for order in orders
                    if self.exchange.order("bob", order)["state"] != "done"]
        while (rest := left()) and time.monotonic() - begun < 30 * 60:
            orders = rest
            time.sleep(1)
        check(not rest, f"{len(rest)} of {count} are not done")
        names = [row["id"] for row in self.exchange.get("/v1/contracts?pageSize=1000", "west-idc")["items"]]
        usage = open(f"/proc/{self.west.agent.pid}/status", encoding="utf-8").read()
        memory = next(line.split()[1] for line in usage.splitlines() if line.startswith("VmRSS"))
        print(f"   {count} contracts in {time.monotonic() - begun:.0f} s; agent {memory} kB; "
              f"{len(names)} contracts listed")

    def all(self):
        """By the hubs that they need for themselves."""
        return {
            "both": [self.idle_agents_cost_little, self.gang_goes_where_it_is_cheapest,
                     self.buyer_follows_what_its_job_says, self.one_waits_for_another,
                     self.exchange_is_killed],
            "east": [self.tenants_are_kept_apart, self.spot_leaves_for_firm_work_of_the_hub,
                     self.one_is_outbid, self.data_come_and_go, self.clock_is_wrong,
                     self.node_is_lost],
            "west": [self.starts_are_quick, self.strangers_are_refused, self.owner_cancels,
                     self.agent_is_killed_before_its_submission_is_answered, self.spool_is_lost,
                     self.controller_is_away, self.second_agent_takes_over, self.hub_drains,
                     self.hub_has_less_than_it_offers, self.everything_comes_twice]}


def side_by_side(*tasks):
    """Ends when all have; the first failure is everybody's."""
    failures = []
    def carry_out(task):
        try:
            task()
        except BaseException as failure:  # pylint: disable=broad-except
            failures.append(failure)
    threads = [threading.Thread(target=carry_out, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--keep", action="store_true", help="leave files")
    parser.add_argument("--only", default="", help="stories whose names contain this")
    parser.add_argument("--load", type=int, default=0)
    given = parser.parse_args()
    root = tempfile.mkdtemp(prefix="tongsuan-hubs-")
    os.chmod(root, 0o755)
    stories, is_over = None, False
    try:
        begun = time.monotonic()
        stories = Stories(os.path.abspath(given.programs), root)
        stories.up()
        print(f"== up after {time.monotonic() - begun:.1f} s", flush=True)
        chosen = {needs: [story for story in told if given.only in story.__name__]
                  for needs, told in stories.all().items()}
        stories.tell(chosen["both"])
        side_by_side(lambda: stories.tell(chosen["east"]), lambda: stories.tell(chosen["west"]))
        if given.load:
            print(f"== {given.load} contracts through one agent", flush=True)
            stories.load(given.load)
        print(f"== all told after {time.monotonic() - begun:.1f} s", flush=True)
        is_over = True
    finally:
        if stories is not None:
            stories.end()
        if given.keep or not is_over or stories.failed:
            print(f"files: {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)
    sys.exit(1 if stories.failed else 0)


if __name__ == "__main__":
    main()
