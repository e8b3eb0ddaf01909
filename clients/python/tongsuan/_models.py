# Made by clients/python/generate.py from api/openapi.yaml. Do not edit.
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Dict, List, Optional, Tuple, Union

from .values import Money, UnknownEvent


@dataclass
class Account:
    participant: str
    purpose: str


@dataclass
class Problem:
    """RFC 9457. `code` is one of x-problem-codes and stable; sentences may change."""

    title: str
    status: int
    code: str
    type: Optional[str] = None
    detail: Optional[str] = None
    param: Optional[str] = None
    try_: Optional[str] = None
    sequence: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"try_": "try"}


@dataclass
class Answer:
    sequence: str
    id: Optional[str] = None
    state: str = "accepted"
    CONST: ClassVar[Tuple[str, str]] = ("state", "accepted")


@dataclass
class OrderAnswer:
    id: str
    sequence: str
    hold: Money
    state: str = "accepted"
    CONST: ClassVar[Tuple[str, str]] = ("state", "accepted")


@dataclass
class NewKey:
    id: str
    secret: str
    sequence: str
    state: str = "accepted"
    CONST: ClassVar[Tuple[str, str]] = ("state", "accepted")


@dataclass
class NewWebhook:
    id: str
    secret: str
    sequence: str
    state: str = "accepted"
    CONST: ClassVar[Tuple[str, str]] = ("state", "accepted")


@dataclass
class Way:
    """One way to run: so many devices of a class for about so long"""

    class_: str
    devices: int
    duration_seconds: int
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "duration_seconds":
        "durationSeconds"}


@dataclass
class BlockOrder:
    """Devices for some time without a break, all or none, at one hub. Either `value`, or `limit`:
    then the value is limit × devices × duration of the first way, fractions of a micro-yuan
    dropped."""

    ways: List[Way]
    kind: str = "block"
    name: Optional[str] = None
    work: Optional[Work] = None
    hubs: Optional[List[str]] = None
    earliest: Optional[datetime] = None
    latest_start: Optional[datetime] = None
    value: Optional[Money] = None
    limit: Optional[Money] = None
    delay_cost_per_hour: Optional[Money] = None
    grace_seconds: Optional[int] = None
    premium: Optional[Money] = None
    whole_nodes: Optional[bool] = None
    data: Optional[str] = None
    green_percent: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"latest_start": "latestStart", "delay_cost_per_hour":
        "delayCostPerHour", "grace_seconds": "graceSeconds", "whole_nodes": "wholeNodes",
        "green_percent": "greenPercent"}
    CONST: ClassVar[Tuple[str, str]] = ("kind", "block")


@dataclass
class Leg:
    """Devices of a class at a hub over some time, all or none. Legs of energy, and legs that you
    deliver, are planned: they answer 501 and 400."""

    from_: datetime
    until: datetime
    hub: Optional[str] = None
    class_: Optional[str] = None
    devices: Optional[int] = None
    zone: Optional[str] = None
    energy_wh: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "from_": "from", "energy_wh":
        "energyWh"}


@dataclass
class OptionsOrderOption:
    value: Money
    legs: List[Leg]


@dataclass
class OptionsOrder:
    """Explicit options, at most one of which is awarded, with all its legs. A round awards it: then
    each leg is an order of its own with devices that are promised to it."""

    options: List[OptionsOrderOption]
    kind: str = "options"
    name: Optional[str] = None
    work: Optional[Work] = None
    green_percent: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"green_percent": "greenPercent"}
    CONST: ClassVar[Tuple[str, str]] = ("kind", "options")


@dataclass
class CurveOrderStep:
    devices: int
    limit: Money


@dataclass
class CurveOrder:
    """Divisible demand by price steps, the same at every moment of some time. A round awards what
    is cheap enough; the rest leaves with it."""

    hub: str
    class_: str
    from_: datetime
    until: datetime
    steps: List[CurveOrderStep]
    kind: str = "curve"
    name: Optional[str] = None
    work: Optional[Work] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("kind", "curve")


@dataclass
class ProfileOrder:
    """One profile over time, all or none. A round awards it."""

    legs: List[Leg]
    value: Money
    kind: str = "profile"
    name: Optional[str] = None
    work: Optional[Work] = None
    minimum_ppm: Optional[int] = None
    green_percent: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"minimum_ppm": "minimumPpm", "green_percent":
        "greenPercent"}
    CONST: ClassVar[Tuple[str, str]] = ("kind", "profile")


@dataclass
class ServiceOrderTime:
    from_: datetime
    until: datetime
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class ServiceOrder:
    """Devices that run in every one of several times, at one hub. A round awards it."""

    class_: str
    devices: int
    times: List[ServiceOrderTime]
    kind: str = "service"
    name: Optional[str] = None
    work: Optional[Work] = None
    hubs: Optional[List[str]] = None
    value: Optional[Money] = None
    limit: Optional[Money] = None
    whole_nodes: Optional[bool] = None
    green_percent: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "whole_nodes": "wholeNodes",
        "green_percent": "greenPercent"}
    CONST: ClassVar[Tuple[str, str]] = ("kind", "service")


@dataclass
class OrderChange:
    """What changes of an order: of a block order, or the name alone of any. Not both value and
    limit."""

    name: Optional[str] = None
    ways: Optional[List[Way]] = None
    hubs: Optional[List[str]] = None
    earliest: Optional[datetime] = None
    latest_start: Optional[datetime] = None
    value: Optional[Money] = None
    limit: Optional[Money] = None
    delay_cost_per_hour: Optional[Money] = None
    grace_seconds: Optional[int] = None
    premium: Optional[Money] = None
    whole_nodes: Optional[bool] = None
    data: Optional[str] = None
    green_percent: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"latest_start": "latestStart", "delay_cost_per_hour":
        "delayCostPerHour", "grace_seconds": "graceSeconds", "whole_nodes": "wholeNodes",
        "green_percent": "greenPercent"}


