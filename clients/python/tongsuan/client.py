"""The client: all operations, and the stream of events."""
from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union

from . import _models
from ._codec import decode
from ._operations import Operations
from ._transport import _pause, _problem, _query, Reply
from .errors import BadSignature, ConnectionLost, error_of

SILENCE = 45.0  # seconds; the exchange sends a comment every 15
LINE_MAX = 1024 * 1024


class _Frame(NamedTuple):
    data: str  # "": only an id, of a part of the past in which nothing was for the reader
    id: Optional[str]


class Client(Operations):
    """An exchange, as one caller sees it. `with Client(…) as exchange:` closes the connection at the end."""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def events(self, *, topics: Optional[Iterable[str]] = None,
               after: Optional[str] = None) -> Iterator[_models.Event]:
        """Events as they happen, for ever; after the sequence `after`, or from now on. A connection
        that is lost is made anew where it was; nothing comes twice and nothing is left out.
        """
        query = {"topics": ",".join(topics) if topics is not None else None}
        failures = 0
        seen: Tuple[int, int] = (int(after), 1 << 62) if after is not None else (-1, -1)
        while True:
            failures += 1
            try:
                for frame in self._frames(_query(query), after):
                    failures = 0
                    after = frame.id or after
                    if not frame.data:
                        continue
                    event = decode(_models.Event, json.loads(frame.data))
                    place = (int(event.sequence), event.part)
                    if place > seen:  # a sequence that was cut comes again whole
                        seen = place
                        yield event
            except (OSError, http.client.HTTPException) as lost:
                if failures > self._retries:
                    raise ConnectionLost(f"the stream of events: {lost}") from lost
            self._sleep(_pause(min(max(failures - 1, 0), 10), None))

    def _frames(self, query: str, after: Optional[str]) -> Iterator[_Frame]:
        """Those of one connection, until it ends."""
        connection = self._connect(SILENCE)
        try:
            target = "/v1/stream" + query
            headers = {"Accept": "text/event-stream"}
            if after is not None:
                headers["Last-Event-ID"] = after
            connection.request("GET", target, None, self._signed("GET", target, headers, b""))
            response = connection.getresponse()
            if response.status in (429, 503):
                raise http.client.HTTPException(f"HTTP {response.status}")
            if response.status != 200:
                reply = Reply(response.status, response.headers, response.read())
                raise error_of(response.status, _problem(reply))
            yield from _read_frames(response)
        finally:
            connection.close()


def _read_frames(response: http.client.HTTPResponse) -> Iterator[_Frame]:
    data: List[str] = []
    last_id: Optional[str] = None
    while True:
        raw = response.readline(LINE_MAX + 1)
        if not raw:
            return
        if len(raw) > LINE_MAX:
            raise http.client.HTTPException("an event is too long")
        line = raw.decode().rstrip("\r\n")
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if line and name == "data":
            data.append(value)
        elif line and name == "id":
            last_id = value
        elif not line and (data or last_id):
            yield _Frame("\n".join(data), last_id)
            data, last_id = [], None


def verify_webhook(secret: str, signature: str, body: bytes, *, tolerance: int = 300,
                   now: Optional[float] = None) -> _models.Delivery:
    """The events of a webhook request, if `signature` (its header Tongsuan-Signature) is the
    exchange's and recent. Raises BadSignature otherwise."""
    fields: Dict[str, str] = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    stamp = fields.get("t", "")
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, fields.get("v1", "")):
        raise BadSignature("the signature does not fit the body")
    if not stamp.isdigit() or abs((time.time() if now is None else now) - int(stamp)) > tolerance:
        raise BadSignature("the signature is too old, or a clock is wrong")
    return decode(_models.Delivery, json.loads(body.decode()))
