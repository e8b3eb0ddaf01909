"""An exchange with one hub, and a Slurm that runs scripts: both in this process, on loopback."""
import http.server
import json
import os
import pwd
import re
import subprocess
import threading
import time
from email.utils import formatdate


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Server:
    """Calls `answer(method, target, headers, body)` → (status, object)."""

    def __init__(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def date_time_string(self, timestamp=None):
                return formatdate(time.time() + owner.ahead, usegmt=True)

            def serve(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                with owner.lock:
                    status, value = owner.answer(self.command, self.path, self.headers,
                                                 json.loads(body) if body else None)
                text = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = do_PATCH = serve

        self.lock, self.ahead = threading.RLock(), 0
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *_: None  # agents are killed in the middle of requests
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


class FakeExchange(Server):
    """Keeps the rules that an agent relies on; refuses what the interface would."""

    def __init__(self, nodes, devices):
        self.nodes, self.devices = nodes, devices
        self.epoch, self.accepting, self.up = 0, None, {}
        self.contracts, self.told, self.answers, self.faults = {}, [], {}, []
        self.wanted, self.brought = [], []
        super().__init__()

    def now(self):
        return int(time.time() + self.ahead)

    def start(self, number, work, participant="P-3", nodes=(0,), seconds=3600):
        with self.lock:
            name = f"C-{number}"
            self.contracts[name] = {
                "work": work, "live": True, "over": False, "metered": self.now(), "from": self.now(),
                "until": self.now() + seconds, "nodes": list(nodes), "participant": participant,
                "phase": "dispatched", "seconds": 0}
            return self.contracts[name]

    def want(self, contract, stream, extent):
        with self.lock:
            self.wanted = [{"contract": contract, "stream": stream, **extent}]

    def cancel(self, name):
        with self.lock:
            self.contracts[name].update(live=False, until=self.now())

    def answer(self, method, target, headers, body):
        key = headers.get("idempotency-key")
        if key in self.answers:
            return self.answers[key]
        answer = self.take(method, target.split("?")[0], headers, body)
        if key:
            self.answers[key] = answer
        return answer

    def problem(self, status, code):
        if code != "fenced":
            self.faults.append(code)
        return status, {"title": "No", "status": status, "code": code, "detail": ""}

    def take(self, method, path, headers, body):
        if path == "/v1/hubs/east:lease":
            if body["epoch"] and body["epoch"] != self.epoch:
                return self.problem(409, "fenced")
            self.epoch += 0 if body["epoch"] else 1
            self.accepting = body["accepting"]
            return 200, {"epoch": self.epoch, "sequence": "1", "state": "accepted"}
        if path == "/v1/hubs/east":
            return 200, {"hub": "east", "pools": [{"class": "H100", "nodes": self.nodes,
                                                   "nodeDevices": self.devices}]}
        if method == "POST" and int(headers.get("hub-epoch", 0)) != self.epoch:
            return self.problem(409, "fenced")
        if path == "/v1/hubs/east/nodes:report":
            for at in range(body["begin"], body["end"]):
                self.up[at] = body["up"]
            return 200, {}
        if path == "/v1/hubs/east/work":
            return 200, {"asOf": "1", "wanted": self.wanted,
                         "items": [self.item(*one) for one in self.contracts.items()
                                   if not one[1]["over"]]}
        if match := re.fullmatch(r"/v1/contracts/([^/]+)/log", path):
            if match[1] not in [want["contract"] for want in self.wanted]:
                return self.problem(409, "not-wanted")
            self.wanted = []
            self.brought.append(body)
            return 200, {"readers": 1}
        if match := re.fullmatch(r"/v1/contracts/([^/]+)/work", path):
            return 200, self.contracts[match[1]]["work"]
        match = re.fullmatch(r"/v1/contracts/([^/]+):([a-z]+)", path)
        if not match or match[1] not in self.contracts:
            return self.problem(404, "unknown")
        return self.hear(match[1], match[2], body)

    def item(self, name, row):
        return {"contract": name, "order": "O-1", "participant": row["participant"], "class": "H100",
                "nodes": row["nodes"], "devicesPerNode": self.devices, "from": stamp(row["from"]),
                "until": stamp(row["until"]), "metered": stamp(row["metered"]), "phase": row["phase"],
                "live": row["live"], "work": row["work"] is not None}

    def hear(self, name, kind, body):
        row = self.contracts[name]
        self.told.append((name, kind, body))
        if kind == "report":
            row["phase"] = body["phase"]
            return 200, {}
        if row["over"] or (kind == "end") != row["live"] and kind != "meter":
            return self.problem(409, "not-running")
        if kind == "meter":
            begin, end = (time.strptime(body[at], "%Y-%m-%dT%H:%M:%SZ") for at in ("from", "until"))
            begin, end = (int(time.mktime(at) - time.timezone) for at in (begin, end))
            if not row["metered"] <= begin < end <= min(self.now(), row["until"]):
                return self.problem(422, "time")
            row["metered"], row["seconds"] = end, row["seconds"] + end - begin
            return 200, {}
        row.update(over=True, live=False, last={"kind": kind, **body})
        return 200, {}


class FakeSlurm(Server):
    """v0.0.40 without accounting; one job after the other has its nodes as soon as they are free."""

    def __init__(self, names, devices):
        self.names, self.devices, self.jobs, self.down = names, devices, [], set()
        super().__init__()

    def answer(self, method, target, headers, body):
        if target == "/openapi/v3":
            return 200, {"openapi": "3.0.2", "paths": {"/slurm/v0.0.40/jobs/": {},
                                                       "/slurm/v0.0.40/job/submit": {}}}
        rest = target.removeprefix("/slurm/v0.0.40/")
        self.pass_time()
        if rest == "nodes":
            return 200, {"errors": [], "nodes": [
                {"name": name, "gres": f"gpu:h100:{self.devices}", "partitions": ["market"],
                 "state": ["DOWN" if name in self.down else "IDLE"], "reason": "", "version": "23.11"}
                for name in self.names]}
        if rest == "job/submit":
            return self.submit(body, headers["x-slurm-user-name"])
        chosen = self.jobs if rest == "jobs" else [
            job for job in self.jobs if rest == f"job/{job['id']}"]
        if not chosen and rest != "jobs":
            return 500, {"errors": [{"error_number": 2017, "error": "Invalid job id specified"}]}
        if method == "DELETE":
            self.end(chosen[0], "CANCELLED")
            chosen[0]["process"].kill()
        return 200, {"errors": [], "jobs": [self.row(job) for job in chosen]}

    def stop(self):
        super().stop()
        for job in self.jobs:
            job["process"].kill()
            job["process"].wait()

    def pass_time(self):
        for job in self.jobs:
            if job["state"] == "RUNNING" and job["process"].poll() is not None:
                self.end(job, "COMPLETED" if job["process"].returncode == 0 else "FAILED")

    def end(self, job, state):
        if job["state"] == "RUNNING":
            job.update(state=state, end=int(time.time()))

    def submit(self, body, user):
        asked = body["job"]
        job = {"id": len(self.jobs) + 1, "user": user, "state": "RUNNING", "start": int(time.time()),
               "end": 0, **asked}
        with open(asked["standard_output"], "w", encoding="utf-8") as said, \
                open(asked["standard_error"], "w", encoding="utf-8") as complained:
            job["process"] = subprocess.Popen(["sh", "-c", body["script"]], stdout=said, stderr=complained,
                                              cwd=asked["current_working_directory"],
                                              env=asked["environment"])
        self.jobs.append(job)
        return 200, {"errors": [], "job_id": job["id"]}

    def row(self, job):
        number = lambda value: {"set": bool(value), "infinite": False, "number": value}
        nodes = ",".join(job["required_nodes"])
        return {"job_id": job["id"], "name": job["name"], "job_state": [job["state"]],
                "state_reason": "None", "nodes": nodes, "required_nodes": nodes,
                "partition": job["partition"], "account": job["account"], "qos": job["qos"],
                "user_name": job["user"], "comment": job["comment"], "requeue": job["requeue"],
                "restart_cnt": 0, "tres_per_node": job["tres_per_node"],
                "start_time": number(job["start"]), "end_time": number(job["end"]),
                "time_limit": number(job["time_limit"]), "standard_output": job["standard_output"],
                "exit_code": {"status": ["SUCCESS"],
                              "return_code": number(job["process"].returncode or 0)}}


class FakeKubernetes(Server):
    """An API server, and a machine that runs the script of a Job once it is not suspended. With
    `workers` it is the manager of a MultiKueue, whose Kueue asks somebody else which of them to take."""

    def __init__(self, names, devices, workers=()):
        self.names, self.devices, self.workers = names, devices, workers
        self.jobs, self.version, self.workloads, self.nominated = {}, 1, {}, []
        super().__init__()

    def no(self, code, reason):
        return code, {"kind": "Status", "status": "Failure", "code": code, "reason": reason,
                      "message": reason}

    def answer(self, method, target, headers, body):
        if headers.get("authorization") != "Bearer good":
            return self.no(401, "Unauthorized")
        path = target.split("?")[0]
        if path == "/version":
            return 200, {"gitVersion": "v1.31.4"}
        if path == "/api/v1/nodes":
            return 200, {"kind": "NodeList", "metadata": {}, "items": [self.node(name) for name in self.names]}
        if path.endswith("/pods"):
            return 200, {"kind": "PodList", "metadata": {}, "items": [self.pod(job) for job in self.jobs.values()]}
        if "/workloads" in path:
            return self.kueue(method, target, body)
        self.pass_time()
        if path == "/apis/batch/v1/jobs":
            if "watch=true" in target:
                return self.no(410, "Expired")
            return 200, {"kind": "JobList", "metadata": {"resourceVersion": str(self.version)},
                         "items": [job["object"] for job in self.jobs.values()]}
        if method == "POST":
            return self.make(body)
        job = self.jobs.get(path.rsplit("/", 1)[1])
        if job is None:
            return self.no(404, "NotFound")
        return self.change(method, job, body)

    def change(self, method, job, body):
        metadata = job["object"]["metadata"]
        if method == "PATCH":
            if body["metadata"]["resourceVersion"] != metadata["resourceVersion"]:
                return self.no(409, "Conflict")
            metadata["annotations"].update(body["metadata"].get("annotations", {}))
            if not body.get("spec", {}).get("suspend", True):
                self.resume(job)
            self.touch(job)
        if method == "DELETE":
            metadata["deletionTimestamp"] = stamp(time.time())
            if job["process"]:
                job["process"].kill()
            self.touch(job)
        return 200, job["object"]

    def touch(self, job):
        self.version += 1
        job["object"]["metadata"]["resourceVersion"] = str(self.version)

    def make(self, body):
        name = body["metadata"]["name"]
        if name in self.jobs:
            return self.no(409, "AlreadyExists")
        job = {"object": body, "process": None, "output": ""}
        body["metadata"].update(uid="uid-" + name, annotations=dict(body["metadata"]["annotations"]))
        body["status"] = {}
        self.jobs[name] = job
        self.touch(job)
        if "kueue.x-k8s.io/queue-name" in body["metadata"]["labels"]:
            self.workloads[name] = {
                "metadata": {"name": "job-" + name, "namespace": body["metadata"]["namespace"],
                             "uid": "w-" + name, "resourceVersion": "1"},
                "status": {"conditions": [{"type": "QuotaReserved", "status": "True"}]}}
        return 201, body

    def resume(self, job):
        spec = job["object"]["spec"]
        spec["suspend"] = False
        container, = spec["template"]["spec"]["containers"]
        with open(container["workingDir"] + "/said", "w", encoding="utf-8") as said:
            job["process"] = subprocess.Popen(
                [word.replace("$$", "$") for word in container["command"]], stdout=said, stderr=said,
                cwd=container["workingDir"],
                env={each["name"]: each["value"].replace("$$", "$") for each in container["env"]})
        job["object"]["status"] = {"startTime": stamp(time.time()), "active": spec["completions"],
                                   "ready": spec["completions"]}

    def pass_time(self):
        for job in self.jobs.values():
            status = job["object"]["status"]
            if job["process"] is None or job["process"].poll() is None or "conditions" in status:
                continue
            kind = "Failed" if job["process"].returncode else "Complete"
            status.update(active=0, ready=0, conditions=[
                {"type": kind, "status": "True", "reason": "BackoffLimitExceeded" if kind == "Failed" else "",
                 "message": "", "lastTransitionTime": stamp(time.time())}])
            if kind == "Complete":
                status["completionTime"] = stamp(time.time())
            self.touch(job)

    def pod(self, job):
        code = job["process"].returncode if job["process"] else None
        return {"status": {"containerStatuses": [{"state": {"terminated": {"exitCode": code or 0}}}]}}

    def node(self, name):
        return {"metadata": {"name": name, "labels": {"nvidia.com/gpu.product": "h100"}}, "spec": {},
                "status": {"allocatable": {"nvidia.com/gpu": str(self.devices)},
                           "conditions": [{"type": "Ready", "status": "True"}]}}

    def kueue(self, method, target, body):
        if method == "GET":
            name = target.split("job-uid%3Duid-")[1].split("&")[0]
            return 200, {"kind": "WorkloadList", "metadata": {}, "items": [self.workloads[name]]}
        name = body["metadata"]["name"].removeprefix("job-")
        chosen = body["status"]["nominatedClusterNames"]
        if "/status?" not in target or any(each not in self.workers for each in chosen):
            return self.no(422, "Invalid")
        self.nominated.append((name, chosen))
        self.workloads[name]["status"]["clusterName"] = chosen[0]
        self.resume(self.jobs[name])
        self.touch(self.jobs[name])
        return 200, self.workloads[name]

    def stop(self):
        super().stop()
        for job in self.jobs.values():
            if job["process"]:
                job["process"].kill()
                job["process"].wait()


def this_user():
    return pwd.getpwuid(os.geteuid()).pw_name