@dataclass
class OrderBatchOrder:
    idempotency_key: str
    order: OrderBody
    JSON_NAMES: ClassVar[Dict[str, str]] = {"idempotency_key": "idempotencyKey"}


@dataclass
class OrderBatch:
    orders: List[OrderBatchOrder]


@dataclass
class OrderBatchAnswerResult:
    """Accepted, with id, sequence and hold; or refused, with a problem"""

    idempotency_key: str
    state: str
    id: Optional[str] = None
    sequence: Optional[str] = None
    hold: Optional[Money] = None
    problem: Optional[Problem] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"idempotency_key": "idempotencyKey"}


@dataclass
class OrderBatchAnswer:
    results: List[OrderBatchAnswerResult]


@dataclass
class QuoteBody:
    """A new order, or one of yours with changes"""

    order: Optional[OrderBody] = None
    from_: Optional[str] = None
    change: Optional[OrderChange] = None
    changes: Optional[bool] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class OrderOption:
    value: Money
    legs: List[Leg]


@dataclass
class OrderTime:
    from_: datetime
    until: datetime
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class OrderStep:
    devices: int
    limit: Money


@dataclass
class Order:
    id: str
    participant: str
    kind: str
    state: str
    submitted: datetime
    ways: List[Way]
    hubs: List[str]
    earliest: datetime
    latest_start: datetime
    value: Money
    contracts: List[str]
    sequence: str
    name: Optional[str] = None
    delay_cost_per_hour: Optional[Money] = None
    grace_seconds: Optional[int] = None
    premium: Optional[Money] = None
    whole_nodes: Optional[bool] = None
    data: Optional[str] = None
    green_percent: Optional[int] = None
    work: Optional[bool] = None
    hold: Optional[Money] = None
    block: Optional[Block] = None
    options: Optional[List[OrderOption]] = None
    legs: Optional[List[Leg]] = None
    times: Optional[List[OrderTime]] = None
    steps: Optional[List[OrderStep]] = None
    minimum_ppm: Optional[int] = None
    awarded_ppm: Optional[int] = None
    parts: Optional[List[str]] = None
    parent: Optional[str] = None
    price: Optional[Money] = None
    round: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"latest_start": "latestStart", "delay_cost_per_hour":
        "delayCostPerHour", "grace_seconds": "graceSeconds", "whole_nodes": "wholeNodes",
        "green_percent": "greenPercent", "minimum_ppm": "minimumPpm", "awarded_ppm": "awardedPpm"}


@dataclass
class Block:
    way: Way
    hub: str
    begin: datetime
    end: datetime
    price: Money


@dataclass
class OrderPage:
    as_of: str
    items: List[Order]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class QuotedLeg:
    hub: str
    class_: str
    devices: int
    from_: datetime
    until: datetime
    price: Optional[Money] = None
    payment: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "from_": "from"}


@dataclass
class WhyHubBindingItem:
    row: str
    from_: datetime
    until: datetime
    price: Money
    cost: Money
    premium: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class WhyHub:
    hub: str
    way: Way
    start: datetime
    cost: Money
    value: Money
    short_by: Money
    binding: List[WhyHubBindingItem]
    alternative: Optional[int] = None
    legs: Optional[List[QuotedLeg]] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"short_by": "shortBy"}


@dataclass
class WhyChange:
    kind: str
    change: str
    extra_cost: Money
    hub: str
    way: Way
    start: datetime
    end: datetime
    payment: Money
    alternative: Optional[int] = None
    legs: Optional[List[QuotedLeg]] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"extra_cost": "extraCost"}


@dataclass
class Why:
    placed: bool
    hubs: List[WhyHub]
    changes: List[WhyChange]
    order: Optional[str] = None
    round: Optional[str] = None
    indicative: Optional[bool] = None
    standing: Optional[str] = None
    says: Optional[str] = None
    state: Optional[str] = None
    reason: Optional[str] = None
    lost_opportunity: Optional[Money] = None
    award: Optional[Award] = None
    runs: Optional[Award] = None
    now: Optional[Award] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"lost_opportunity": "lostOpportunity"}


@dataclass
class Award:
    hub: str
    way: Way
    start: datetime
    end: datetime
    payment: Money
    value: Money
    alternative: Optional[int] = None
    legs: Optional[List[QuotedLeg]] = None


@dataclass
class Proof:
    order: str
    round: str
    pseudonym: str
    root: str
    leaf: str
    index: int
    leaves: int
    path: List[str]


@dataclass
class ClassInfo:
    class_: str
    watts: int
    node_devices: int
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "node_devices": "nodeDevices"}


@dataclass
class HubPrice:
    hub: str
    class_: str
    ask: Money
    free_devices: int
    posted: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "free_devices": "freeDevices"}


@dataclass
class Halt:
    scope: str
    hub: Optional[str] = None
    participant: Optional[str] = None


@dataclass
class Market:
    name: str
    time: datetime
    state: str
    round: str
    lock: datetime
    gate: datetime
    classes: List[ClassInfo]
    prices: List[HubPrice]
    halts: List[Halt]
    currency: str = "CNY"
    last_round: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"last_round": "lastRound"}
    CONST: ClassVar[Tuple[str, str]] = ("currency", "CNY")


@dataclass
class HubPool:
    class_: str
    nodes: int
    node_devices: int
    free_devices: int
    down_nodes: int
    ask: Money
    posted: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "node_devices": "nodeDevices",
        "free_devices": "freeDevices", "down_nodes": "downNodes"}


@dataclass
class HubTitle:
    en: str
    zh: str


@dataclass
class HubAgent:
    """Whoever acts for it beside its cluster; absent where the hub never had an agent"""

    epoch: int
    until: datetime
    takes_contracts: bool
    detail: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"takes_contracts": "takesContracts"}


