"""Dataclasses to JSON and back, by their type hints."""
from __future__ import annotations

import dataclasses
import functools
import re
import typing
from datetime import datetime, timedelta, timezone
from typing import Any, Dict

from .values import Money, UnknownEvent

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?(Z|([+-])(\d\d):(\d\d))$")


def encode(value: Any) -> Any:
    """What JSON has for a value. Members that are None are left out."""
    if isinstance(value, Money):
        return {"amount": value.text, "currency": value.currency}
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a time needs a zone: {value.isoformat()}")
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, UnknownEvent):
        return dict(value.data)
    if dataclasses.is_dataclass(value):
        names = getattr(value, "JSON_NAMES", {})
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {names.get(name, name): encode(inner) for name, inner in fields if inner is not None}
    if isinstance(value, (list, tuple)):
        return [encode(inner) for inner in value]
    if isinstance(value, float):
        raise TypeError("the exchange has no floating point numbers: use whole numbers, text or Money")
    return value


def decode(kind: Any, value: Any) -> Any:
    """A value of `kind` from JSON. Members that it does not know are skipped."""
    origin = typing.get_origin(kind)
    if origin is typing.Union:
        return _decode_union([each for each in typing.get_args(kind) if each is not type(None)], value)
    if origin is list:
        return [decode(typing.get_args(kind)[0], inner) for inner in value]
    if kind is Money:
        return Money(value["amount"], value["currency"])
    if kind is datetime:
        return _decode_time(value)
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        names = getattr(kind, "JSON_NAMES", {})
        known = ((field.name, names.get(field.name, field.name)) for field in dataclasses.fields(kind))
        return kind(**{name: decode(hints[name], value[json_name]) for name, json_name in known
                       if json_name in value})
    return value


@functools.lru_cache(maxsize=None)
def _hints(kind: Any) -> Dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode_union(kinds: typing.List[Any], value: Any) -> Any:
    if len(kinds) == 1:
        return decode(kinds[0], value)
    for kind in kinds:
        name, const = getattr(kind, "CONST", (None, None))
        if name is not None and value.get(name) == const:
            return decode(kind, value)
    if UnknownEvent in kinds:
        return UnknownEvent(value["type"], value["sequence"], value["part"], _decode_time(value["at"]), value)
    raise ValueError(f"no known alternative: {value!r}")


def _decode_time(text: str) -> datetime:
    found = _TIME.match(text)
    if not found:
        raise ValueError(f"no time: {text!r}")
    year, month, day, hour, minute, second, zone, sign, zone_hour, zone_minute = found.groups()
    offset = timedelta(0)
    if zone != "Z":
        offset = timedelta(hours=int(zone_hour), minutes=int(zone_minute)) * (-1 if sign == "-" else 1)
    return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
                    tzinfo=timezone(offset))
