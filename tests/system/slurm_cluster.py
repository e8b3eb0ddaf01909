#!/usr/bin/env python3
"""A real Slurm cluster on this machine's loopback, without root, containers or systemd.

usage: slurm_cluster.py up ROOT NAME [--nodes N] [--devices N] [--type TYPE] [--no-accounting]
       slurm_cluster.py down ROOT NAME
       slurm_cluster.py do ROOT NAME stop-controller|start-controller|restart-rest
       slurm_cluster.py do ROOT NAME stop-node|start-node NODE
       slurm_cluster.py do ROOT NAME requeue|cancel-as-its-user|cancel-as-root JOB
       slurm_cluster.py env ROOT NAME

`up` starts munged, slurmctld, slurmd for every node, slurmrestd, and with accounting MariaDB and
slurmdbd, as the user who calls, or as `slurm` where that is root: slurmrestd refuses root. With
`tenants`, which takes root, the nodes run as root, so that jobs of these users are theirs. Devices
are links to /dev/null, which is a character device, as slurmd wants one: jobs get indexes and
CUDA_VISIBLE_DEVICES. Every daemon listens on 127.0.0.1, on ports that were free, and is ended by its
own process id. `env` prints what the live tests read.
"""

import argparse
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

PORTS = 24  # in a row: controller, accounting, REST, and from the tenth on the nodes
NODES_MAX = PORTS - 10
CLUSTERS_MAX = 16  # of one process
PATIENCE = 60  # seconds for whatever has to come up


def fail(text):
    sys.exit(f"slurm_cluster: {text}")


def wait_until(what, is_so):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.05)
    fail(f"{what} did not come within {PATIENCE} s")


PROMISED = set()  # by this process, which may bring up several at once
PROMISING = threading.Lock()


def free_ports():
    """The first of PORTS ports in a row that nobody uses."""
    with PROMISING:
        bases = range(21000, 60000, PORTS)
        # Another process, the next one perhaps, may look at the same moment, and not listen yet.
        first = os.getpid() * CLUSTERS_MAX % len(bases)
        base = next(each for each in [*bases[first:], *bases[:first]]
                    if each not in PROMISED and are_free(each))
        PROMISED.add(base)
        return base


def are_free(base):
    sockets = []
    try:
        for port in range(base, base + PORTS):
            one = socket.socket()
            sockets.append(one)
            one.bind(("127.0.0.1", port))
        return True
    except OSError:
        return False
    finally:
        for one in sockets:
            one.close()


