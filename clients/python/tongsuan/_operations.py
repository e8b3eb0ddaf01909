# Made by clients/python/generate.py from api/openapi.yaml. Do not edit.
from __future__ import annotations

from datetime import datetime
from typing import Iterator, Optional
from urllib.parse import quote

from ._models import (
    AccountBalance, AccountPage, Accounts, AddWebhookBody, Answer, AssignSupplierBody, Bill,
    BillRow, Calendar, CalendarBody, CloseGateBody, Contract, ContractEnd, ContractPage,
    ContractReport, ContractSettle, DepositBody, Event, EventPage, Halt, HaltBody, Health, Hub,
    HubHistoryPage, HubLoad, HubPage, HubWork, JournalPage, Key, KeyBody, KeyPage, LeaseAnswer,
    LeaseBody, Link, LinkPage, LogAnswer, LogBody, LogPiece, Market, MeterContractBody, NewKey,
    NewWebhook, NodesReport, Offer, OfferBody, OfferPage, Operation, Order, OrderAnswer, OrderBatch,
    OrderBatchAnswer, OrderBody, OrderChange, OrderPage, Participant, ParticipantBody,
    ParticipantChange, ParticipantPage, Proof, QuoteBody, ReplayBody, Resale, ResaleBody,
    ResalePage, Round, RoundPage, RoundPrices, RoundSlots, Rules, Self, Statement, StatementLine,
    Transfer, TransferBody, TransferPage, TrialBalance, Webhook, WebhookPage, Why, WithdrawalBody,
    Work, WorkPage,
)
from ._transport import Transport, new_key


def _quoted(text: str) -> str:
    return quote(text, safe="")