@dataclass
class Hub:
    hub: str
    title: HubTitle
    region: str
    latitude: str
    longitude: str
    pue: str
    halted: bool
    pools: List[HubPool]
    agent: Optional[HubAgent] = None
    power_zone: Optional[str] = None
    green_zone: Optional[str] = None
    supplier: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"power_zone": "powerZone", "green_zone": "greenZone"}


@dataclass
class HubPage:
    as_of: str
    items: List[Hub]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class Link:
    from_: str
    to: str
    mb_per_second: str
    price: Money
    moved_mb: str
    busy_until: Optional[datetime] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from", "mb_per_second": "mbPerSecond",
        "moved_mb": "movedMb", "busy_until": "busyUntil"}


@dataclass
class LinkPage:
    as_of: str
    items: List[Link]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class Round:
    id: str
    state: str
    gate: Optional[datetime] = None
    closed: Optional[datetime] = None
    orders: Optional[int] = None
    awards: Optional[int] = None
    welfare: Optional[Money] = None
    bound: Optional[Money] = None
    gap_ppm: Optional[int] = None
    root: Optional[str] = None
    certificate: Optional[str] = None
    book: Optional[str] = None
    reason: Optional[str] = None
    sequence: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"gap_ppm": "gapPpm"}


@dataclass
class RoundPage:
    as_of: str
    items: List[Round]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class HubHistoryPage:
    as_of: str
    items: List[HubLoad]
    remembering: bool
    known_from: Optional[datetime] = None
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "known_from": "knownFrom",
        "next_page_token": "nextPageToken"}


@dataclass
class HubLoadPool:
    class_: str
    up_devices: int
    used_devices: int
    posted: Money
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "up_devices": "upDevices",
        "used_devices": "usedDevices"}


@dataclass
class HubLoad:
    round: str
    gate: datetime
    closed: datetime
    pools: List[HubLoadPool]


@dataclass
class PoolSlots:
    """Prices are per device-hour and paid at λ′: price = capacity + power; scarcity is a part of
    capacity; green and node come on top for orders that ask for them"""

    hub: str
    class_: str
    device_wh: str
    offered: List[int]
    awarded: List[int]
    price: List[str]
    capacity: List[str]
    scarcity: List[str]
    power: List[str]
    green: Optional[List[str]] = None
    node: Optional[List[str]] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "device_wh": "deviceWh"}


@dataclass
class LinkSlots:
    from_: str
    to: str
    room_mb: List[str]
    moved_mb: List[str]
    price: List[str]
    congestion: List[str]
    full: List[int]
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from", "room_mb": "roomMb", "moved_mb":
        "movedMb"}


@dataclass
class ZoneSlots:
    zone: str
    commodity: str
    used_wh: List[str]
    green_wh: List[str]
    matched_wh: List[str]
    price: List[str]
    JSON_NAMES: ClassVar[Dict[str, str]] = {"used_wh": "usedWh", "green_wh": "greenWh",
        "matched_wh": "matchedWh"}


@dataclass
class RoundSlotsEnergy:
    """Of all orders that the round accepted; what runs already is not in it"""

    drawn_wh: List[str]
    matched_wh: List[str]
    JSON_NAMES: ClassVar[Dict[str, str]] = {"drawn_wh": "drawnWh", "matched_wh": "matchedWh"}


@dataclass
class RoundSlots:
    round: str
    currency: str
    from_: datetime
    slot_seconds: int
    first: int
    count: int
    slots: int
    pools: List[PoolSlots]
    links: List[LinkSlots]
    zones: List[ZoneSlots]
    energy: RoundSlotsEnergy
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from", "slot_seconds": "slotSeconds"}


@dataclass
class RoundPricesPrice:
    hub: str
    class_: str
    posted: Money
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class"}


@dataclass
class RoundPrices:
    round: str
    prices: List[RoundPricesPrice]


@dataclass
class Rules:
    round_seconds: int
    lock_seconds: int
    collar_percent: int
    orders_of_one: int
    live_orders: int
    penalty_ppm: int
    take_or_pay_ppm: int
    JSON_NAMES: ClassVar[Dict[str, str]] = {"round_seconds": "roundSeconds", "lock_seconds":
        "lockSeconds", "collar_percent": "collarPercent", "orders_of_one": "ordersOfOne",
        "live_orders": "liveOrders", "penalty_ppm": "penaltyPpm", "take_or_pay_ppm": "takeOrPayPpm"}


@dataclass
class CalendarRound:
    round: str
    lock: datetime
    gate: datetime


@dataclass
class Calendar:
    time: datetime
    rounds: List[CalendarRound]
    closures: List[Closure]


@dataclass
class Closure:
    """No gates at `from` or later, before `until`"""

    from_: datetime
    until: datetime
    reason: str
    dispatch: Optional[bool] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class CalendarBody:
    closures: List[Closure]


@dataclass
class Offer:
    hub: str
    class_: str
    ask: Money
    devices: int
    supplier: Optional[str] = None
    steps: Optional[List[OfferStep]] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class"}


@dataclass
class OfferStep:
    devices: int
    ask: Money


@dataclass
class OfferPage:
    as_of: str
    items: List[Offer]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class OfferBody:
    ask: Optional[Money] = None
    steps: Optional[List[OfferStep]] = None


@dataclass
class NodesReport:
    class_: str
    begin: int
    end: int
    up: bool
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class"}


@dataclass
class Contract:
    id: str
    order: str
    state: str
    hub: str
    class_: str
    devices: int
    nodes: List[str]
    start: datetime
    expected_end: datetime
    price: Money
    cost: Money
    delivered_seconds: str
    paid: Money
    sequence: str
    end: Optional[datetime] = None
    end_reason: Optional[str] = None
    done_ppm: Optional[int] = None
    own: Optional[bool] = None
    phase: Optional[str] = None
    detail: Optional[str] = None
    missed_seconds: Optional[int] = None
    overrun_seconds: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "expected_end": "expectedEnd",
        "end_reason": "endReason", "done_ppm": "donePpm", "delivered_seconds": "deliveredSeconds",
        "missed_seconds": "missedSeconds", "overrun_seconds": "overrunSeconds"}


