"""A tongsuand in a folder of its own, on a free port of loopback, with a clock that stands still."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import secrets
import subprocess
import tempfile
import time

ORDERS = ("order ", "options ", "option ", "curve ", "profile ", "service ", "account ", "cap ", "end ")
CLOCK = "2026-04-13T08:00:00+08:00"


def national_places(tongsuan, folder):
    """The national market without its demand."""
    text = subprocess.run([tongsuan, "generate", "national", "--orders", "3000", "--load", "20", "-q"],
                          capture_output=True, text=True, check=True).stdout
    lines = [line for line in text.split("\n") if line and not line.startswith(ORDERS)]
    path = pathlib.Path(folder) / "national.market"
    path.write_text("\n".join(lines) + "\nend\n", encoding="utf-8")
    return path


class Daemon:
    """Starts with `make`; stop and start again to see what a restart keeps."""

    def __init__(self, tongsuand, places, folder):
        self.tongsuand, self.places = tongsuand, places
        self.data = str(pathlib.Path(folder) / "exchange")
        self.process = self.port = None

    def init(self, *more):
        return subprocess.run([self.tongsuand, "--data", self.data, "--init", "--dev", "--places",
                               str(self.places), "--at", CLOCK, *more], capture_output=True, text=True,
                              timeout=60)

    def start(self, *more):
        self.process = subprocess.Popen(
            [self.tongsuand, "--data", self.data, "--dev", "--speed", "0", "--listen", "127.0.0.1:0",
             *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            bufsize=1)
        line = self.process.stdout.readline()
        if not line.startswith("listening on port "):
            raise RuntimeError("tongsuand did not start: " + self.process.stderr.read())
        self.port = int(line.split()[-1])
        return self

    def advance(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def stop(self):
        """Its exit status and what it logged."""
        self.process.terminate()
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


def authorization(identity, method, target, body):
    """`identity`: a name of a development token, or (key, secret)."""
    if isinstance(identity, str):
        return f"Bearer dev-{identity}"
    key, secret = identity
    nonce, now = secrets.token_urlsafe(16), int(time.time())
    lines = "\n".join(["tongsuan-hmac-v1", method, target, hashlib.sha256(body).hexdigest(), str(now),
                       nonce])
    digest = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return f"Tongsuan-HMAC key={key}, time={now}, nonce={nonce}, signature={signature}"


class Peer:
    """One kept connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def __del__(self):
        self.connection.close()

    def ask(self, method, target, identity=None, body=None, headers=None):
        """(status, headers, bytes)"""
        sent = dict(headers or {})
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        if identity is not None:
            sent["Authorization"] = authorization(identity, method, target, data)
        self.connection.request(method, target, data or None, sent)
        reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def open_buyer(self, name, amount):
        """A participant with money; its id."""
        status, _, body = self.ask("POST", "/v1/participants", "operator",
                                   {"name": name, "role": "participant"},
                                   {"Idempotency-Key": "opens-" + name})
        assert status == 201, body
        buyer = json.loads(body)["id"]
        status, _, body = self.ask("POST", "/v1/deposits", "operator",
                                   {"to": {"participant": buyer, "purpose": "cash"}, "reference": "1",
                                    "amount": {"amount": amount, "currency": "CNY"}},
                                   {"Idempotency-Key": "pays-" + name})
        assert status == 201, body
        return buyer


def run_for(command, seconds=60):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=seconds,
                          check=False)


def temporary():
    return tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR"))
