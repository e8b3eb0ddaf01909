"""Values that are more than text and numbers: money, and events that are newer than this client."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Dict, Union


@dataclass(frozen=True)
class Money:
    """An exact amount. Made from text, a whole number or a Decimal, never from a float."""

    amount: Decimal
    currency: str = "CNY"

    def __init__(self, amount: Union[str, int, Decimal], currency: str = "CNY") -> None:
        if isinstance(amount, float):
            raise TypeError('money is exact: write Money("14.50"), not Money(14.5)')
        value = Decimal(amount)
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -6:
            raise ValueError(f"money has at most six decimals: {amount}")
        object.__setattr__(self, "amount", value)
        object.__setattr__(self, "currency", currency)

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    @property
    def text(self) -> str:
        """The amount as the exchange writes it: two to six decimals."""
        whole, _, fraction = f"{self.amount:f}".partition(".")
        return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


@dataclass
class UnknownEvent:
    """An event of a type that this client does not know."""

    type: str
    sequence: str
    part: int
    at: datetime
    data: Dict[str, Any]