@dataclass
class ContractPage:
    as_of: str
    items: List[Contract]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class ContractEnd:
    reason: str
    done_ppm: Optional[int] = None
    resell: Optional[bool] = None
    detail: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"done_ppm": "donePpm"}


@dataclass
class ContractReport:
    phase: str
    detail: Optional[str] = None


@dataclass
class ContractSettle:
    overrun_seconds: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"overrun_seconds": "overrunSeconds"}


@dataclass
class LeaseBody:
    holder: str
    seconds: int
    epoch: Optional[int] = None
    take_over: Optional[bool] = None
    accepting: Optional[bool] = None
    detail: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"take_over": "takeOver"}


@dataclass
class LeaseAnswer:
    epoch: int
    sequence: str
    state: str = "accepted"
    CONST: ClassVar[Tuple[str, str]] = ("state", "accepted")


@dataclass
class WorkPage:
    as_of: str
    items: List[HubWork]
    wanted: Optional[List[LogWant]] = None
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class LogWant:
    """A piece of what a contract's work says, for which somebody waits. It has `from` or `tail`"""

    contract: str
    stream: str
    from_: Optional[int] = None
    tail: Optional[int] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class LogPiece:
    contract: str
    stream: str
    offset: int
    size: int
    ended: bool
    bytes: str


@dataclass
class LogBody:
    """What was asked for (`stream`, and `from` or `tail`), with `offset`, `size`, `ended` and
    `bytes`, or with `missing`"""

    stream: str
    from_: Optional[int] = None
    tail: Optional[int] = None
    offset: Optional[int] = None
    size: Optional[int] = None
    ended: Optional[bool] = None
    bytes: Optional[str] = None
    missing: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class LogAnswer:
    readers: int


@dataclass
class HubWork:
    """A contract as the agent of its hub sees it"""

    contract: str
    order: str
    participant: str
    class_: str
    nodes: List[int]
    devices_per_node: int
    from_: datetime
    until: datetime
    metered: datetime
    phase: str
    live: bool
    work: bool
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "devices_per_node": "devicesPerNode",
        "from_": "from"}


@dataclass
class Work:
    """What a contract runs, once on each of its nodes' behalf, in a folder of its own"""

    script: str
    image: Optional[str] = None
    variants: Optional[Dict[str, Any]] = None
    environment: Optional[Dict[str, Any]] = None
    stage_in: Optional[List[Stage]] = None
    stage_out: Optional[List[Stage]] = None
    service: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"stage_in": "stageIn", "stage_out": "stageOut"}


@dataclass
class Stage:
    from_: str
    to: str
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class ResaleBody:
    devices: int
    from_: Optional[datetime] = None
    until: Optional[datetime] = None
    ask: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class Resale:
    id: str
    contract: str
    participant: str
    state: str
    hub: str
    class_: str
    devices: int
    price: Money
    from_: datetime
    until: datetime
    taken: int
    income: Money
    ask: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "from_": "from"}


@dataclass
class ResalePage:
    as_of: str
    items: List[Resale]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class AccountBalance:
    participant: str
    purpose: str
    balance: Money


@dataclass
class AccountPage:
    as_of: str
    items: List[AccountBalance]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class Accounts:
    participant: str
    accounts: List[AccountBalance]


@dataclass
class DepositBody:
    to: Account
    amount: Money
    reference: str


@dataclass
class WithdrawalBody:
    from_: Account
    amount: Money
    reference: str
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class TransferBody:
    from_: str
    to: str
    amount: Money
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class Transfer:
    """A deposit has no from, a withdrawal no to."""

    id: str
    kind: str
    at: datetime
    amount: Money
    sequence: str
    from_: Optional[Account] = None
    to: Optional[Account] = None
    reference: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class TransferPage:
    as_of: str
    items: List[Transfer]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class Reason:
    """What justifies a movement of money"""

    order: Optional[str] = None
    contract: Optional[str] = None
    hub: Optional[str] = None
    round: Optional[str] = None
    transfer: Optional[str] = None
    resale: Optional[str] = None
    reference: Optional[str] = None


@dataclass
class StatementLine:
    at: datetime
    sequence: str
    kind: str
    amount: Money
    balance: Money
    other: Optional[Account] = None
    reason: Optional[Reason] = None


@dataclass
class Statement:
    account: Account
    as_of: str
    opening: Money
    closing: Money
    items: List[StatementLine]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class BillAmounts:
    """Below 0: it went out. What is 0 is left out, but for net"""

    net: Money
    payment: Optional[Money] = None
    take_or_pay: Optional[Money] = None
    premium: Optional[Money] = None
    penalty: Optional[Money] = None
    refund: Optional[Money] = None
    voucher: Optional[Money] = None
    resale: Optional[Money] = None
    other: Optional[Money] = None
    deposit: Optional[Money] = None
    withdrawal: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"take_or_pay": "takeOrPay"}


@dataclass
class BillRow:
    """A contract of which money moved. What is not known any more is absent, and named by unknown"""

    role: str
    state: str
    amounts: BillAmounts
    contract: Optional[str] = None
    order: Optional[str] = None
    name: Optional[str] = None
    hub: Optional[str] = None
    class_: Optional[str] = None
    devices: Optional[int] = None
    from_: Optional[datetime] = None
    until: Optional[datetime] = None
    end: Optional[datetime] = None
    end_reason: Optional[str] = None
    delivered_seconds: Optional[str] = None
    missed_seconds: Optional[int] = None
    ended_early_seconds: Optional[int] = None
    overrun_seconds: Optional[int] = None
    price: Optional[Money] = None
    unknown: Optional[List[str]] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "from_": "from", "end_reason":
        "endReason", "delivered_seconds": "deliveredSeconds", "missed_seconds": "missedSeconds",
        "ended_early_seconds": "endedEarlySeconds", "overrun_seconds": "overrunSeconds"}


