"""Client of the Tongsuan exchange: orders for computing power, cleared in rounds, with proofs."""
from . import _models
from ._models import *  # noqa: F401,F403
from ._transport import new_key
from .client import Client, verify_webhook
from .errors import (ApiError, BadSignature, Conflict, ConnectionLost, Forbidden, InvalidRequest, NotFound,
                     RateLimited, Refused, TongsuanError, Unauthenticated, Unavailable)
from .values import Money, UnknownEvent

__version__ = "0.1.0"
__all__ = list(_models.__all__) + [
    "ApiError", "BadSignature", "Client", "Conflict", "ConnectionLost", "Forbidden", "InvalidRequest", "Money",
    "NotFound", "RateLimited", "Refused", "TongsuanError", "Unauthenticated", "Unavailable", "UnknownEvent",
    "new_key", "verify_webhook"]
