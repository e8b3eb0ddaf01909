#!/usr/bin/env python3
"""tokens of an OpenID provider: a small provider on loopback, and tongsuand that lets its tokens in.

usage: oidc_test.py TONGSUAND TONGSUAN
"""
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time
import unittest

from harness import Daemon, Peer, national_places, temporary

TONGSUAND, TONGSUAN = sys.argv[1:3]
ISSUER, CITY, AUDIENCE = "https://id.example", "https://city.example", "tongsuan"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(value):
    return base64url(json.dumps(value).encode())


class Signer:
    """An Ed25519 key, by the openssl of the system."""

    def __init__(self, folder, name):
        self.name, self.folder = name, pathlib.Path(folder)
        self.path = self.folder / (name + ".pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(self.path)], check=True,
                       capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", str(self.path), "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "kid": name, "use": "sig", "x": base64url(public[-32:])}

    def token(self, claims, header=None):
        text = encoded(header or {"alg": "EdDSA", "typ": "JWT", "kid": self.name}) + "." + encoded(claims)
        message = self.folder / "message"
        message.write_bytes(text.encode())
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(self.path),
                                    "-in", str(message)], check=True, capture_output=True).stdout
        return text + "." + base64url(signature)


class Provider(http.server.BaseHTTPRequestHandler):
    keys = []

    def do_GET(self):  # pylint: disable=invalid-name
        body = json.dumps({"keys": Provider.keys}).encode() if Provider.keys is not None else b""
        self.send_response(200 if Provider.keys is not None else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):  # pylint: disable=arguments-differ
        pass


class Oidc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = temporary()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.signer, cls.next = Signer(cls.folder, "k1"), Signer(cls.folder, "k2")
        cls.city = Signer(cls.folder, "c1")
        (cls.folder / "city.json").write_text(json.dumps({"keys": [cls.city.jwk]}), encoding="utf-8")
        Provider.keys = None  # the provider is not up yet: the exchange starts all the same
        cls.provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=cls.provider.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.provider.server_close)
        cls.addClassCleanup(cls.provider.shutdown)
        cls.daemon = Daemon(TONGSUAND, national_places(TONGSUAN, cls.folder), cls.folder)
        made = cls.daemon.init()
        assert made.returncode == 0, made.stderr
        config = cls.folder / "tongsuand.toml"
        config.write_text(f"""
[oidc]
issuer = "{ISSUER}"
audience = "{AUDIENCE}"
jwks = "http://127.0.0.1:{cls.provider.server_address[1]}/jwks.json"
refresh_seconds = 1
leeway_seconds = 30
participant_claim = "sub"
role_claim = "groups"
[oidc_roles]
"compute buyers" = "participant"
"compute auditors" = "auditor"
[oidc.city]
issuer = "{CITY}"
audience = "{AUDIENCE}"
jwks = "{cls.folder / 'city.json'}"
participant_claim = "sub"
role_claim = "groups"
[oidc.city.roles]
"citizens" = "participant"
""", encoding="utf-8")
        cls.daemon.start("--config", str(config))
        cls.peer = Peer(cls.daemon.port)
        status, _, body = cls.peer.ask("POST", "/v1/participants", "operator",
                                       {"name": "buyer", "role": "participant"},
                                       {"Idempotency-Key": "open-buyer"})
        assert status == 201, body

    @classmethod
    def tearDownClass(cls):
        status, log = cls.daemon.stop()
        assert status == 0, log
        assert "provider-keys-failed" in log

    def ask(self, token):
        status, _, body = self.peer.ask("GET", "/v1/orders", None, None,
                                        {"Authorization": "Bearer " + token})
        return "ok" if status == 200 else json.loads(body)["code"]

    def until(self, token, answer):
        """Keys come within the period; no later than the deadline of a broken test."""
        for _ in range(600):
            said = self.ask(token)
            if said == answer:
                return
            time.sleep(0.05)
        self.fail(f"it is still answered {said}, not {answer}")

    def claims(self, **changed):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "buyer", "iat": now - 5, "exp": now + 600,
                  "groups": ["all", "compute buyers"]}
        claims.update(changed)
        return {key: value for key, value in claims.items() if value is not None}

    def test_tokens(self):
        """In one go: keys change on the way."""
        good = self.signer.token(self.claims())
        self.assertEqual(self.ask(good), "unknown-signing-key")
        Provider.keys = [self.signer.jwk]
        self.until(good, "ok")
        now = int(time.time())
        for changed, said in (
                ({}, "ok"), ({"iss": ISSUER + "/"}, "wrong-issuer"), ({"aud": "other"}, "wrong-audience"),
                ({"aud": ["other", AUDIENCE]}, "ok"), ({"exp": now - 60, "iat": now - 90}, "expired"),
                ({"exp": now - 20, "iat": now - 90}, "ok"),  # within the leeway
                ({"nbf": now + 300}, "not-yet-valid"), ({"iat": now + 300}, "not-yet-valid"),
                ({"iat": now + 20}, "ok"), ({"exp": now + 90_000}, "malformed-credentials"),
                ({"groups": ["all"]}, "no-role"), ({"groups": None}, "no-role"),
                ({"groups": ["compute buyers", "compute auditors"]}, "no-role"),
                ({"sub": "nobody"}, "unknown-participant"), ({"exp": None}, "malformed-credentials")):
            self.assertEqual(self.ask(self.signer.token(self.claims(**changed))), said, changed)
        self.check_providers()
        self.check_algorithms()
        self.check_rotation(good)

    def check_providers(self):
        """The issuer decides whose keys and roles count."""
        city = {"iss": CITY, "groups": "citizens"}
        for signer, changed, said in (
                (self.city, city, "ok"), (self.city, {"iss": CITY}, "no-role"),
                (self.signer, city, "unknown-signing-key"), (self.city, {}, "unknown-signing-key"),
                (self.city, {"iss": "https://town.example"}, "wrong-issuer")):
            self.assertEqual(self.ask(signer.token(self.claims(**changed))), said, changed)

    def check_algorithms(self):
        claims = encoded(self.claims())
        for algorithm in ("none", "HS256", "HS512"):
            head = encoded({"alg": algorithm, "typ": "JWT", "kid": "k1"})
            mac = hmac.new(json.dumps(self.signer.jwk).encode(), f"{head}.{claims}".encode(),
                           hashlib.sha256).digest()
            for signature in ("", base64url(mac)):
                self.assertEqual(self.ask(f"{head}.{claims}.{signature}"), "wrong-algorithm", algorithm)
        signed = self.signer.token(self.claims(), {"alg": "ES256", "typ": "JWT", "kid": "k1"})
        self.assertEqual(self.ask(signed), "wrong-algorithm")
        stranger = self.next.token(self.claims(), {"alg": "EdDSA", "typ": "JWT", "kid": "k1"})
        self.assertEqual(self.ask(stranger), "bad-signature")

    def check_rotation(self, good):
        new = self.next.token(self.claims())
        self.assertEqual(self.ask(new), "unknown-signing-key")
        Provider.keys = [self.signer.jwk, self.next.jwk]
        self.until(new, "ok")
        self.assertEqual(self.ask(good), "ok")
        Provider.keys = [self.next.jwk]
        self.until(good, "unknown-signing-key")
        # While the provider says nothing, or nonsense, the keys stay.
        Provider.keys = [{"kty": "OKP", "crv": "Ed25519", "kid": "k3", "x": "AA"}]
        for _ in range(3):
            self.assertEqual(self.ask(new), "ok")
            time.sleep(0.5)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