@dataclass
class Bill:
    participant: str
    name: str
    as_of: str
    to: datetime
    opening: Money
    closing: Money
    contracts: int
    totals: BillAmounts
    items: List[BillRow]
    from_: Optional[datetime] = None
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "from_": "from", "next_page_token":
        "nextPageToken"}


@dataclass
class TrialBalancePurpose:
    purpose: str
    balance: Money


@dataclass
class TrialBalance:
    as_of: str
    purposes: List[TrialBalancePurpose]
    total: Money
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf"}


@dataclass
class ParticipantBody:
    name: str
    role: str
    owner: Optional[str] = None
    overdraft: Optional[Money] = None


@dataclass
class Self:
    participant: str
    name: str
    role: str
    proof: str
    key: Optional[str] = None


@dataclass
class Participant:
    id: str
    name: str
    role: str
    owner: str
    overdraft: Money
    halted: bool
    resell: bool


@dataclass
class ParticipantChange:
    resell: bool


@dataclass
class ParticipantPage:
    as_of: str
    items: List[Participant]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class KeyBody:
    role: str
    expires: Optional[datetime] = None


@dataclass
class Key:
    id: str
    role: str
    sequence: str
    expires: Optional[datetime] = None


@dataclass
class KeyPage:
    as_of: str
    items: List[Key]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class HaltBody:
    """Of a participant or a hub, which is named"""

    scope: str
    halted: bool
    participant: Optional[str] = None
    hub: Optional[str] = None


@dataclass
class Webhook:
    id: str
    url: str
    sent: str
    failures: int
    sequence: str


@dataclass
class WebhookPage:
    as_of: str
    items: List[Webhook]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class Delivery:
    webhook: str
    events: List[Event]


@dataclass
class EventPage:
    as_of: str
    items: List[Event]
    next_page_token: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"as_of": "asOf", "next_page_token": "nextPageToken"}


@dataclass
class JournalPageHead:
    """The last batch and its hash in the chain, docs/journal.md"""

    sequence: str
    epoch: str
    hash: str


@dataclass
class JournalPage:
    head: JournalPageHead
    next: str
    items: List[Event]


@dataclass
class ReplayBody:
    from_snapshot: Optional[bool] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_snapshot": "fromSnapshot"}


@dataclass
class Operation:
    id: str
    kind: str
    state: str
    started: datetime
    progress_percent: int
    ended: Optional[datetime] = None
    result: Optional[Recheck] = None
    problem: Optional[Problem] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"progress_percent": "progressPercent"}


@dataclass
class Recheck:
    first: str
    last: str
    batches: int
    digests: int
    rounds: int
    certificates: int
    now: datetime
    hash: str
    state: str


@dataclass
class Health:
    status: str
    version: Optional[str] = None
    sequence: Optional[str] = None


@dataclass
class EventOrderAccepted:
    """An order came in"""

    sequence: str
    part: int
    at: datetime
    order: str
    participant: str
    type: str = "order.accepted"
    name: Optional[str] = None
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.accepted")


@dataclass
class EventOrderHeld:
    """This hold pays for the order from now on; none when it can cost nothing"""

    sequence: str
    part: int
    at: datetime
    order: str
    type: str = "order.held"
    hold: Optional[str] = None
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.held")


@dataclass
class EventOrderAmended:
    """Its owner wants something else"""

    sequence: str
    part: int
    at: datetime
    order: str
    type: str = "order.amended"
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.amended")


@dataclass
class EventOrderAwardedPart:
    order: str
    hub: str
    class_: str
    devices: int
    begin: datetime
    end: datetime
    price: Money
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class"}


@dataclass
class EventOrderAwarded:
    """A round awarded an order of several legs; each part is an order of its own with its block"""

    sequence: str
    part: int
    at: datetime
    order: str
    parts: List[EventOrderAwardedPart]
    type: str = "order.awarded"
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.awarded")


@dataclass
class EventOrderOpened:
    """The time has come from which on it is wanted"""

    sequence: str
    part: int
    at: datetime
    order: str
    type: str = "order.opened"
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.opened")


@dataclass
class EventOrderGone:
    """Cancelled, or it has waited too long"""

    sequence: str
    part: int
    at: datetime
    order: str
    state: str
    type: str = "order.gone"
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.gone")


@dataclass
class EventBlockBooked:
    """Devices are promised to it for later"""

    sequence: str
    part: int
    at: datetime
    order: str
    way: Way
    hub: str
    begin: datetime
    end: datetime
    price: Money
    type: str = "block.booked"
    CONST: ClassVar[Tuple[str, str]] = ("type", "block.booked")


@dataclass
class EventBlockReleased:
    """The promise has ended"""

    sequence: str
    part: int
    at: datetime
    order: str
    reason: str
    type: str = "block.released"
    CONST: ClassVar[Tuple[str, str]] = ("type", "block.released")


@dataclass
class EventContractStarted:
    """An order runs; also for the supplier of the hub, like all events of contracts"""

    sequence: str
    part: int
    at: datetime
    contract: str
    order: str
    hub: str
    class_: str
    devices: int
    price: Money
    expected_end: datetime
    type: str = "contract.started"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class", "expected_end": "expectedEnd"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.started")


@dataclass
class EventContractExtended:
    """It goes on beyond its estimate"""

    sequence: str
    part: int
    at: datetime
    contract: str
    until: datetime
    type: str = "contract.extended"
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.extended")


@dataclass
class EventContractGranted:
    """What it costs in this time, paid as it is delivered"""

    sequence: str
    part: int
    at: datetime
    contract: str
    cost: Money
    from_: datetime
    until: datetime
    type: str = "contract.granted"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.granted")