class Cluster:
    def __init__(self, root, name, **made):
        self.root, self.name = os.path.abspath(root), name
        self.folder = os.path.join(self.root, name)
        self.facts = os.path.join(self.folder, "cluster.json")
        self.made = made
        if not made:
            try:
                with open(self.facts, encoding="utf-8") as file:
                    self.made = json.load(file)
            except OSError:
                fail(f"there is no cluster in {self.folder}; bring it up first")
        self.user = "slurm" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    # ---- Files and processes

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        if os.geteuid() == 0:
            shutil.chown(path, self.user, self.user)

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC",
                "HOME": self.folder, "SLURM_CONF": self.path("etc/slurm.conf")}

    def tenants(self):
        """Users whose jobs the nodes can run, beside the cluster's own."""
        return self.made.get("tenants", [])

    def as_user(self):
        if os.geteuid() != 0:
            return {}
        return {"user": self.user, "group": self.user, "extra_groups": []}

    def run(self, *command, check=True, **more):
        environment = {**self.environment(), **more}
        done = subprocess.run(command, env=environment, cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False,
                              **self.as_user())
        if check and done.returncode != 0:
            fail(f"{' '.join(command)}: {done.stdout.strip()}")
        return done

    def start(self, name, *command, as_root=False, **more):
        """A daemon that stays in the foreground; its id is kept in a file."""
        with open(self.path("log", name + ".log"), "ab") as log:
            process = subprocess.Popen(command, env={**self.environment(), **more},
                                       cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, start_new_session=True,
                                       **({} if as_root else self.as_user()))
        self.write(f"run/{name}.pid", str(process.pid))

    def stop(self, name, how=signal.SIGTERM):
        """Ends one of our daemons by its own id, and waits until it is gone."""
        path = self.path("run", name + ".pid")
        try:
            with open(path, encoding="utf-8") as file:
                pid = int(file.read())
        except (OSError, ValueError):
            return
        for kind in (how, signal.SIGKILL):
            for _ in range(100):
                if not self.is_ours(pid):
                    os.unlink(path)
                    return
                os.kill(pid, kind)
                time.sleep(0.1)
        fail(f"{name} ({pid}) does not end")

    def is_ours(self, pid):
        """Whether this id is still a living process of this cluster: ids are used again."""
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                ours = self.folder.encode() in file.read()
            with open(f"/proc/{pid}/stat", "rb") as file:
                dead = file.read().rpartition(b")")[2].split()[0] == b"Z"
        except OSError:
            return False
        return ours and not dead

    # ---- Settings

    def node_names(self):
        return [f"{self.name}-n{i + 1}" for i in range(self.made["nodes"])]

    def slurm_conf(self):
        base, devices = self.made["base"], self.made["devices"]
        host = socket.gethostname().split(".")[0]
        lines = [
            f"ClusterName={self.name}",
            f"SlurmctldHost={host}(127.0.0.1)",
            f"SlurmctldPort={base}",
            f"SlurmUser={self.user}",
            f"SlurmdUser={'root' if self.tenants() else self.user}",
            "AuthType=auth/munge",
            # A job that is put back waits until its old credential is over, and a second more.
            f"AuthInfo=socket={self.path('run/munge.sock')},cred_expire=6",
            "CredType=cred/munge",
            "AuthAltTypes=auth/jwt",
            f"AuthAltParameters=jwt_key={self.path('etc/jwt.key')}",
            f"StateSaveLocation={self.path('state')}",
            f"SlurmdSpoolDir={self.path('spool/%n')}",
            f"SlurmctldPidFile={self.path('run/of-slurmctld.pid')}",
            f"SlurmdPidFile={self.path('run/of-slurmd-%n.pid')}",
            "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none",
            "JobAcctGatherType=jobacct_gather/none",
            "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_Core_Memory",
            "SchedulerType=sched/backfill",
            "SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0",
            "PriorityType=priority/multifactor",
            "PriorityWeightQOS=10000",
            "PreemptType=preempt/qos",
            "PreemptMode=REQUEUE",
            "JobRequeue=1",
            "KillWait=2",
            "MinJobAge=600",
            "SlurmdTimeout=10",
            "ReturnToService=2",
            "MpiDefault=none",
            "MailProg=/bin/true",
            "SlurmdParameters=config_overrides",
            "GresTypes=gpu",
        ]
        if self.made["accounting"]:
            lines += [
                "AccountingStorageType=accounting_storage/slurmdbd",
                "AccountingStorageTRES=gres/gpu",
                "AccountingStorageHost=127.0.0.1",
                f"AccountingStoragePort={base + 1}",
                f"AccountingStoragePass={self.path('run/munge.sock')}",
                "AccountingStoreFlags=job_comment",
                "AccountingStorageEnforce=associations,limits,qos",
            ]
        for i, node in enumerate(self.node_names()):
            lines.append(
                f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={base + 10 + i} "
                f"CPUs={devices * 4} RealMemory={devices * 4096} "
                f"Gres=gpu:{self.made['type']}:{devices} State=UNKNOWN")
        lines.append("PartitionName=market Nodes=ALL Default=YES MaxTime=1-00:00:00 State=UP")
        lines.append("PartitionName=local Nodes=ALL MaxTime=1-00:00:00 State=UP")
        return "\n".join(lines) + "\n"

    def slurmdbd_conf(self):
        host = socket.gethostname().split(".")[0]
        return "\n".join([
            "AuthType=auth/munge",
            f"AuthInfo=socket={self.path('run/munge.sock')},cred_expire=6",
            "AuthAltTypes=auth/jwt",
            f"AuthAltParameters=jwt_key={self.path('etc/jwt.key')}",
            f"DbdHost={host}",
            "DbdAddr=127.0.0.1",
            f"DbdPort={self.made['base'] + 1}",
            f"SlurmUser={self.user}",
            "StorageType=accounting_storage/mysql",
            "StorageHost=localhost",
            f"StorageUser={self.user}",
            "StoragePass=x",
            "StorageLoc=accounting",
            f"PidFile={self.path('run/of-slurmdbd.pid')}",
            "CommitDelay=1",
        ]) + "\n"

    # ---- Up and down

    def up(self):
        if os.path.exists(self.facts):
            fail(f"{self.folder} has a cluster; take it down first")
        if os.path.exists(self.folder):
            fail(f"{self.folder} exists; remove it, or choose another name")
        if self.made["nodes"] > NODES_MAX:
            fail(f"no more than {NODES_MAX} nodes")
        for program in ("munged", "slurmctld", "slurmd", "slurmrestd", "sinfo"):
            if shutil.which(program, path=self.environment()["PATH"]) is None:
                fail(f"{program} is missing; try: ./test --system, which installs it")
        self.made["base"] = free_ports()
        for part in ("etc", "log", "run", "state", "spool", "db", "dev", "work"):
            os.makedirs(self.path(part))
        for i in range(self.made["devices"]):
            os.symlink("/dev/null", self.path("dev", f"gpu{i}"))
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{self.user}:{self.user}", self.folder], check=True)
        if self.tenants():
            os.chmod(self.path("work"), 0o1777)
        self.write("cluster.json", json.dumps(self.made))
        self.write("etc/munge.key", os.urandom(128), 0o400)
        self.write("etc/jwt.key", os.urandom(32), 0o400)
        self.write("etc/slurm.conf", self.slurm_conf())
        self.write("etc/gres.conf", f"Name=gpu Type={self.made['type']} "
                   f"File={self.path('dev')}/gpu[0-{self.made['devices'] - 1}]\n")
        self.start("munged", "munged", "--foreground", "--key-file", self.path("etc/munge.key"),
                   "--socket", self.path("run/munge.sock"), "--pid-file",
                   self.path("run/of-munged.pid"), "--log-file", self.path("log/munged.txt"),
                   "--seed-file", self.path("run/munge.seed"))
        wait_until("munged", lambda: os.path.exists(self.path("run/munge.sock")))
        if self.made["accounting"]:
            self.start_accounting()
        self.start_controller()
        if self.made["accounting"]:
            self.add_accounts()
        for node in self.node_names():
            self.start_node(node)
        self.start_rest()
        wait_until("nodes", self.all_idle)

    def start_accounting(self):
        self.run("mariadb-install-db", "--no-defaults", f"--datadir={self.path('db')}",
                 "--auth-root-authentication-method=normal", "--skip-test-db")
        sock = self.path("run/sql.sock")
        self.start("mariadbd", "mariadbd", "--no-defaults", f"--datadir={self.path('db')}",
                   f"--socket={sock}", f"--pid-file={self.path('run/of-mariadbd.pid')}",
                   "--skip-networking", "--innodb-buffer-pool-size=32M",
                   "--innodb-flush-log-at-trx-commit=0", "--innodb-lock-wait-timeout=900")
        sql = ("mariadb", "--no-defaults", "-uroot", "-S", sock, "-e")
        wait_until("MariaDB", lambda: self.run(*sql, "select 1", check=False).returncode == 0)
        self.run(*sql, f"create user '{self.user}'@localhost identified by 'x'; "
                 f"grant all on *.* to '{self.user}'@localhost; create database accounting")
        self.write("etc/slurmdbd.conf", self.slurmdbd_conf(), 0o600)
        self.start("slurmdbd", "slurmdbd", "-D", MYSQL_UNIX_PORT=sock)
        wait_until("slurmdbd", lambda: self.run("sacctmgr", "-n", "list", "cluster",
                                                check=False).returncode == 0)

    def add_accounts(self):
        for words in (["qos", "spot", "set", "Priority=0"],
                      ["qos", "firm", "set", "Priority=100", "Preempt=spot"],
                      ["account", "exchange", "Description=tongsuan", "Organization=tongsuan"],
                      ["user", self.user, "account=exchange", "adminlevel=admin",
                       "qos=normal,spot,firm", "defaultqos=normal"]):
            self.run("sacctmgr", "-iQ", "add", *words)
        for tenant in self.tenants():
            self.run("sacctmgr", "-iQ", "add", "user", tenant, "account=exchange",
                     "qos=normal,spot,firm", "defaultqos=normal")

    def start_controller(self):
        self.start("slurmctld", "slurmctld", "-D")
        wait_until("slurmctld", lambda: "UP" in self.run("scontrol", "ping", check=False).stdout)

    def start_node(self, node):
        as_root = bool(self.tenants())
        os.makedirs(self.path("spool", node), exist_ok=True)
        if os.geteuid() == 0 and not as_root:
            shutil.chown(self.path("spool", node), self.user, self.user)
        self.start("slurmd-" + node, "slurmd", "-D", "-N", node, as_root=as_root)

    def start_rest(self):
        # Without slurmdbd the accounting part would end slurmrestd.
        parts = "v0.0.38,dbv0.0.38" if self.made["accounting"] else "v0.0.38"
        self.start("slurmrestd", "slurmrestd", "-s", parts, "-a", "rest_auth/jwt",
                   f"127.0.0.1:{self.made['base'] + 2}", SLURM_JWT="daemon")
        wait_until("slurmrestd", self.rest_answers)

    def rest_answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.made["base"] + 2), timeout=1).close()
            return True
        except OSError:
            return False

    def all_idle(self):
        lines = self.run("sinfo", "-h", "-p", "market", "-t", "idle", "-o", "%D", check=False)
        counts = [int(word) for word in lines.stdout.split() if word.isdigit()]
        return lines.returncode == 0 and sum(counts) == self.made["nodes"]

    def down(self):
        self.stop("slurmrestd")
        for user in (self.user, *self.tenants()):  # slurmd leaves running steps behind
            self.run("scancel", "-f", "-u", user, check=False)
        for _ in range(50):
            if not self.run("squeue", "-h", check=False).stdout.strip():
                break
            time.sleep(0.1)
        for node in self.node_names():
            self.stop("slurmd-" + node)
        for name in ("slurmctld", "slurmdbd", "mariadbd", "munged"):
            self.stop(name)
        os.unlink(self.facts)

    def do(self, what, which):
        if what == "stop-controller":
            self.stop("slurmctld")
        elif what == "start-controller":
            self.start_controller()
        elif what == "restart-rest":
            self.stop("slurmrestd")
            self.start_rest()
        elif what == "stop-node":
            self.stop("slurmd-" + which, signal.SIGKILL)
        elif what == "start-node":
            self.start_node(which)
        elif what == "requeue":
            # Ours are not put back by the cluster itself; its operator can all the same.
            self.run("scontrol", "update", f"JobId={which}", "Requeue=1")
            self.run("scontrol", "requeue", which)
        elif what in ("cancel-as-its-user", "cancel-as-root"):
            user = "root"
            if what == "cancel-as-its-user":
                user = self.run("squeue", "-h", "-o", "%u", "-j", which).stdout.strip()
            subprocess.run(["scancel", which], check=True, env=self.environment(), user=user,
                           group=pwd.getpwnam(user).pw_gid, extra_groups=[], timeout=PATIENCE)
        else:
            fail(f"there is no {what}; try: slurm_cluster.py --help")

    def live_environment(self):
        script = os.path.abspath(__file__)
        return {
            "TONGSUAN_SLURM_URL": f"http://127.0.0.1:{self.made['base'] + 2}",
            "TONGSUAN_SLURM_KEY": self.path("etc/jwt.key"),
            "TONGSUAN_SLURM_USER": self.user,
            "TONGSUAN_SLURM_FOLDER": self.path("work"),
            "TONGSUAN_SLURM_TENANT": "".join(self.tenants()[:1]),
            "TONGSUAN_SLURM_ACCOUNTING": "yes" if self.made["accounting"] else "",
            "TONGSUAN_SLURM_DO": f"{sys.executable} {script} do {self.root} {self.name}",
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["up", "down", "do", "env"])
    parser.add_argument("root")
    parser.add_argument("name")
    parser.add_argument("what", nargs="?", default="")
    parser.add_argument("which", nargs="?", default="")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--type", default="h100")
    parser.add_argument("--no-accounting", action="store_true")
    given = parser.parse_args()
    if given.verb == "up":
        cluster = Cluster(given.root, given.name, nodes=given.nodes, devices=given.devices,
                          type=given.type, accounting=not given.no_accounting)
        try:
            cluster.up()
        except BaseException:
            if os.path.exists(cluster.facts):
                cluster.down()
            raise
        return
    cluster = Cluster(given.root, given.name)
    if given.verb == "down":
        cluster.down()
    elif given.verb == "do":
        cluster.do(given.what, given.which)
    else:
        for name, value in cluster.live_environment().items():
            print(f"{name}={value}")


if __name__ == "__main__":
    main()
