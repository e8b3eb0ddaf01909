"""Stories of two hubs (two_hubs_test.py) about people and machines that are not as they should be."""

import json
import os
import shutil
import stat
import time

from local_users import missing_right
from story import Failure, check, run, seconds_of, wait_for
from twice_proxy import TwiceProxy


class MoreStories:
    """Needs what `Stories` has: an exchange, and two hubs."""

    def skip(self, why):
        self.say(f"skipped: {why}")

    # ---- Tenants

    def tenants_are_kept_apart(self):
        """Each participant is a local user: one cannot read what another has, and nothing is left."""
        if not self.east.cluster.tenants():
            return self.skip(missing_right())
        hub, users = self.east, self.east.cluster.tenants()
        held = self.exchange.submit("alice", "keeper", 8, 600, "umask 000; id -un; echo seven > secret; "
                                    "mkdir -m 777 open; echo eight > open/secret; sleep 12",
                                    hubs=["east"])
        keeper = self.exchange.contract_in("alice", held, "running")
        folder = os.path.join(hub.scratch, keeper["id"])
        wait_for("its file", lambda: os.path.exists(folder + "/open/secret"))
        about = os.stat(folder)
        check(stat.S_IMODE(about.st_mode) == 0o700, f"mode {about.st_mode:o}")
        looks = " ; ".join(f"{look} && echo OPEN" for look in (
            f"ls {folder}", f"cat {folder}/secret", f"cat {folder}/open/secret",
            f"touch {folder}/open/mine", f"cat {folder}/ts-{keeper['id']}-1.out",
            f"ls {hub.scratch}", f"cat {hub.key}", f"ls {hub.folder}/spool"))
        order = self.exchange.submit("bob", "curious", 8, 600, f"exec 2>&1; id -un; {looks} ; sleep 3; true",
                                     hubs=["east"])
        curious = self.exchange.contract_in("bob", order, "running")
        said = wait_for("what it says", lambda: hub.ask("logs", curious["id"]).stdout)
        said = wait_for("all that it says", lambda: (text := hub.ask("logs", curious["id"]).stdout)
                        .count("denied") == 8 and text)
        check(said.splitlines()[0] == users[1] and "OPEN" not in said, said)
        check(hub.ask("logs", keeper["id"]).stdout == users[0] + "\n", "it ran as somebody else")
        for who, each in (("alice", held), ("bob", order)):
            contract = self.exchange.settled(who, each)
            check(contract["endReason"] == "completed", contract)
        for contract in (keeper, curious):
            wait_for("an empty scratch", lambda contract=contract: not os.path.exists(
                os.path.join(hub.scratch, contract["id"])))
        stranger = self.exchange.submit("mallory", "unmapped", 8, 600, "true", hubs=["east"])
        contract = self.exchange.settled("mallory", stranger)
        check(contract["detail"].startswith("no local user for P-"), contract)
        check(contract["paid"]["amount"] == "0.00" and hub.jobs(contract["id"]) == [], contract)
        self.exchange.must("POST", f"/v1/orders/{stranger}:cancel", "mallory")

    # ---- Data

    def data_come_and_go(self):
        """Commands of the hub bring data in and results out; what cannot come in is not billed."""
        hub = self.east
        depot = os.path.join(self.root, "depot")
        os.makedirs(depot)
        os.chmod(depot, 0o1777)
        with open(os.path.join(depot, "data"), "w", encoding="utf-8") as file:
            file.write("x" * 54321)
        work = {"stageIn": [{"from": depot + "/data", "to": "in"}],
                "stageOut": [{"from": "out", "to": depot + "/result"}]}
        order = self.exchange.submit("alice", "data", 8, 600, "wc -c < in > out; sleep 2",
                                     hubs=["east"], **work)
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "completed", contract)
        result = depot + "/result"
        wait_for("the result", lambda: os.path.exists(result) and os.path.getsize(result))
        with open(result, encoding="utf-8") as file:
            check(file.read().strip() == "54321", "another result")
        came = hub.notes("staging", contract["id"])
        check("54321 bytes came in" in came, came)
        went = wait_for("what went out", lambda: hub.notes("stage-out", contract["id"]))
        check(went == ["6 bytes went out"], went)
        work["stageIn"][0]["from"] = depot + "/nothing"
        order = self.exchange.submit("alice", "no-data", 8, 600, "true", hubs=["east"], **work)
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "failed", contract)
        check(contract["detail"].startswith("data could not be brought in: "), contract)
        check(contract["paid"]["amount"] == "0.00", contract)
        check(hub.jobs(contract["id"]) == [], "it has a job")
        self.exchange.must("POST", f"/v1/orders/{order}:cancel", "alice")

    # ---- Clocks

    def clock_is_wrong(self):
        """The agent's clock is minutes off: what is billed is what the cluster delivered. So far off that
        the cluster takes no token of it, the agent says so."""
        if shutil.which("cc") is None:
            return self.skip("there is no cc to make a shifted clock with")
        hub = self.east
        shift = os.path.join(self.root, "clock_shift.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock_shift.c")
        made = run(["cc", "-shared", "-fPIC", "-O1", "-o", shift, source])
        check(made.returncode == 0, made.stderr)
        try:
            for seconds in (240, -240):
                self.bills_what_ran(hub, seconds, LD_PRELOAD=shift, CLOCK_SHIFT=str(seconds))
            hub.end_agent(hub.agent)
            told = hub.ask("check", LD_PRELOAD=shift, CLOCK_SHIFT="-3600")
            check(told.returncode == 1 and "clock" in told.stderr, told.stdout + told.stderr)
        finally:
            if hub.agent.poll() is None:
                hub.end_agent(hub.agent)
            hub.start()
        wait_for("east to take contracts", lambda: self.takes_contracts(hub))

    def bills_what_ran(self, hub, seconds, **environment):
        hub.end_agent(hub.agent)
        hub.start(**environment)
        order = self.exchange.submit("alice", f"clock{seconds}", 8, 600, "sleep 8", hubs=["east"])
        contract = self.exchange.settled("alice", order)
        check(contract["endReason"] == "completed", contract)
        ran = self.seconds_that_ran(hub, contract["id"])
        check(ran - 3 <= seconds_of(contract) <= ran,
              f"ran {ran} s, delivered {seconds_of(contract)} s")
        words = [note.split() for note in hub.notes("clock", "")]
        check(any(word[1] == "cluster" and abs(int(word[3]) + seconds) <= 3 for word in words), words)

    def seconds_that_ran(self, hub, contract):
        """As slurmdbd has it, once it has it."""
        def look():
            text = hub.cluster.run("sacct", "-XPn", "-D", "-a", "--name", f"ts-{contract}-1", "-S",
                                   "now-1hour", "-o", "elapsedraw,state,end").stdout
            rows = [line.split("|") for line in text.splitlines()]
            return rows if rows and all(row[2] != "Unknown" for row in rows) else None
        return sum(int(row[0]) for row in wait_for("what slurmdbd says", look))

    # ---- A hub that offers more than it has

    def hub_has_less_than_it_offers(self):
        """A node leaves the market after it was sold: its contract fails, nobody pays, and the order is
        served when the node is back."""
        hub = self.west
        all_nodes = hub.cluster.node_names()
        def offer(nodes):
            hub.cluster.run("scontrol", "update", "PartitionName=market", "Nodes=" + ",".join(nodes))
        order = None
        try:
            offer(all_nodes[:2])
            order = self.exchange.submit("alice", "oversold", 24, 600, "sleep 2", hubs=["west"])
            contract = self.exchange.settled("alice", order)
            check(contract["endReason"] == "failed", contract)
            check(contract["paid"]["amount"] == "0.00", contract)
            check(hub.jobs(contract["id"]) == [], "it has a job")
            check(self.exchange.order("alice", order)["state"] == "waiting", "the order does not wait")
            # What is left is sold meanwhile.
            other = self.exchange.submit("bob", "rest", 16, 600, "sleep 1", hubs=["west"])
            check(self.exchange.settled("bob", other)["endReason"] == "completed", "the rest")
        finally:
            offer(all_nodes)
        again = self.exchange.settled("alice", order, number=1)
        check(again["endReason"] == "completed" and again["id"] != contract["id"], again)

    # ---- Everything happens twice

    def everything_comes_twice(self):
        """The exchange is answered twice and lists twice, and an old list comes when all is over: one job,
        paid once."""
        hub = self.west
        proxy = TwiceProxy(self.exchange.port)
        try:
            hub.end_agent(hub.agent)
            hub.start(hub.write_config("west-twice", "spool", url=proxy.url))
            order = self.exchange.submit("alice", "twice", 8, 600, "sleep 6", hubs=["west"])
            contract = self.exchange.settled("alice", order)
            check(contract["endReason"] == "completed", contract)
            wait_for("its end", lambda: hub.notes("gone", contract["id"]))
            time.sleep(2)  # the agent has read that it is there no more
            proxy.again(3)
            wait_for("old lists", lambda: proxy.old == 0)
            wait_for("its second end", lambda: len(hub.notes("gone", contract["id"])) == 2)
            check(proxy.doubled > 4, f"{proxy.doubled} requests were doubled")
        finally:
            hub.end_agent(hub.agents[-1])
            proxy.stop()
            hub.start()
        check([state for _, state in hub.jobs(contract["id"])] == ["COMPLETED"],
              f"jobs: {hub.jobs(contract['id'])}")
        now = self.exchange.get(f"/v1/contracts/{contract['id']}", "alice")
        for key in ("paid", "deliveredSeconds", "missedSeconds"):
            check(now[key] == contract[key], f"{now} after {contract}")
        wait_for("west to take contracts", lambda: self.takes_contracts(hub))

    # ---- What an agent costs

    def idle_agents_cost_little(self):
        """Nothing runs; agents look every second."""
        seconds = 12
        def spent(agent):
            threads = os.listdir(f"/proc/{agent.pid}/task")
            total = 0
            for thread in threads:
                with open(f"/proc/{agent.pid}/task/{thread}/schedstat", encoding="utf-8") as file:
                    total += int(file.read().split()[0])
            return total / 1e9
        hubs = (self.east, self.west)
        before = [spent(hub.agent) for hub in hubs]
        time.sleep(seconds)
        for hub, begin in zip(hubs, before):
            with open(f"/proc/{hub.agent.pid}/status", encoding="utf-8") as file:
                memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
            an_hour = (spent(hub.agent) - begin) * 3600 / seconds
            self.say(f"{hub.name}: {an_hour:.1f} CPU seconds an hour, {memory / 1024:.1f} MiB")
            check(an_hour < 360 and memory < 100 * 1024, "that is much")