@dataclass
class EventContractMetered:
    """Delivered and paid up to this time"""

    sequence: str
    part: int
    at: datetime
    contract: str
    until: datetime
    paid: Money
    type: str = "contract.metered"
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.metered")


@dataclass
class EventContractEnded:
    """It has ended"""

    sequence: str
    part: int
    at: datetime
    contract: str
    order: str
    reason: str
    done_ppm: int
    type: str = "contract.ended"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"done_ppm": "donePpm"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.ended")


@dataclass
class EventContractSettled:
    """All is paid; the penalty goes from supplier to buyer"""

    sequence: str
    part: int
    at: datetime
    contract: str
    penalty: Money
    type: str = "contract.settled"
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.settled")


@dataclass
class EventHubLeased:
    """An agent acts for a hub, or goes on"""

    sequence: str
    part: int
    at: datetime
    hub: str
    epoch: int
    accepting: bool
    until: datetime
    type: str = "hub.leased"
    CONST: ClassVar[Tuple[str, str]] = ("type", "hub.leased")


@dataclass
class EventOrderWork:
    """What its contracts run was kept"""

    sequence: str
    part: int
    at: datetime
    order: str
    work: str
    type: str = "order.work"
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.work")


@dataclass
class EventContractReported:
    """By the agent of its hub"""

    sequence: str
    part: int
    at: datetime
    contract: str
    phase: str
    type: str = "contract.reported"
    detail: Optional[str] = None
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.reported")


@dataclass
class EventContractMissed:
    """Not delivered from where it was metered last to `until`"""

    sequence: str
    part: int
    at: datetime
    contract: str
    until: datetime
    type: str = "contract.missed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.missed")


@dataclass
class EventContractPresumed:
    """Paid before the agent of its hub has told of it; what the supplier has of it is in escrow
    until it has"""

    sequence: str
    part: int
    at: datetime
    contract: str
    from_: datetime
    until: datetime
    amount: Money
    type: str = "contract.presumed"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.presumed")


@dataclass
class EventContractTold:
    """Of what was presumed, this was delivered"""

    sequence: str
    part: int
    at: datetime
    contract: str
    from_: datetime
    until: datetime
    type: str = "contract.told"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.told")


@dataclass
class EventContractConcluded:
    """Nothing is presumed any more"""

    sequence: str
    part: int
    at: datetime
    contract: str
    missed_seconds: int
    overrun_seconds: int
    refund: Money
    penalty: Money
    type: str = "contract.concluded"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"missed_seconds": "missedSeconds", "overrun_seconds":
        "overrunSeconds"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.concluded")


@dataclass
class EventGateClosed:
    """From now on orders belong to the next round"""

    sequence: str
    part: int
    at: datetime
    round: str
    type: str = "round.gate-closed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "round.gate-closed")


@dataclass
class EventRoundClosed:
    """The round is decided"""

    sequence: str
    part: int
    at: datetime
    round: str
    state: str
    orders: int
    awards: int
    type: str = "round.closed"
    welfare: Optional[Money] = None
    bound: Optional[Money] = None
    gap_ppm: Optional[int] = None
    root: Optional[str] = None
    certificate: Optional[str] = None
    book: Optional[str] = None
    reason: Optional[str] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"gap_ppm": "gapPpm"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "round.closed")


@dataclass
class EventNodesChanged:
    """Nodes [begin, end) came up or went down"""

    sequence: str
    part: int
    at: datetime
    hub: str
    class_: str
    begin: int
    end: int
    up: bool
    type: str = "hub.nodes-changed"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "hub.nodes-changed")


@dataclass
class EventAskChanged:
    """A supplier asks another price"""

    sequence: str
    part: int
    at: datetime
    hub: str
    class_: str
    ask: Money
    type: str = "hub.ask-changed"
    steps: Optional[List[OfferStep]] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"class_": "class"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "hub.ask-changed")


@dataclass
class EventSupplierChanged:
    """Somebody else runs the hub"""

    sequence: str
    part: int
    at: datetime
    hub: str
    supplier: str
    type: str = "hub.supplier-changed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "hub.supplier-changed")


@dataclass
class EventDataTransferStarted:
    """A data set is on its way"""

    sequence: str
    part: int
    at: datetime
    data: str
    from_: str
    to: str
    ready: datetime
    type: str = "data.transfer-started"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "data.transfer-started")


@dataclass
class EventDataTransferEnded:
    """A data set has arrived"""

    sequence: str
    part: int
    at: datetime
    data: str
    to: str
    type: str = "data.transfer-ended"
    CONST: ClassVar[Tuple[str, str]] = ("type", "data.transfer-ended")


@dataclass
class EventMoneyMoved:
    """Money went from one account to another; an entry of the ledger with several movements is told
    in as many parts. All of them from the beginning add up to every balance"""

    sequence: str
    part: int
    at: datetime
    from_: Account
    to: Account
    amount: Money
    reason: Reason
    type: str = "money.moved"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "money.moved")


@dataclass
class EventParticipantOpened:
    """A participant was admitted"""

    sequence: str
    part: int
    at: datetime
    participant: str
    name: str
    role: str
    type: str = "participant.opened"
    owner: Optional[str] = None
    CONST: ClassVar[Tuple[str, str]] = ("type", "participant.opened")


@dataclass
class EventKeyAdded:
    """A key was made"""

    sequence: str
    part: int
    at: datetime
    participant: str
    key: str
    role: str
    type: str = "key.added"
    expires: Optional[datetime] = None
    CONST: ClassVar[Tuple[str, str]] = ("type", "key.added")


@dataclass
class EventKeyRevoked:
    """A key was revoked"""

    sequence: str
    part: int
    at: datetime
    key: str
    type: str = "key.revoked"
    CONST: ClassVar[Tuple[str, str]] = ("type", "key.revoked")


