"""Requests: signing, keys, retries, pages."""
from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import random
import secrets
import socket
import ssl
import threading
import time
from datetime import datetime
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple
from urllib.parse import urlencode, urlsplit

from ._codec import decode, encode
from .errors import ApiError, ConnectionLost, error_of

RETRIED = (429, 503)
PAUSE_FIRST, PAUSE_LONGEST = 0.2, 20.0
BODY_MAX = 256 * 1024 * 1024  # of a reply: a certificate may be large


def new_key() -> str:
    """A new Idempotency-Key."""
    return secrets.token_urlsafe(18)


def authorization(key_id: str, secret: str, method: str, target: str, body: bytes) -> str:
    """The Authorization header of a signed request, docs/access.md."""
    now, nonce = str(int(time.time())), secrets.token_urlsafe(18)
    lines = ["tongsuan-hmac-v1", method, target, hashlib.sha256(body).hexdigest(), now, nonce]
    digest = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return f"Tongsuan-HMAC key={key_id}, time={now}, nonce={nonce}, signature={signature}"


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Transport:
    """`base_url` without /v1. Either a key (`key_id`, `secret`), or a `token`, or neither: then only
    what is public. Threads may share a client; each has a connection of its own."""

    def __init__(self, base_url: str, *, key_id: Optional[str] = None, secret: Optional[str] = None,
                 token: Optional[str] = None, timeout: float = 30.0, retries: int = 6,
                 ssl_context: Optional[ssl.SSLContext] = None) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError(f"no address of an exchange, such as https://exchange.example: {base_url}")
        if (key_id is None) != (secret is None) or (key_id is not None and token is not None):
            raise ValueError("give key_id and secret, or token, or nothing")
        self._https = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._key_id, self._secret, self._token = key_id, secret, token
        self._timeout, self._retries = timeout, retries
        self._context = ssl_context or (ssl.create_default_context() if self._https else None)
        self._local = threading.local()
        self._sleep: Callable[[float], None] = time.sleep
        self.last_sequence: Optional[str] = None  # as of which the last reply was
        self.last_etag: Optional[str] = None

    def close(self) -> None:
        """Closes the connection of this thread."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    # ---- One operation

    def _call(self, kind: Any, method: str, path: str, *, query: Optional[Dict[str, Any]] = None,
              body: Any = None, if_match: Optional[str] = None, hub_epoch: Optional[str] = None,
              key: Optional[str] = None) -> Any:
        headers = {"Accept": "text/plain" if kind is str else "application/json"}
        if if_match is not None:
            headers["If-Match"] = if_match
        if hub_epoch is not None:
            headers["Hub-Epoch"] = hub_epoch
        if key is not None:
            headers["Idempotency-Key"] = key
        data = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(encode(body), ensure_ascii=False, separators=(",", ":")).encode()
        reply = self._send(method, path + _query(query or {}), headers, data)
        if reply.status >= 400:
            raise error_of(reply.status, _problem(reply), key)
        self.last_sequence = reply.headers.get("Tongsuan-Sequence", self.last_sequence)
        self.last_etag = reply.headers.get("ETag")
        text = reply.body.decode()
        return text if kind is str else decode(kind, json.loads(text))

    def _pages(self, method: Callable[..., Any], *arguments: str, **options: Any) -> Iterator[Any]:
        token: Optional[str] = None
        while True:
            page = method(*arguments, page_token=token, **options)
            yield from page.items
            token = page.next_page_token
            if token is None:
                return

    # ---- Retries

    def _send(self, method: str, target: str, headers: Dict[str, str], body: bytes) -> Reply:
        """Sends until there is a reply that stands. Every request of this interface may be sent again:
        it reads, or has a key."""
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                reply = self._once(method, target, headers, body)
            except (OSError, http.client.HTTPException) as lost:
                self.close()
                if last:
                    raise ConnectionLost(f"{method} {target}: {lost or type(lost).__name__}",
                                         headers.get("Idempotency-Key")) from lost
                self._sleep(_pause(attempt, None))
                continue
            if last or reply.status not in RETRIED:
                return reply
            self._sleep(_pause(attempt, reply.headers.get("Retry-After")))
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, target: str, headers: Dict[str, str], body: bytes) -> Reply:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(self._timeout)
        connection.request(method, target, body or None, self._signed(method, target, headers, body))
        response = connection.getresponse()
        data = response.read(BODY_MAX + 1)
        if len(data) > BODY_MAX:
            raise http.client.HTTPException("the reply is too large")
        return Reply(response.status, response.headers, data)

    def _signed(self, method: str, target: str, headers: Dict[str, str], body: bytes) -> Dict[str, str]:
        """Anew for each attempt: a nonce is good for one."""
        headers = dict(headers)
        headers["User-Agent"] = "tongsuan-python/1"
        if method in ("POST", "PUT", "PATCH") and not body:
            headers["Content-Length"] = "0"
        if self._key_id is not None and self._secret is not None:
            headers["Authorization"] = authorization(self._key_id, self._secret, method, target, body)
        elif self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self._https:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout,
                                               context=self._context)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)


def _pause(attempt: int, retry_after: Optional[str]) -> float:
    """Seconds to wait: doubling, half of it drawn, so that many clients do not come back at once."""
    pause = min(PAUSE_FIRST * 2 ** attempt, PAUSE_LONGEST)
    pause = pause / 2 + random.uniform(0, pause / 2)
    if retry_after is not None and retry_after.isdigit():
        pause = max(pause, min(float(retry_after), 60.0))
    return pause


def _query(query: Dict[str, Any]) -> str:
    pairs = [(name, _query_text(value)) for name, value in query.items() if value is not None]
    return "?" + urlencode(pairs) if pairs else ""


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(encode(value)) if isinstance(value, datetime) else str(value)


def _problem(reply: Reply) -> Dict[str, Any]:
    try:
        problem = json.loads(reply.body.decode())
        return problem if isinstance(problem, dict) else {}
    except ValueError:
        return {"title": f"HTTP {reply.status}"}
