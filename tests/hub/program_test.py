#!/usr/bin/env python3
"""The program tongsuan-hub between a played exchange and a played Slurm.

usage: program_test.py TONGSUAN_HUB SOURCE_FOLDER [ProgramTest.TEST...]
"""
import base64
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fakes import FakeExchange, FakeKubernetes, FakeSlurm, this_user  # noqa: E402

HUB, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])

SETTINGS = """
hub = "east"
exchange = "{exchange}"
credentials = "{root}/credentials"
spool = "{root}/spool"
scratch = "{root}/scratch"
[times]
interval = 1
request = 2
lease = 30
meter = 1
nodes = 1
down = 2
[slurm]
url = "{slurm}"
user = "{user}"
token_file = "{root}/token"
[staging]
in = "cp -- {{from}} {{to}}"
out = "cp -- {{from}} {{to}}"
places = "{root}"
[environment]
PATH = "/usr/bin:/bin"
[class.H100]
accelerator = "h100"
[tenant.P-3]
user = "{user}"
account = "lab"
"""


def eventually(what, seconds=30):
    """Waits until `what()` is true; its last value."""
    end = time.monotonic() + seconds
    while not (value := what()) and time.monotonic() < end:
        time.sleep(0.1)
    return value


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tongsuan-hub-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.exchange, self.slurm = FakeExchange(3, 8), FakeSlurm(["n1", "n2", "n3"], 8)
        self.addCleanup(self.exchange.stop)
        self.addCleanup(self.slurm.stop)
        os.mkdir(self.root + "/scratch", 0o711)
        self.private("token", "token-of-" + this_user())
        self.private("credentials", f'["{self.exchange.url}"]\n'
                                    'key = "K-0102030405060708"\nsecret = "s"\n')
        self.settings = SETTINGS.format(exchange=self.exchange.url, slurm=self.slurm.url,
                                        root=self.root, user=this_user())
        self.write_settings(self.settings)
        self.process = None
        self.addCleanup(self.end)

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def private(self, name, text):
        path = pathlib.Path(self.root) / name
        path.touch(0o600)
        path.write_text(text, encoding="utf-8")

    def write_settings(self, text):
        (pathlib.Path(self.root) / "hub.toml").write_text(text, encoding="utf-8")

    def hub(self, *words):
        return subprocess.run([HUB, *words, "--config", self.root + "/hub.toml"], text=True,
                              capture_output=True, timeout=60)

    def start(self, *words):
        with open(self.root + "/log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([HUB, "run", *words, "--config", self.root + "/hub.toml"],
                                            stderr=log)
        eventually(lambda: self.exchange.accepting or self.process.poll() is not None)
        self.assertTrue(self.exchange.accepting, self.log())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def log(self):
        return (pathlib.Path(self.root) / "log").read_text(encoding="utf-8")

    def over(self, row):
        self.assertTrue(eventually(lambda: row["over"]), self.log())
        return row["last"]

    def test_runs_a_contract_with_its_data(self):
        self.private("data", "seven\n")
        self.start()
        row = self.exchange.start("1A", {
            "script": "#!/bin/sh\ncat in; echo $LR $TONGSUAN_CONTRACT; cp in out; sleep 3; exit 3\n",
            "environment": {"LR": "1e-4"}, "service": "spot",
            "stageIn": [{"from": self.root + "/data", "to": "in"}],
            "stageOut": [{"from": "out", "to": self.root + "/result"}]}, nodes=[1])
        self.assertTrue(eventually(lambda: self.slurm.jobs), self.log())
        job = self.slurm.jobs[0]
        self.assertEqual(job["required_nodes"], ["n2"])
        self.assertEqual(job["qos"], "spot")
        said = "seven\n1e-4 C-1A\n"
        self.assertTrue(eventually(lambda: self.hub("logs", "C-1A").stdout == said), self.log())
        self.assertEqual(self.hub("logs", "C-1A", "--lines", "1").stdout, "1e-4 C-1A\n")
        status = self.hub("status").stdout
        self.assertRegex(status, r"C-1A +running, P-3, job 1, metered to ")
        self.assertEqual(self.over(row), {"kind": "end", "reason": "completed", "detail": "exit code 3"})
        self.assertEqual(row["seconds"], job["end"] - job["start"])
        folder = pathlib.Path(self.root) / "scratch" / "C-1A"
        self.assertTrue(eventually(lambda: not folder.exists()))
        self.assertEqual((pathlib.Path(self.root) / "result").read_text(encoding="utf-8"), "seven\n")
        self.assertEqual(self.exchange.faults, [])
        self.assertEqual(self.exchange.up, {0: True, 1: True, 2: True})
        self.assertEqual(self.stop(), 0)

    def on_kubernetes(self, more, *servers):
        """Settings for these API servers instead of the Slurm."""
        for server in servers:
            self.addCleanup(server.stop)
        self.private("bearer", "good")
        begin, end = self.settings.index("[slurm]"), self.settings.index("[staging]")
        self.write_settings(
            self.settings[:begin] + f'[kubernetes]\nurl = "{servers[0].url}"\n'
            f'token_file = "{self.root}/bearer"\nimage = "registry/work:1"\n' + more
            + self.settings[end:])

    def runs_on_kubernetes(self, server):
        self.start()
        row = self.exchange.start("8", {
            "script": "echo $LR $TONGSUAN_CONTRACT; sleep 2; exit 3\n", "environment": {"LR": "1e-4"}},
            nodes=[0, 2])
        said = pathlib.Path(self.root) / "scratch" / "C-8" / "said"
        self.assertTrue(eventually(lambda: said.exists() and said.read_text() == "1e-4 C-8\n"), self.log())
        self.assertEqual(self.over(row), {"kind": "end", "reason": "completed", "detail": "exit code 3"})
        self.assertGreaterEqual(row["seconds"], 2)
        job, = server.jobs.values()
        self.assertEqual(job["object"]["metadata"]["name"], "ts-c-8-1")
        self.assertEqual(self.exchange.faults, [])
        self.assertEqual(self.stop(), 0)

    def test_runs_on_kubernetes(self):
        server = FakeKubernetes(["n1", "n2", "n3"], 8)
        self.on_kubernetes("", server)
        self.assertIn("n2: 8 of h100, up", self.hub("check").stdout)
        self.runs_on_kubernetes(server)

    def test_is_nominated_as_a_worker_of_kueue(self):
        worker = FakeKubernetes(["n1", "n2", "n3"], 8)
        manager = FakeKubernetes([], 8, workers=["east-worker", "west-worker"])
        self.on_kubernetes(f'queue = "market"\nworker = "east-worker"\nworker_url = "{worker.url}"\n'
                           f'worker_token_file = "{self.root}/bearer"\n', manager, worker)
        worker.jobs = manager.jobs  # Kueue's copies
        self.runs_on_kubernetes(manager)
        self.assertEqual(manager.nominated, [("ts-c-8-1", ["east-worker"])])

    def test_brings_what_is_wanted_and_keeps_the_end(self):
        self.start()
        row = self.exchange.start("1B", {"script": "#!/bin/sh\nprintf 'one\\377\\n'; echo oh >&2\n"
                                                   "while [ ! -e go ]; do sleep 0.1; done; echo two\n"})
        folder = pathlib.Path(self.root) / "scratch" / "C-1B"
        self.assertTrue(eventually(lambda: row["phase"] == "running"), self.log())
        self.assertEqual(self.wanted("C-1B", "stdout", tail=100),
                         {"offset": 0, "size": 5, "ended": False, "bytes": b"one\377\n"})
        self.assertEqual(self.wanted("C-1B", "stdout", **{"from": 3})["bytes"], b"\377\n")
        self.assertEqual(self.wanted("C-1B", "stderr", tail=100)["bytes"], b"oh\n")
        self.assertEqual(self.wanted("C-9", "stdout", tail=1),
                         {"missing": "no output of C-9 is kept here"})
        (folder / "go").touch()
        self.over(row)
        self.assertTrue(eventually(lambda: not folder.exists()))
        end = {"offset": 5, "size": 9, "ended": True, "bytes": b"two\n"}
        self.assertEqual(self.wanted("C-1B", "stdout", **{"from": 5}), end)
        self.assertEqual(self.hub("logs", "C-1B", "--lines", "1").stdout, "two\n")
        self.assertEqual(self.hub("logs", "C-1B", "--stderr").stdout, "oh\n")
        self.stop()
        self.start()
        self.assertEqual(self.wanted("C-1B", "stdout", **{"from": 5}), end)
        self.assertEqual(self.exchange.faults, [])

    def test_shows_no_file_of_another(self):
        self.private("secret", "of another tenant")
        self.start()
        row = self.exchange.start("1C", {"script": f"#!/bin/sh\nrm -f ts-C-1C-1.out ts-C-1C-1.err\n"
                                                   f"ln -s {self.root}/secret ts-C-1C-1.out\n"
                                                   "mkfifo ts-C-1C-1.err; touch ready; sleep 1000\n"})
        ready = pathlib.Path(self.root) / "scratch" / "C-1C" / "ready"
        self.assertTrue(eventually(ready.exists), self.log())
        self.assertEqual(self.wanted("C-1C", "stdout", tail=100), {"missing": "ts-C-1C-1.out is a link"})
        self.assertEqual(self.wanted("C-1C", "stderr", tail=100),
                         {"missing": "ts-C-1C-1.err is not shown: it is no regular file"})
        self.assertEqual(self.hub("logs", "C-1C").returncode, 1)
        self.exchange.cancel("C-1C")
        self.over(row)
        self.assertTrue(eventually(lambda: not ready.exists()), self.log())
        self.assertEqual(self.hub("logs", "C-1C").stdout, "")

    def wanted(self, contract, stream, **extent):
        """What the agent brings of it."""
        self.exchange.want(contract, stream, extent)
        self.assertTrue(eventually(lambda: self.exchange.brought), self.log())
        piece = dict(self.exchange.brought.pop())
        for name, value in {"stream": stream, **extent}.items():
            self.assertEqual(piece.pop(name), value)
        if "bytes" in piece:
            text = piece["bytes"]
            piece["bytes"] = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return piece

    def test_goes_on_after_it_was_killed(self):
        self.start()
        row = self.exchange.start("2", {"script": "#!/bin/sh\nsleep 6\n"})
        self.assertTrue(eventually(lambda: row["phase"] == "running"), self.log())
        self.process.kill()
        self.process.wait()
        time.sleep(1)
        self.start()
        self.assertEqual(self.over(row)["reason"], "completed")
        job, = self.slurm.jobs
        self.assertEqual(row["seconds"], job["end"] - job["start"])
        self.assertEqual(self.exchange.faults, [])

    def test_cancels_what_the_exchange_ended(self):
        self.start()
        row = self.exchange.start("3", {"script": "#!/bin/sh\nsleep 1000\n"})
        self.assertTrue(eventually(lambda: row["phase"] == "running"), self.log())
        self.exchange.cancel("C-3")
        self.assertEqual(self.over(row)["kind"], "settle")
        self.assertEqual(self.slurm.jobs[0]["state"], "CANCELLED")

    def test_runs_images_by_a_command(self):
        wrong = self.settings.replace("[staging]", 'image_command = "env IMAGE={image}"\n[staging]')
        self.write_settings(wrong)
        self.assertIn("the command for images has no {script}", self.hub("check").stderr)
        self.write_settings(self.settings.replace(
            "[staging]", 'image_command = "env IMAGE=oci:{image} /bin/sh -c {script}"\n[staging]'))
        self.start()
        script = "echo \"$IMAGE\" 'a'\\''b' $TONGSUAN_CONTRACT; sleep 2\n"
        row = self.exchange.start("9", {"script": script, "image": "registry/train:1"})
        self.assertTrue(eventually(
            lambda: self.hub("logs", "C-9").stdout == "oci:registry/train:1 a'b C-9\n"), self.log())
        odd = self.exchange.start("A", {"script": script, "image": "--privileged"}, nodes=[1])
        self.assertEqual(self.over(odd)["detail"], '"--privileged" is no reference of an image')
        self.assertEqual(self.over(row)["detail"], "exit code 0")

    def test_fails_what_it_cannot_run(self):
        self.slurm.down.add("n3")
        self.start()
        stranger = self.exchange.start("4", {"script": "#!/bin/sh\n"}, participant="P-9")
        self.assertEqual(self.over(stranger)["detail"], "no local user for P-9")
        odd = self.exchange.start("7", {"script": "#!/bin/sh\n", "stageOut": [
            {"from": "out", "to": ":sftp,ssh='touch x':y"}]})
        self.assertIn("is no place that this hub moves data from or to", self.over(odd)["detail"])
        self.assertTrue(eventually(lambda: self.exchange.up.get(2) is False))
        down = self.exchange.start("5", {"script": "#!/bin/sh\n"}, nodes=[2])
        self.assertEqual(self.over(down)["detail"], "n3 is down: DOWN")
        boxed = self.exchange.start("6", {"script": "#!/bin/sh\n", "image": "registry/train:1"})
        self.assertEqual(self.over(boxed)["detail"], "this hub runs no images")
        self.assertEqual(self.slurm.jobs, [])

    def test_drains_and_resumes(self):
        self.assertEqual(self.hub("drain").returncode, 1)  # no agent has run here
        self.start()
        row = self.exchange.start("6", {"script": "#!/bin/sh\nsleep 3\n"})
        self.assertTrue(eventually(lambda: row["phase"] == "running"), self.log())
        self.assertEqual(self.hub("drain", "--wait").returncode, 0)
        self.assertTrue(row["over"])
        self.assertFalse(self.exchange.accepting)
        status = json.loads(self.hub("status", "--json").stdout)
        self.assertTrue(status["drained"])
        self.assertEqual(status["contracts"], [])
        self.assertEqual(self.hub("resume").returncode, 0)
        self.assertTrue(eventually(lambda: self.exchange.accepting))

    def test_ends_when_another_has_the_hub(self):
        self.start()
        with self.exchange.lock:
            self.exchange.epoch += 1
        row = self.exchange.start("7", {"script": "#!/bin/sh\nsleep 1000\n"})
        self.assertEqual(self.process.wait(timeout=60), 4)
        self.assertIn("--take-over", self.log())
        self.exchange.accepting = None
        self.start("--take-over")
        self.assertTrue(eventually(lambda: row["phase"] == "running"), self.log())

    def test_one_agent_has_a_spool(self):
        self.start()
        second = self.hub("run")
        self.assertEqual(second.returncode, 3)
        self.assertIn("another agent runs with this spool", second.stderr)

    def test_says_what_is_there(self):
        done = self.hub("check")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the exchange sells 3 nodes of H100 with 8 devices each", done.stdout)
        self.assertIn("n2: 8 of h100, up", done.stdout)
        self.slurm.stop()
        self.assertEqual(self.hub("check").returncode, 1)

    def test_refuses_wrong_settings_with_their_line(self):
        cases = {
            'hub = "east"': ('hubb = "east"', "there is no key hubb before the first table"),
            "interval = 1": ("interval = 0", "interval takes a whole number from 1 to 60"),
            "[slurm]": ("[slurms]", "there is no table [slurms]"),
            "places = ": ('places = ":sftp,ssh=x:"\n#', '":sftp,ssh=x:" in places of [staging] is no place'),
            'account = "lab"': ('acount = "lab"', "there is no key acount in [tenant.P-3]"),
            "lease = 30": ("lease = \"30\"", "lease takes no text"),
            'user = "%s"\naccount' % this_user(): ("account", "[tenant.P-3] needs user and account"),
            "request = 2": ("request = 20", "lease is shorter than three times"),
            'token_file = "': ('#', "[slurm] needs either jwt_key or token_file"),
        }
        for what, (instead, why) in cases.items():
            self.assertIn(what, self.settings)
            self.write_settings(self.settings.replace(what, instead, 1))
            refused = self.hub("check")
            self.assertEqual(refused.returncode, 3, what)
            self.assertIn(why, refused.stderr)
            self.assertIn("try: ", refused.stderr)

    def test_says_which_of_two_does_not_answer(self):
        self.slurm.stop()
        done = self.hub("check")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"Slurm at {self.slurm.url}: ", done.stderr)
        self.assertNotIn("exchange", done.stderr)
        self.write_settings(self.settings.replace('hub = "east"', 'hub = "easd"'))
        self.assertRegex(self.hub("check").stderr, "the exchange: .*\ntry: look at hub")

    def test_refuses_wrong_arguments(self):
        for words in (["fly"], ["--fly"], ["logs"], ["logs", "17"], ["status", "--wait"],
                      ["run", "run"], ["logs", "C-1", "--lines", "0"], ["logs", "C-1", "--lines"],
                      ["drain", "--take-over"]):
            done = subprocess.run([HUB, *words], capture_output=True, text=True, timeout=10)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("try: ", done.stderr)
        self.assertIn("usage:", subprocess.run([HUB, "--help"], capture_output=True, text=True).stdout)
        version = subprocess.run([HUB, "--version"], capture_output=True, text=True).stdout
        self.assertRegex(version, r"^tongsuan-hub \d+\.\d+\.\d+\n$")

    def test_the_example_names_every_setting(self):
        text = (SOURCE / "deploy" / "tongsuan-hub.toml").read_text(encoding="utf-8")
        code = (SOURCE / "src/tongsuan/hub/configuration.cc").read_text(encoding="utf-8")
        for table, key in re.findall(r'\{"([a-z]*)",\s*"([a-z_]+)",', code):
            self.assertRegex(text, rf"(?m)^#?{key} =", f"{table}.{key}")
        # Every line that is a comment with a key is taken once it is none.
        lines = [line[1:] if re.match(r"#[a-z_]+ = \S", line) or re.match(r"#\[(class|tenant)", line)
                 else line for line in text.split("\n")]
        kubernetes = lines.index("#[kubernetes]")
        lines = lines[:kubernetes] + lines[lines.index("[staging]") - 1:]
        self.write_settings("\n".join(line for line in lines if not line.startswith("token_file")))
        self.assertIn("tongsuan-hub.credentials", self.hub("check").stderr)


def all_at_once():
    """Each test in a process of its own: they wait most of their time. The number that failed."""
    names = unittest.TestLoader().getTestCaseNames(ProgramTest)
    runs = [(name, subprocess.Popen([sys.executable, __file__, HUB, str(SOURCE), "ProgramTest." + name],
                                    text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
            for name in names]
    failed = 0
    for name, run in runs:
        said, _ = run.communicate(timeout=300)
        print(name, "ok" if run.returncode == 0 else "FAILED\n" + said, flush=True)
        failed += run.returncode != 0
    return failed


if __name__ == "__main__":
    if len(sys.argv) > 3:
        unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
    sys.exit(1 if all_at_once() else 0)