@dataclass
class EventHaltChanged:
    """Of a participant only to itself"""

    sequence: str
    part: int
    at: datetime
    scope: str
    halted: bool
    type: str = "halt.changed"
    hub: Optional[str] = None
    participant: Optional[str] = None
    CONST: ClassVar[Tuple[str, str]] = ("type", "halt.changed")


@dataclass
class EventRulesChanged:
    """The rules have changed"""

    sequence: str
    part: int
    at: datetime
    rules: Rules
    type: str = "rules.changed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "rules.changed")


@dataclass
class EventWebhookAdded:
    """A webhook was added"""

    sequence: str
    part: int
    at: datetime
    webhook: str
    participant: str
    url: str
    type: str = "webhook.added"
    CONST: ClassVar[Tuple[str, str]] = ("type", "webhook.added")


@dataclass
class EventWebhookDropped:
    """A webhook was dropped"""

    sequence: str
    part: int
    at: datetime
    webhook: str
    type: str = "webhook.dropped"
    CONST: ClassVar[Tuple[str, str]] = ("type", "webhook.dropped")


@dataclass
class EventWebhookConfirmed:
    """Everything up to sent is safe with the receiver"""

    sequence: str
    part: int
    at: datetime
    webhook: str
    sent: str
    type: str = "webhook.confirmed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "webhook.confirmed")


@dataclass
class EventRequestAnswered:
    """A request with an Idempotency-Key was answered; done, or why not"""

    sequence: str
    part: int
    at: datetime
    command: str
    code: str
    type: str = "request.answered"
    CONST: ClassVar[Tuple[str, str]] = ("type", "request.answered")


@dataclass
class EventHistoryDropped:
    """What had ended before these numbers is no longer kept"""

    sequence: str
    part: int
    at: datetime
    orders_below: str
    contracts_below: str
    type: str = "history.dropped"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"orders_below": "ordersBelow", "contracts_below":
        "contractsBelow"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "history.dropped")


@dataclass
class EventContractShrunk:
    """It has fewer devices from now on"""

    sequence: str
    part: int
    at: datetime
    contract: str
    devices: int
    type: str = "contract.shrunk"
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.shrunk")


@dataclass
class EventContractOwn:
    """Buyer and supplier have the same beneficial owner: it moves no money"""

    sequence: str
    part: int
    at: datetime
    contract: str
    type: str = "contract.own"
    CONST: ClassVar[Tuple[str, str]] = ("type", "contract.own")


@dataclass
class EventTakeOrPayChanged:
    """What is owed for the rest of an early end has changed"""

    sequence: str
    part: int
    at: datetime
    take_or_pay_ppm: int
    type: str = "rules.take-or-pay"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"take_or_pay_ppm": "takeOrPayPpm"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "rules.take-or-pay")


@dataclass
class EventCalendarChanged:
    """When there are no gates has changed"""

    sequence: str
    part: int
    at: datetime
    closures: List[Closure]
    type: str = "calendar.changed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "calendar.changed")


@dataclass
class EventResaleOffered:
    """Devices are given up from this second on"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    devices: int
    price: Money
    from_: datetime
    until: datetime
    type: str = "resale.offered"
    ask: Optional[Money] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.offered")


@dataclass
class EventResaleOpened:
    """So many are offered now, and so much is owed where nobody takes them"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    devices: int
    owed: Money
    from_: datetime
    type: str = "resale.opened"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.opened")


@dataclass
class EventResaleTaken:
    """So many of its devices are somebody's now"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    devices: int
    type: str = "resale.taken"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.taken")


@dataclass
class EventResaleMetered:
    """What is owed was paid up to this second"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    until: datetime
    paid: Money
    type: str = "resale.metered"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.metered")


@dataclass
class EventResaleEarned:
    """Its seller was paid for devices that others have"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    income: Money
    type: str = "resale.earned"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.earned")


@dataclass
class EventResalePresumed:
    """In escrow until the agent of the hub has told of the devices: of what its seller earned
    (`income`), or of what the supplier has of what its seller owes (`owed`)"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    of: str
    from_: datetime
    until: datetime
    amount: Money
    type: str = "resale.presumed"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.presumed")


@dataclass
class EventResaleSpared:
    """Device-seconds that its seller does not owe for as time passes: who has them missed them, or
    they are paid now (`paid` above 0) because they are presumed"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    device_seconds: str
    paid: Money
    type: str = "resale.spared"
    JSON_NAMES: ClassVar[Dict[str, str]] = {"device_seconds": "deviceSeconds"}
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.spared")


@dataclass
class EventResaleReturned:
    """The agent of the hub has had the last word: what its seller gave back of its income for what
    was missed; the rest is its own"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    amount: Money
    type: str = "resale.returned"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.returned")


@dataclass
class EventResaleRefunded:
    """The same: what its seller has back of what it had paid for the devices"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    amount: Money
    type: str = "resale.refunded"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.refunded")


@dataclass
class EventResaleOver:
    """Its time has passed; who has its devices has yet to pay for a part of it, and it closes with
    the last of them, when the last of what is owed is paid"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    until: datetime
    type: str = "resale.over"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.over")


@dataclass
class EventResaleClosed:
    """It has ended"""

    sequence: str
    part: int
    at: datetime
    contract: str
    resale: str
    type: str = "resale.closed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "resale.closed")


@dataclass
class EventOrderNamed:
    """Its owner calls it something else"""

    sequence: str
    part: int
    at: datetime
    order: str
    name: str
    type: str = "order.named"
    CONST: ClassVar[Tuple[str, str]] = ("type", "order.named")


@dataclass
class EventParticipantChanged:
    """A setting of a participant is another"""

    sequence: str
    part: int
    at: datetime
    participant: str
    resell: bool
    type: str = "participant.changed"
    CONST: ClassVar[Tuple[str, str]] = ("type", "participant.changed")


@dataclass
class CloseGateBody:
    round: str


@dataclass
class AssignSupplierBody:
    participant: str