class Operations(Transport):
    """One method for each operation of the interface."""

    def list_orders(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, state: Optional[str] = None,
            class_: Optional[str] = None, hub: Optional[str] = None, round: Optional[str] = None,
            order_by: Optional[str] = None) -> OrderPage:
        """List orders.

        Your own. Nobody sees another's before the gate; after it the pseudonymised book is public.
        """
        return self._call(
                OrderPage, "GET", "/v1/orders", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "state": state, "class": class_, "hub": hub,
                "round": round, "orderBy": order_by})

    def iter_orders(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            state: Optional[str] = None, class_: Optional[str] = None, hub: Optional[str] = None,
            round: Optional[str] = None, order_by: Optional[str] = None) -> Iterator[Order]:
        """List orders. All pages, one after the other."""
        return self._pages(
                self.list_orders, as_of=as_of, page_size=page_size, state=state, class_=class_,
                hub=hub, round=round, order_by=order_by)

    def submit_order(
            self, body: OrderBody, *, idempotency_key: Optional[str] = None) -> OrderAnswer:
        """Send an order.

        Its greatest cost, value and premium, is held from the cash of who sends it until the order
        has ended. It takes part in every round from the next gate on, until it runs, is cancelled,
        or has waited past latestStart.
        """
        return self._call(
                OrderAnswer, "POST", "/v1/orders", body=body, key=idempotency_key or new_key())

    def submit_orders(self, body: OrderBatch) -> OrderBatchAnswer:
        """Send up to 256 orders.

        Each has a key and a result of its own, as if sent alone, in the order of the list. The
        request needs no key: sent again, those that happened are answered as before and the others
        happen.
        """
        return self._call(OrderBatchAnswer, "POST", "/v1/orders:batch", body=body)

    def get_order(self, order: str, *, as_of: Optional[str] = None) -> Order:
        """One order."""
        return self._call(Order, "GET", f"/v1/orders/{_quoted(order)}", query={"asOf": as_of})

    def amend_order(
            self, order: str, body: OrderChange, *, if_match: str,
            idempotency_key: Optional[str] = None) -> OrderAnswer:
        """Change a waiting order.

        Members that are not there stay as they are. The hold is made anew. The Idempotency-Key is
        looked up before If-Match is compared, so that a repeated request is answered as before.
        Between lock and gate an order may only be improved: value and premium rise, ways, hubs and
        times are added to or widened. A name alone may change at any time, of orders of several
        legs and of those that run too: it is nothing in the market.
        """
        return self._call(
                OrderAnswer, "PATCH", f"/v1/orders/{_quoted(order)}", body=body, if_match=if_match,
                key=idempotency_key or new_key())

    def cancel_order(self, order: str, *, idempotency_key: Optional[str] = None) -> Answer:
        """Cancel an order.

        A waiting order leaves and its hold is given back. One that runs ends now; what was
        delivered is paid.
        """
        return self._call(
                Answer, "POST", f"/v1/orders/{_quoted(order)}:cancel",
                key=idempotency_key or new_key())

    def explain_order(
            self, order: str, *, as_of: Optional[str] = None, round: Optional[str] = None,
            changes: Optional[bool] = None) -> Why:
        """Why it runs or does not, and what would change that.

        Of the last round that was cleared while the order may have waited, or of `round`. Every
        change that it names was cleared anew. Where it stood in no book, `standing` and `says` tell
        why. See docs/explain.md.
        """
        return self._call(
                Why, "GET", f"/v1/orders/{_quoted(order)}/why", query={"asOf": as_of,
                "round": round, "changes": changes})

    def prove_order(self, order: str, *, round: str) -> Proof:
        """Proof that the order stands in the book of a round.

        The path from its leaf to the root of the published book: RFC 6962 over SHA-256,
        docs/formats/market.md.
        """
        return self._call(
                Proof, "GET", f"/v1/orders/{_quoted(order)}/proof", query={"round": round})

    def quote_order(self, body: QuoteBody) -> Why:
        """What an order would have got in the last closed round.

        Indicative. Nothing is sent or held. An order of yours with changes, or a new one; those of
        several legs are not changed.
        """
        return self._call(Why, "POST", "/v1/quotes", body=body)

    def get_market(self, *, as_of: Optional[str] = None) -> Market:
        """Classes, hubs, prices, the next gate, halts."""
        return self._call(Market, "GET", "/v1/market", query={"asOf": as_of})

    def list_hubs(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> HubPage:
        """All hubs."""
        return self._call(
                HubPage, "GET", "/v1/hubs", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token})

    def iter_hubs(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None) -> Iterator[Hub]:
        """All hubs. All pages, one after the other."""
        return self._pages(self.list_hubs, as_of=as_of, page_size=page_size)

    def get_hub(self, hub: str, *, as_of: Optional[str] = None) -> Hub:
        """One hub."""
        return self._call(Hub, "GET", f"/v1/hubs/{_quoted(hub)}", query={"asOf": as_of})

    def list_hub_history(
            self, hub: str, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> HubHistoryPage:
        """How busy a hub was when rounds closed.

        With each round what its pools had right after it: devices up and used, and the price that
        it posted. The last round comes first. Of the last 1,000 rounds at most; after a restart
        those before are read from the journal again, until then `remembering` is true.
        """
        return self._call(
                HubHistoryPage, "GET", f"/v1/hubs/{_quoted(hub)}/history", query={"asOf": as_of,
                "pageSize": page_size, "pageToken": page_token})

    def iter_hub_history(
            self, hub: str, *, as_of: Optional[str] = None,
            page_size: Optional[int] = None) -> Iterator[HubLoad]:
        """How busy a hub was when rounds closed. All pages, one after the other."""
        return self._pages(self.list_hub_history, hub, as_of=as_of, page_size=page_size)

    def list_links(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> LinkPage:
        """Data links between hubs.

        A link moves one data set after the other, in the order in which they were asked for.
        """
        return self._call(
                LinkPage, "GET", "/v1/links", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token})

    def iter_links(
            self, *, as_of: Optional[str] = None,
            page_size: Optional[int] = None) -> Iterator[Link]:
        """Data links between hubs. All pages, one after the other."""
        return self._pages(self.list_links, as_of=as_of, page_size=page_size)

    def list_rounds(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, state: Optional[str] = None) -> RoundPage:
        """Rounds, the last first."""
        return self._call(
                RoundPage, "GET", "/v1/rounds", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "state": state})

    def iter_rounds(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            state: Optional[str] = None) -> Iterator[Round]:
        """Rounds, the last first. All pages, one after the other."""
        return self._pages(self.list_rounds, as_of=as_of, page_size=page_size, state=state)

    def get_round(self, round: str, *, as_of: Optional[str] = None) -> Round:
        """One round."""
        return self._call(Round, "GET", f"/v1/rounds/{_quoted(round)}", query={"asOf": as_of})

    def get_round_prices(
            self, round: str, *, hub: Optional[str] = None,
            class_: Optional[str] = None) -> RoundPrices:
        """Prices posted by a round.

        Per device-hour, until the next round closes.
        """
        return self._call(
                RoundPrices, "GET", f"/v1/rounds/{_quoted(round)}/prices", query={"hub": hub,
                "class": class_})

    def get_round_slots(
            self, round: str, *, hub: Optional[str] = None, class_: Optional[str] = None,
            links: Optional[str] = None, first: Optional[int] = None,
            count: Optional[int] = None) -> RoundSlots:
        """A round slot by slot: devices, data, energy, and parts of prices.

        What the book and the certificate of a round say of every slot of its calendar, derived from
        nothing else (docs/server.md tells how). Lists are columns: entry i of each is slot first +
        i, which begins i × slotSeconds after from. Amounts are decimals in currency. Links on which
        nothing moves in any slot are left out, unless links=all. Pools that the book does not offer
        in any slot are not there. The answer never changes.
        """
        return self._call(
                RoundSlots, "GET", f"/v1/rounds/{_quoted(round)}/slots", query={"hub": hub,
                "class": class_, "links": links, "first": first, "count": count})

    def get_round_book(self, round: str) -> str:
        """The book of a round as market text.

        Pseudonymised: orders and owners have other names in every round. Its bytes have the SHA-256
        that the round names in `book`; tongsuan-verify takes it together with the certificate.
        """
        return self._call(str, "GET", f"/v1/rounds/{_quoted(round)}/book")

    def get_round_certificate(self, round: str) -> str:
        """The certificate of a round."""
        return self._call(str, "GET", f"/v1/rounds/{_quoted(round)}/certificate")

    def close_gate(self, body: CloseGateBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Close the gate of the round that is collecting now.

        By hand, before its time. The round is cleared next; GET /rounds/{round} says when that is
        done.
        """
        return self._call(
                Answer, "POST", "/v1/rounds:close-gate", body=body,
                key=idempotency_key or new_key())

    def get_rules(self, *, as_of: Optional[str] = None) -> Rules:
        """The rules that an operator may change."""
        return self._call(Rules, "GET", "/v1/rules", query={"asOf": as_of})

    def set_rules(self, body: Rules, *, idempotency_key: Optional[str] = None) -> Answer:
        """Change the rules.

        All of them at once; one that is missing is refused, so that nothing falls back to a default
        unseen. They hold from the next gate on.
        """
        return self._call(Answer, "PUT", "/v1/rules", body=body, key=idempotency_key or new_key())

    def get_calendar(self, *, count: Optional[int] = None) -> Calendar:
        """The next gates, and when there are none."""
        return self._call(Calendar, "GET", "/v1/calendar", query={"count": count})

    def set_calendar(self, body: CalendarBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Change when there are no gates.

        The whole list of closures: holidays and maintenance. In a closure no gate closes and no
        round begins; what runs goes on, and what waits starts unless `dispatch` is false.
        """
        return self._call(
                Answer, "PUT", "/v1/calendar", body=body, key=idempotency_key or new_key())

    def list_offers(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, hub: Optional[str] = None,
            class_: Optional[str] = None) -> OfferPage:
        """What suppliers ask."""
        return self._call(
                OfferPage, "GET", "/v1/offers", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "hub": hub, "class": class_})

    def iter_offers(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            hub: Optional[str] = None, class_: Optional[str] = None) -> Iterator[Offer]:
        """What suppliers ask. All pages, one after the other."""
        return self._pages(
                self.list_offers, as_of=as_of, page_size=page_size, hub=hub, class_=class_)

    def put_offer(
            self, hub: str, class_: str, body: OfferBody, *,
            idempotency_key: Optional[str] = None) -> Answer:
        """Change what you ask for devices of a class at your hub.

        Per device-hour, without energy: one price for all devices of the class, or steps. What is
        used has the cheapest devices, so a start costs, for each of its devices, the highest step
        that it touches. Contracts that run keep their price. Within the collar is each step,
        against what is asked now for its first device.
        """
        return self._call(
                Answer, "PUT", f"/v1/hubs/{_quoted(hub)}/offers/{_quoted(class_)}", body=body,
                key=idempotency_key or new_key())

    def assign_supplier(
            self, hub: str, body: AssignSupplierBody, *,
            idempotency_key: Optional[str] = None) -> Answer:
        """Say who runs a hub.

        Who is paid for what it delivers, and may set its offers and report for it.
        """
        return self._call(
                Answer, "PUT", f"/v1/hubs/{_quoted(hub)}/supplier", body=body,
                key=idempotency_key or new_key())

    def report_nodes(
            self, hub: str, body: NodesReport, *, hub_epoch: Optional[str] = None,
            idempotency_key: Optional[str] = None) -> Answer:
        """Report that nodes came up or went down.

        Nodes [begin, end) of the hub's pool of a class. What runs on nodes that go down fails, and
        waits again; blocks on them are released.
        """
        return self._call(
                Answer, "POST", f"/v1/hubs/{_quoted(hub)}/nodes:report", body=body,
                hub_epoch=hub_epoch, key=idempotency_key or new_key())

    def lease_hub(
            self, hub: str, body: LeaseBody, *,
            idempotency_key: Optional[str] = None) -> LeaseAnswer:
        """Act for a hub, or go on.

        An agent that stands beside the cluster of a hub takes the next epoch (`epoch` 0 or absent),
        which fences whoever acted before: what comes with an older epoch is refused. It renews with
        its epoch. From the first lease on the hub is paid for what its agent metered, and nothing
        else; while no lease runs, or it does not accept, nothing starts at the hub, and what runs
        goes on.
        """
        return self._call(
                LeaseAnswer, "POST", f"/v1/hubs/{_quoted(hub)}:lease", body=body,
                key=idempotency_key or new_key())

    def list_work(
            self, hub: str, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> WorkPage:
        """What an agent of the hub has to know.

        Contracts that run at the hub, and those that have ended of which its agent has the last
        word, by rising numbers. Beside the first page stands what somebody waits for of their
        output: the agent brings it by POST /contracts/{contract}/log.
        """
        return self._call(
                WorkPage, "GET", f"/v1/hubs/{_quoted(hub)}/work", query={"asOf": as_of,
                "pageSize": page_size, "pageToken": page_token})

    def iter_work(
            self, hub: str, *, as_of: Optional[str] = None,
            page_size: Optional[int] = None) -> Iterator[HubWork]:
        """What an agent of the hub has to know. All pages, one after the other."""
        return self._pages(self.list_work, hub, as_of=as_of, page_size=page_size)

    def list_contracts(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, state: Optional[str] = None,
            hub: Optional[str] = None, order: Optional[str] = None) -> ContractPage:
        """Contracts: of your orders, or at your hubs."""
        return self._call(
                ContractPage, "GET", "/v1/contracts", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "state": state, "hub": hub, "order": order})

    def iter_contracts(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            state: Optional[str] = None, hub: Optional[str] = None,
            order: Optional[str] = None) -> Iterator[Contract]:
        """Contracts: of your orders, or at your hubs. All pages, one after the other."""
        return self._pages(
                self.list_contracts, as_of=as_of, page_size=page_size, state=state, hub=hub,
                order=order)

    def get_contract(self, contract: str, *, as_of: Optional[str] = None) -> Contract:
        """One contract."""
        return self._call(
                Contract, "GET", f"/v1/contracts/{_quoted(contract)}", query={"asOf": as_of})

    def list_contract_events(
            self, contract: str, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> EventPage:
        """What happened to a contract."""
        return self._call(
                EventPage, "GET", f"/v1/contracts/{_quoted(contract)}/events", query={"asOf": as_of,
                "pageSize": page_size, "pageToken": page_token})

    def iter_contract_events(
            self, contract: str, *, as_of: Optional[str] = None,
            page_size: Optional[int] = None) -> Iterator[Event]:
        """What happened to a contract. All pages, one after the other."""
        return self._pages(self.list_contract_events, contract, as_of=as_of, page_size=page_size)

    def meter_contract(
            self, contract: str, body: MeterContractBody, *, hub_epoch: Optional[str] = None,
            idempotency_key: Optional[str] = None) -> Answer:
        """Report that its devices were available.

        Available and healthy from `from` (the last such second if absent) to `until`, whether the
        work used them or not. The same step pays the supplier for them. Nobody pays for what lies
        between the last such second and `from`.
        """
        return self._call(
                Answer, "POST", f"/v1/contracts/{_quoted(contract)}:meter", body=body,
                hub_epoch=hub_epoch, key=idempotency_key or new_key())

    def end_contract(
            self, contract: str, body: ContractEnd, *, hub_epoch: Optional[str] = None,
            idempotency_key: Optional[str] = None) -> Answer:
        """Report that a contract has ended.

        `donePpm` is the share of the whole order that is done for good, such as by a checkpoint.
        What remains waits again unless the order is complete. Where the hub has an agent, what was
        metered is paid, and nothing more.
        """
        return self._call(
                Answer, "POST", f"/v1/contracts/{_quoted(contract)}:end", body=body,
                hub_epoch=hub_epoch, key=idempotency_key or new_key())

    def get_work(self, contract: str, *, as_of: Optional[str] = None) -> Work:
        """What a contract runs.

        As it came with the order: for its owner, and for the agent of the hub.
        """
        return self._call(
                Work, "GET", f"/v1/contracts/{_quoted(contract)}/work", query={"asOf": as_of})

    def read_log(
            self, contract: str, *, stream: Optional[str] = None, tail: Optional[int] = None,
            from_: Optional[int] = None, wait_seconds: Optional[int] = None) -> LogPiece:
        """What the work of a contract says.

        A piece of its standard output or error, for its owner and for the hub. The agent of the
        hub, which looks for its work every few seconds, brings it; the exchange keeps nothing of
        it, and nothing stands in the journal. Whoever follows asks on `from` `offset` plus the
        bytes that came, until `ended` and all of `size` was read. A reply whose `offset` is beyond
        `from` says that what is between is not kept any more, one before it that the stream was
        begun anew. The agent keeps the end of each stream for a while after the contract.
        """
        return self._call(
                LogPiece, "GET", f"/v1/contracts/{_quoted(contract)}/log", query={"stream": stream,
                "tail": tail, "from": from_, "waitSeconds": wait_seconds})

    def bring_log(
            self, contract: str, body: LogBody, *, hub_epoch: Optional[str] = None) -> LogAnswer:
        """Bring what is wanted of what a contract's work says.

        By the agent of its hub, for an item of `wanted` of its work: with the same `stream` and
        `from` or `tail`, and the bytes, or why there are none. It answers all who wait for it, and
        is kept nowhere.
        """
        return self._call(
                LogAnswer, "POST", f"/v1/contracts/{_quoted(contract)}/log", body=body,
                hub_epoch=hub_epoch)

    def report_contract(
            self, contract: str, body: ContractReport, *, hub_epoch: Optional[str] = None,
            idempotency_key: Optional[str] = None) -> Answer:
        """Say how far its work has come.

        By the agent of its hub, for the owner to see.
        """
        return self._call(
                Answer, "POST", f"/v1/contracts/{_quoted(contract)}:report", body=body,
                hub_epoch=hub_epoch, key=idempotency_key or new_key())

    def settle_contract(
            self, contract: str, body: ContractSettle, *, hub_epoch: Optional[str] = None,
            idempotency_key: Optional[str] = None) -> Answer:
        """The last word on a contract that the exchange ended.

        By the agent of its hub. When the exchange ends a contract (for its owner, for another
        order, because of a node), what its agent has not metered yet is presumed to be delivered:
        it is paid, and so is what sellers of its devices owe for that time; everybody's part of it
        is in escrow. The agent meters the rest and settles; what it has not metered then was
        missed, and everybody gives its part of it back to whoever had paid it. Without a word
        within a day nothing of it was delivered.
        """
        return self._call(
                Answer, "POST", f"/v1/contracts/{_quoted(contract)}:settle", body=body,
                hub_epoch=hub_epoch, key=idempotency_key or new_key())

    def resell_contract(
            self, contract: str, body: ResaleBody, *,
            idempotency_key: Optional[str] = None) -> Answer:
        """Give devices of a contract up.

        Whole nodes of it, or some of the devices of its only node; all of them end it. From `from`
        on, to the end of what was granted, they are free for others. Whoever starts in the pool
        takes them first, for its own price; what it pays for them is yours, and where nobody takes
        them you owe the part of your price that the rules say (`takeOrPayPpm`). What a contract has
        left when it ends early is resold in the same way, without being asked. Answered with the
        resale; S-0 where nothing is owed, so that there is nothing to sell.
        """
        return self._call(
                Answer, "POST", f"/v1/contracts/{_quoted(contract)}:resell", body=body,
                key=idempotency_key or new_key())

    def list_resales(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, contract: Optional[str] = None,
            state: Optional[str] = None) -> ResalePage:
        """Devices that were given up.

        Yours, or at your hubs, as long as they last. `taken` of them are others' now. What a
        contract has left when it ends early, or what was to be given up later, is one of them.
        """
        return self._call(
                ResalePage, "GET", "/v1/resales", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "contract": contract, "state": state})

    def iter_resales(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            contract: Optional[str] = None, state: Optional[str] = None) -> Iterator[Resale]:
        """Devices that were given up. All pages, one after the other."""
        return self._pages(
                self.list_resales, as_of=as_of, page_size=page_size, contract=contract, state=state)

    def list_accounts(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, purpose: Optional[str] = None) -> AccountPage:
        """Accounts with their balances.

        Your own; operators and auditors see all.
        """
        return self._call(
                AccountPage, "GET", "/v1/accounts", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "purpose": purpose})

    def iter_accounts(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            purpose: Optional[str] = None) -> Iterator[AccountBalance]:
        """Accounts with their balances. All pages, one after the other."""
        return self._pages(self.list_accounts, as_of=as_of, page_size=page_size, purpose=purpose)

    def get_accounts(self, participant: str, *, as_of: Optional[str] = None) -> Accounts:
        """All accounts of a participant."""
        return self._call(
                Accounts, "GET", f"/v1/accounts/{_quoted(participant)}", query={"asOf": as_of})

    def deposit(self, body: DepositBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Book money that came to the exchange's bank account."""
        return self._call(
                Answer, "POST", "/v1/deposits", body=body, key=idempotency_key or new_key())

    def withdraw(self, body: WithdrawalBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Pay money out."""
        return self._call(
                Answer, "POST", "/v1/withdrawals", body=body, key=idempotency_key or new_key())

    def list_transfers(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, kind: Optional[str] = None,
            participant: Optional[str] = None) -> TransferPage:
        """Deposits, withdrawals and transfers, the last first."""
        return self._call(
                TransferPage, "GET", "/v1/transfers", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "kind": kind, "participant": participant})

    def iter_transfers(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            kind: Optional[str] = None, participant: Optional[str] = None) -> Iterator[Transfer]:
        """Deposits, withdrawals and transfers, the last first. All pages, one after the other."""
        return self._pages(
                self.list_transfers, as_of=as_of, page_size=page_size, kind=kind,
                participant=participant)

    def transfer(self, body: TransferBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Move money between your own accounts.

        From cash to margin and back.
        """
        return self._call(
                Answer, "POST", "/v1/transfers", body=body, key=idempotency_key or new_key())

    def get_statement(
            self, *, participant: str, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, purpose: Optional[str] = None,
            from_: Optional[datetime] = None, to: Optional[datetime] = None) -> Statement:
        """Lines of one account, with balances."""
        return self._call(
                Statement, "GET", "/v1/statements", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token, "participant": participant, "purpose": purpose,
                "from": from_, "to": to})

    def iter_statement(
            self, *, participant: str, as_of: Optional[str] = None, page_size: Optional[int] = None,
            purpose: Optional[str] = None, from_: Optional[datetime] = None,
            to: Optional[datetime] = None) -> Iterator[StatementLine]:
        """Lines of one account, with balances. All pages, one after the other."""
        return self._pages(
                self.get_statement, participant=participant, as_of=as_of, page_size=page_size,
                purpose=purpose, from_=from_, to=to)

    def get_bill(
            self, participant: str, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, from_: Optional[datetime] = None,
            to: Optional[datetime] = None) -> Bill:
        """What the contracts of a participant came to in a period.

        A row for each contract of which money moved, as its buyer or its supplier: what it was,
        what was delivered, and its amounts, signed as the participant sees them. Amounts are those
        of the period; what is said of a contract is of the whole of it, as of the answer. opening
        plus totals.net is closing, over all accounts together. By pages as JSON; as CSV (RFC 4180,
        up to 100,000 contracts) and as a page for print (up to 5,000) whole. Where Accept cannot be
        sent, `format` says which. 410 `gone`: the period begins before what is kept. 503
        `unavailable`: after a restart it is being read again.
        """
        return self._call(
                Bill, "GET", f"/v1/statements/{_quoted(participant)}", query={"asOf": as_of,
                "pageSize": page_size, "pageToken": page_token, "from": from_, "to": to})

    def iter_bill(
            self, participant: str, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            from_: Optional[datetime] = None, to: Optional[datetime] = None) -> Iterator[BillRow]:
        """What the contracts of a participant came to in a period. All pages, one after the other."""
        return self._pages(
                self.get_bill, participant, as_of=as_of, page_size=page_size, from_=from_, to=to)

    def get_trial_balance(self, *, as_of: Optional[str] = None) -> TrialBalance:
        """All money by purpose: it adds up to nothing."""
        return self._call(TrialBalance, "GET", "/v1/ledger/trial-balance", query={"asOf": as_of})

    def get_me(self) -> Self:
        """Who asks, and in which role.

        Of the credentials that came with the request. A key may have another role than its
        participant: `role` is that of the request, by which `x-roles` of every operation is to be
        read.
        """
        return self._call(Self, "GET", "/v1/me")

    def list_participants(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None, role: Optional[str] = None) -> ParticipantPage:
        """Participants."""
        return self._call(
                ParticipantPage, "GET", "/v1/participants", query={"asOf": as_of,
                "pageSize": page_size, "pageToken": page_token, "role": role})

    def iter_participants(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            role: Optional[str] = None) -> Iterator[Participant]:
        """Participants. All pages, one after the other."""
        return self._pages(self.list_participants, as_of=as_of, page_size=page_size, role=role)

    def open_participant(
            self, body: ParticipantBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Admit a participant.

        Opens its cash and margin accounts.
        """
        return self._call(
                Answer, "POST", "/v1/participants", body=body, key=idempotency_key or new_key())

    def get_participant(self, participant: str, *, as_of: Optional[str] = None) -> Participant:
        """One participant."""
        return self._call(
                Participant, "GET", f"/v1/participants/{_quoted(participant)}",
                query={"asOf": as_of})

    def change_participant(
            self, participant: str, body: ParticipantChange, *,
            idempotency_key: Optional[str] = None) -> Answer:
        """Change a setting of a participant.

        Its own, or by an operator. `resell` (true unless it was changed) says whether what its
        contracts have left when they end early may be sold for it; both this and `resell` of the
        end of a contract must allow it. Devices that its holder gives up itself
        (`/contracts/{contract}:resell`) are for sale whatever the setting.
        """
        return self._call(
                Answer, "PATCH", f"/v1/participants/{_quoted(participant)}", body=body,
                key=idempotency_key or new_key())

    def list_keys(
            self, participant: str, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> KeyPage:
        """Keys of a participant."""
        return self._call(
                KeyPage, "GET", f"/v1/participants/{_quoted(participant)}/keys",
                query={"asOf": as_of, "pageSize": page_size, "pageToken": page_token})

    def iter_keys(
            self, participant: str, *, as_of: Optional[str] = None,
            page_size: Optional[int] = None) -> Iterator[Key]:
        """Keys of a participant. All pages, one after the other."""
        return self._pages(self.list_keys, participant, as_of=as_of, page_size=page_size)

    def add_key(
            self, participant: str, body: KeyBody, *,
            idempotency_key: Optional[str] = None) -> NewKey:
        """Make a key to speak for a participant.

        The secret is in this reply and nowhere else: the exchange keeps none. Only the same request
        with the same Idempotency-Key gives it again.
        """
        return self._call(
                NewKey, "POST", f"/v1/participants/{_quoted(participant)}/keys", body=body,
                key=idempotency_key or new_key())

    def revoke_key(self, key: str, *, idempotency_key: Optional[str] = None) -> Answer:
        """Revoke a key.

        It is refused from the next request on, for ever.
        """
        return self._call(
                Answer, "DELETE", f"/v1/keys/{_quoted(key)}", key=idempotency_key or new_key())

    def set_halt(self, body: HaltBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Halt trading or let it go on.

        Of the market: nothing new and no starts. Of a participant: no new orders, its waiting ones
        are not started. Of a hub: no starts there. What runs goes on. GET /market lists what is
        halted.
        """
        return self._call(Answer, "POST", "/v1/halts", body=body, key=idempotency_key or new_key())

    def list_webhooks(
            self, *, as_of: Optional[str] = None, page_size: Optional[int] = None,
            page_token: Optional[str] = None) -> WebhookPage:
        """Your webhooks."""
        return self._call(
                WebhookPage, "GET", "/v1/webhooks", query={"asOf": as_of, "pageSize": page_size,
                "pageToken": page_token})

    def iter_webhooks(
            self, *, as_of: Optional[str] = None,
            page_size: Optional[int] = None) -> Iterator[Webhook]:
        """Your webhooks. All pages, one after the other."""
        return self._pages(self.list_webhooks, as_of=as_of, page_size=page_size)

    def add_webhook(
            self, body: AddWebhookBody, *, idempotency_key: Optional[str] = None) -> NewWebhook:
        """Have your events sent to an address.

        What the stream would give you, from now on, in order, at least once. The secret signs what
        is sent and is in this reply and nowhere else. Only https; see the webhook `events` below.
        """
        return self._call(
                NewWebhook, "POST", "/v1/webhooks", body=body, key=idempotency_key or new_key())

    def drop_webhook(self, webhook: str, *, idempotency_key: Optional[str] = None) -> Answer:
        """Have no more events sent."""
        return self._call(
                Answer, "DELETE", f"/v1/webhooks/{_quoted(webhook)}",
                key=idempotency_key or new_key())

    def read_journal(
            self, *, from_: Optional[str] = None, page_size: Optional[int] = None) -> JournalPage:
        """Everything that happened.

        All events in order. Orders' bids only of rounds whose gate is closed, except for
        regulators.
        """
        return self._call(
                JournalPage, "GET", "/v1/journal", query={"from": from_, "pageSize": page_size})

    def start_replay(self, body: ReplayBody, *, idempotency_key: Optional[str] = None) -> Answer:
        """Go through the journal again.

        Hashes, events, digests of the state, and the certificate of every round against its book.
        It takes a while, at the lowest priority; the operation says how far it is. One at a time;
        what is known of operations ends with the process.
        """
        return self._call(
                Answer, "POST", "/v1/replays", body=body, key=idempotency_key or new_key())

    def get_operation(self, operation: str) -> Operation:
        """How far a long operation is."""
        return self._call(Operation, "GET", f"/v1/operations/{_quoted(operation)}")

    def get_health(self) -> Health:
        """Whether the process lives."""
        return self._call(Health, "GET", "/healthz")

    def get_readiness(self) -> Health:
        """Whether it takes requests.

        After recovery, while it holds the epoch of the journal, and while the disk has room.
        """
        return self._call(Health, "GET", "/readyz")

    def get_metrics(self) -> str:
        """Numbers for Prometheus.

        To the loopback address only, unless the server is configured otherwise.
        """
        return self._call(str, "GET", "/metrics")
