"""What can go wrong."""
from __future__ import annotations

from typing import Any, Dict, Optional


class TongsuanError(Exception):
    """Anything that this client raises."""


class ConnectionLost(TongsuanError):
    """No reply, however often it was tried. A request with an Idempotency-Key may have happened:
    send it again with `idempotency_key`, and it happens once."""

    def __init__(self, message: str, idempotency_key: Optional[str] = None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key


class BadSignature(TongsuanError):
    """A webhook that the exchange did not send, or too long ago."""


class ApiError(TongsuanError):
    """The exchange refused. `code` is stable; `try_` says what to do."""

    def __init__(self, status: int, problem: Dict[str, Any], idempotency_key: Optional[str] = None) -> None:
        self.status = status
        self.code: str = problem.get("code", "internal")
        self.title: str = problem.get("title", "")
        self.detail: Optional[str] = problem.get("detail")
        self.param: Optional[str] = problem.get("param")
        self.try_: Optional[str] = problem.get("try")
        self.sequence: Optional[str] = problem.get("sequence")
        self.idempotency_key = idempotency_key
        text = f"{self.detail or self.title} [{self.code}]"
        super().__init__(f"{text}\ntry: {self.try_}" if self.try_ else text)


class InvalidRequest(ApiError):
    """400: the request has not the form that it must have."""


class Unauthenticated(ApiError):
    """401: the exchange does not know who asks."""


class Forbidden(ApiError):
    """403: not for your role, or not yours."""


class NotFound(ApiError):
    """404, 410: no such thing, not yours, or no longer kept."""


class Conflict(ApiError):
    """409, 412, 428: the state of things forbids it."""


class Refused(ApiError):
    """402, 422: against the rules of the market, or not enough money."""


class RateLimited(ApiError):
    """429, after all retries."""


class Unavailable(ApiError):
    """5xx, after all retries."""


_BY_STATUS = {400: InvalidRequest, 401: Unauthenticated, 402: Refused, 403: Forbidden, 404: NotFound,
              409: Conflict, 410: NotFound, 412: Conflict, 422: Refused, 428: Conflict, 429: RateLimited}


def error_of(status: int, problem: Dict[str, Any], idempotency_key: Optional[str] = None) -> ApiError:
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else ApiError)
    return kind(status, problem, idempotency_key)