@dataclass
class MeterContractBody:
    until: datetime
    from_: Optional[datetime] = None
    JSON_NAMES: ClassVar[Dict[str, str]] = {"from_": "from"}


@dataclass
class AddWebhookBody:
    url: str


OrderBody = Union[
    BlockOrder,
    OptionsOrder,
    CurveOrder,
    ProfileOrder,
    ServiceOrder,
]


Event = Union[
    EventOrderAccepted,
    EventOrderHeld,
    EventOrderAmended,
    EventOrderAwarded,
    EventOrderOpened,
    EventOrderGone,
    EventBlockBooked,
    EventBlockReleased,
    EventContractStarted,
    EventContractExtended,
    EventContractGranted,
    EventContractMetered,
    EventContractEnded,
    EventContractSettled,
    EventHubLeased,
    EventOrderWork,
    EventContractReported,
    EventContractMissed,
    EventContractPresumed,
    EventContractTold,
    EventContractConcluded,
    EventGateClosed,
    EventRoundClosed,
    EventNodesChanged,
    EventAskChanged,
    EventSupplierChanged,
    EventDataTransferStarted,
    EventDataTransferEnded,
    EventMoneyMoved,
    EventParticipantOpened,
    EventKeyAdded,
    EventKeyRevoked,
    EventHaltChanged,
    EventRulesChanged,
    EventWebhookAdded,
    EventWebhookDropped,
    EventWebhookConfirmed,
    EventRequestAnswered,
    EventHistoryDropped,
    EventContractShrunk,
    EventContractOwn,
    EventTakeOrPayChanged,
    EventCalendarChanged,
    EventResaleOffered,
    EventResaleOpened,
    EventResaleTaken,
    EventResaleMetered,
    EventResaleEarned,
    EventResalePresumed,
    EventResaleSpared,
    EventResaleReturned,
    EventResaleRefunded,
    EventResaleOver,
    EventResaleClosed,
    EventOrderNamed,
    EventParticipantChanged,
    UnknownEvent,
]


__all__ = [
    "Account", "Problem", "Answer", "OrderAnswer", "NewKey", "NewWebhook", "Way", "BlockOrder",
    "Leg", "OptionsOrderOption", "OptionsOrder", "CurveOrderStep", "CurveOrder", "ProfileOrder",
    "ServiceOrderTime", "ServiceOrder", "OrderChange", "OrderBatchOrder", "OrderBatch",
    "OrderBatchAnswerResult", "OrderBatchAnswer", "QuoteBody", "OrderOption", "OrderTime",
    "OrderStep", "Order", "Block", "OrderPage", "QuotedLeg", "WhyHubBindingItem", "WhyHub",
    "WhyChange", "Why", "Award", "Proof", "ClassInfo", "HubPrice", "Halt", "Market", "HubPool",
    "HubTitle", "HubAgent", "Hub", "HubPage", "Link", "LinkPage", "Round", "RoundPage",
    "HubHistoryPage", "HubLoadPool", "HubLoad", "PoolSlots", "LinkSlots", "ZoneSlots",
    "RoundSlotsEnergy", "RoundSlots", "RoundPricesPrice", "RoundPrices", "Rules", "CalendarRound",
    "Calendar", "Closure", "CalendarBody", "Offer", "OfferStep", "OfferPage", "OfferBody",
    "NodesReport", "Contract", "ContractPage", "ContractEnd", "ContractReport", "ContractSettle",
    "LeaseBody", "LeaseAnswer", "WorkPage", "LogWant", "LogPiece", "LogBody", "LogAnswer",
    "HubWork", "Work", "Stage", "ResaleBody", "Resale", "ResalePage", "AccountBalance",
    "AccountPage", "Accounts", "DepositBody", "WithdrawalBody", "TransferBody", "Transfer",
    "TransferPage", "Reason", "StatementLine", "Statement", "BillAmounts", "BillRow", "Bill",
    "TrialBalancePurpose", "TrialBalance", "ParticipantBody", "Self", "Participant",
    "ParticipantChange", "ParticipantPage", "KeyBody", "Key", "KeyPage", "HaltBody", "Webhook",
    "WebhookPage", "Delivery", "EventPage", "JournalPageHead", "JournalPage", "ReplayBody",
    "Operation", "Recheck", "Health", "EventOrderAccepted", "EventOrderHeld", "EventOrderAmended",
    "EventOrderAwardedPart", "EventOrderAwarded", "EventOrderOpened", "EventOrderGone",
    "EventBlockBooked", "EventBlockReleased", "EventContractStarted", "EventContractExtended",
    "EventContractGranted", "EventContractMetered", "EventContractEnded", "EventContractSettled",
    "EventHubLeased", "EventOrderWork", "EventContractReported", "EventContractMissed",
    "EventContractPresumed", "EventContractTold", "EventContractConcluded", "EventGateClosed",
    "EventRoundClosed", "EventNodesChanged", "EventAskChanged", "EventSupplierChanged",
    "EventDataTransferStarted", "EventDataTransferEnded", "EventMoneyMoved",
    "EventParticipantOpened", "EventKeyAdded", "EventKeyRevoked", "EventHaltChanged",
    "EventRulesChanged", "EventWebhookAdded", "EventWebhookDropped", "EventWebhookConfirmed",
    "EventRequestAnswered", "EventHistoryDropped", "EventContractShrunk", "EventContractOwn",
    "EventTakeOrPayChanged", "EventCalendarChanged", "EventResaleOffered", "EventResaleOpened",
    "EventResaleTaken", "EventResaleMetered", "EventResaleEarned", "EventResalePresumed",
    "EventResaleSpared", "EventResaleReturned", "EventResaleRefunded", "EventResaleOver",
    "EventResaleClosed", "EventOrderNamed", "EventParticipantChanged", "CloseGateBody",
    "AssignSupplierBody", "MeterContractBody", "AddWebhookBody", "OrderBody", "Event",
]
