// Made from api/openapi.yaml by scripts/generate.mjs: do not edit.
import { segment, type CallOptions, type Caller, type Reply } from '../call';
import type {
  AccountPage,
  Accounts,
  Answer,
  Bill,
  Calendar,
  CalendarBody,
  ClassName,
  Contract,
  ContractEnd,
  ContractId,
  ContractPage,
  ContractReport,
  ContractSettle,
  ContractState,
  DepositBody,
  EventPage,
  HaltBody,
  Health,
  Hub,
  HubHistoryPage,
  HubName,
  HubPage,
  JournalPage,
  KeyBody,
  KeyId,
  KeyPage,
  LeaseAnswer,
  LeaseBody,
  LinkPage,
  LogAnswer,
  LogBody,
  LogPiece,
  LogStream,
  Market,
  NewKey,
  NewWebhook,
  NodesReport,
  OfferBody,
  OfferPage,
  Operation,
  OperationId,
  Order,
  OrderAnswer,
  OrderBatch,
  OrderBatchAnswer,
  OrderBody,
  OrderChange,
  OrderId,
  OrderPage,
  OrderState,
  Participant,
  ParticipantBody,
  ParticipantChange,
  ParticipantId,
  ParticipantPage,
  Proof,
  Purpose,
  QuoteBody,
  ReplayBody,
  ResaleBody,
  ResalePage,
  ResaleState,
  Role,
  Round,
  RoundId,
  RoundPage,
  RoundPrices,
  RoundSlots,
  RoundState,
  Rules,
  Self,
  Sequence,
  Statement,
  Time,
  TransferBody,
  TransferKind,
  TransferPage,
  TrialBalance,
  WebhookId,
  WebhookPage,
  Why,
  WithdrawalBody,
  Work,
  WorkPage,
} from './types';

/** List orders */
export const listOrders = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; state?: OrderState | undefined; class?: ClassName | undefined; hub?: HubName | undefined; round?: RoundId | undefined; orderBy?: 'id' | '-id' | 'submitted' | '-submitted' | 'value' | '-value' | undefined } = {}, options?: CallOptions): Promise<Reply<OrderPage>> =>
  client.call<OrderPage>({ method: 'GET', target: `/v1/orders`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, state: of.state, class: of.class, hub: of.hub, round: of.round, orderBy: of.orderBy } }, options);

/** Send an order */
export const submitOrder = (client: Caller, of: { idempotencyKey: string; body: OrderBody }, options?: CallOptions): Promise<Reply<OrderAnswer>> =>
  client.call<OrderAnswer>({ method: 'POST', target: `/v1/orders`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Send up to 256 orders */
export const submitOrders = (client: Caller, of: { body: OrderBatch }, options?: CallOptions): Promise<Reply<OrderBatchAnswer>> =>
  client.call<OrderBatchAnswer>({ method: 'POST', target: `/v1/orders:batch`, form: 'json', body: of.body, media: 'application/json' }, options);

/** One order */
export const getOrder = (client: Caller, of: { order: OrderId; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Order>> =>
  client.call<Order>({ method: 'GET', target: `/v1/orders/${segment(of.order)}`, form: 'json', query: { asOf: of.asOf } }, options);

/** Change a waiting order */
export const amendOrder = (client: Caller, of: { order: OrderId; idempotencyKey: string; ifMatch: string; body: OrderChange }, options?: CallOptions): Promise<Reply<OrderAnswer>> =>
  client.call<OrderAnswer>({ method: 'PATCH', target: `/v1/orders/${segment(of.order)}`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey, 'If-Match': of.ifMatch }, body: of.body, media: 'application/json' }, options);

/** Cancel an order */
export const cancelOrder = (client: Caller, of: { order: OrderId; idempotencyKey: string }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/orders/${segment(of.order)}:cancel`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey } }, options);

/** Why it runs or does not, and what would change that */
export const explainOrder = (client: Caller, of: { order: OrderId; asOf?: Sequence | undefined; round?: RoundId | undefined; changes?: boolean | undefined }, options?: CallOptions): Promise<Reply<Why>> =>
  client.call<Why>({ method: 'GET', target: `/v1/orders/${segment(of.order)}/why`, form: 'json', query: { asOf: of.asOf, round: of.round, changes: of.changes } }, options);

/** Proof that the order stands in the book of a round */
export const proveOrder = (client: Caller, of: { order: OrderId; round: RoundId }, options?: CallOptions): Promise<Reply<Proof>> =>
  client.call<Proof>({ method: 'GET', target: `/v1/orders/${segment(of.order)}/proof`, form: 'json', query: { round: of.round } }, options);

/** What an order would have got in the last closed round */
export const quoteOrder = (client: Caller, of: { body: QuoteBody }, options?: CallOptions): Promise<Reply<Why>> =>
  client.call<Why>({ method: 'POST', target: `/v1/quotes`, form: 'json', body: of.body, media: 'application/json' }, options);

/** Classes, hubs, prices, the next gate, halts */
export const getMarket = (client: Caller, of: { asOf?: Sequence | undefined } = {}, options?: CallOptions): Promise<Reply<Market>> =>
  client.call<Market>({ method: 'GET', target: `/v1/market`, form: 'json', query: { asOf: of.asOf } }, options);

/** All hubs */
export const listHubs = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined } = {}, options?: CallOptions): Promise<Reply<HubPage>> =>
  client.call<HubPage>({ method: 'GET', target: `/v1/hubs`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** One hub */
export const getHub = (client: Caller, of: { hub: HubName; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Hub>> =>
  client.call<Hub>({ method: 'GET', target: `/v1/hubs/${segment(of.hub)}`, form: 'json', query: { asOf: of.asOf } }, options);

/** How busy a hub was when rounds closed */
export const listHubHistory = (client: Caller, of: { hub: HubName; asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined }, options?: CallOptions): Promise<Reply<HubHistoryPage>> =>
  client.call<HubHistoryPage>({ method: 'GET', target: `/v1/hubs/${segment(of.hub)}/history`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** Data links between hubs */
export const listLinks = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined } = {}, options?: CallOptions): Promise<Reply<LinkPage>> =>
  client.call<LinkPage>({ method: 'GET', target: `/v1/links`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** Rounds, the last first */
export const listRounds = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; state?: RoundState | undefined } = {}, options?: CallOptions): Promise<Reply<RoundPage>> =>
  client.call<RoundPage>({ method: 'GET', target: `/v1/rounds`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, state: of.state } }, options);

/** One round */
export const getRound = (client: Caller, of: { round: RoundId; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Round>> =>
  client.call<Round>({ method: 'GET', target: `/v1/rounds/${segment(of.round)}`, form: 'json', query: { asOf: of.asOf } }, options);

/** Prices posted by a round */
export const getRoundPrices = (client: Caller, of: { round: RoundId; hub?: HubName | undefined; class?: ClassName | undefined }, options?: CallOptions): Promise<Reply<RoundPrices>> =>
  client.call<RoundPrices>({ method: 'GET', target: `/v1/rounds/${segment(of.round)}/prices`, form: 'json', query: { hub: of.hub, class: of.class } }, options);

/** A round slot by slot: devices, data, energy, and parts of prices */
export const getRoundSlots = (client: Caller, of: { round: RoundId; hub?: HubName | undefined; class?: ClassName | undefined; links?: 'used' | 'all' | undefined; first?: number | undefined; count?: number | undefined }, options?: CallOptions): Promise<Reply<RoundSlots>> =>
  client.call<RoundSlots>({ method: 'GET', target: `/v1/rounds/${segment(of.round)}/slots`, form: 'json', query: { hub: of.hub, class: of.class, links: of.links, first: of.first, count: of.count } }, options);

/** The book of a round as market text */
export const getRoundBook = (client: Caller, of: { round: RoundId }, options?: CallOptions): Promise<Reply<string>> =>
  client.call<string>({ method: 'GET', target: `/v1/rounds/${segment(of.round)}/book`, form: 'text' }, options);

/** The certificate of a round */
export const getRoundCertificate = (client: Caller, of: { round: RoundId }, options?: CallOptions): Promise<Reply<string>> =>
  client.call<string>({ method: 'GET', target: `/v1/rounds/${segment(of.round)}/certificate`, form: 'text' }, options);

/** Close the gate of the round that is collecting now */
export const closeGate = (client: Caller, of: { idempotencyKey: string; body: {
  /** The one that is meant, so that a late request closes no other */
  round: RoundId;
} }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/rounds:close-gate`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** The rules that an operator may change */
export const getRules = (client: Caller, of: { asOf?: Sequence | undefined } = {}, options?: CallOptions): Promise<Reply<Rules>> =>
  client.call<Rules>({ method: 'GET', target: `/v1/rules`, form: 'json', query: { asOf: of.asOf } }, options);

/** Change the rules */
export const setRules = (client: Caller, of: { idempotencyKey: string; body: Rules }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'PUT', target: `/v1/rules`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** The next gates, and when there are none */
export const getCalendar = (client: Caller, of: { count?: number | undefined } = {}, options?: CallOptions): Promise<Reply<Calendar>> =>
  client.call<Calendar>({ method: 'GET', target: `/v1/calendar`, form: 'json', query: { count: of.count } }, options);

/** Change when there are no gates */
export const setCalendar = (client: Caller, of: { idempotencyKey: string; body: CalendarBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'PUT', target: `/v1/calendar`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** What suppliers ask */
export const listOffers = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; hub?: HubName | undefined; class?: ClassName | undefined } = {}, options?: CallOptions): Promise<Reply<OfferPage>> =>
  client.call<OfferPage>({ method: 'GET', target: `/v1/offers`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, hub: of.hub, class: of.class } }, options);

/** Change what you ask for devices of a class at your hub */
export const putOffer = (client: Caller, of: { hub: HubName; class: ClassName; idempotencyKey: string; body: OfferBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'PUT', target: `/v1/hubs/${segment(of.hub)}/offers/${segment(of.class)}`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Say who runs a hub */
export const assignSupplier = (client: Caller, of: { hub: HubName; idempotencyKey: string; body: {
  participant: ParticipantId;
} }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'PUT', target: `/v1/hubs/${segment(of.hub)}/supplier`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Report that nodes came up or went down */
export const reportNodes = (client: Caller, of: { hub: HubName; idempotencyKey: string; hubEpoch?: string | undefined; body: NodesReport }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/hubs/${segment(of.hub)}/nodes:report`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey, 'Hub-Epoch': of.hubEpoch }, body: of.body, media: 'application/json' }, options);

/** Act for a hub, or go on */
export const leaseHub = (client: Caller, of: { hub: HubName; idempotencyKey: string; body: LeaseBody }, options?: CallOptions): Promise<Reply<LeaseAnswer>> =>
  client.call<LeaseAnswer>({ method: 'POST', target: `/v1/hubs/${segment(of.hub)}:lease`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** What an agent of the hub has to know */
export const listWork = (client: Caller, of: { hub: HubName; asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined }, options?: CallOptions): Promise<Reply<WorkPage>> =>
  client.call<WorkPage>({ method: 'GET', target: `/v1/hubs/${segment(of.hub)}/work`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** Contracts: of your orders, or at your hubs */
export const listContracts = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; state?: ContractState | undefined; hub?: HubName | undefined; order?: OrderId | undefined } = {}, options?: CallOptions): Promise<Reply<ContractPage>> =>
  client.call<ContractPage>({ method: 'GET', target: `/v1/contracts`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, state: of.state, hub: of.hub, order: of.order } }, options);

/** One contract */
export const getContract = (client: Caller, of: { contract: ContractId; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Contract>> =>
  client.call<Contract>({ method: 'GET', target: `/v1/contracts/${segment(of.contract)}`, form: 'json', query: { asOf: of.asOf } }, options);

/** What happened to a contract */
export const listContractEvents = (client: Caller, of: { contract: ContractId; asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined }, options?: CallOptions): Promise<Reply<EventPage>> =>
  client.call<EventPage>({ method: 'GET', target: `/v1/contracts/${segment(of.contract)}/events`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** Report that its devices were available */
export const meterContract = (client: Caller, of: { contract: ContractId; idempotencyKey: string; hubEpoch?: string | undefined; body: {
  from?: Time;
  until: Time;
} }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/contracts/${segment(of.contract)}:meter`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey, 'Hub-Epoch': of.hubEpoch }, body: of.body, media: 'application/json' }, options);

/** Report that a contract has ended */
export const endContract = (client: Caller, of: { contract: ContractId; idempotencyKey: string; hubEpoch?: string | undefined; body: ContractEnd }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/contracts/${segment(of.contract)}:end`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey, 'Hub-Epoch': of.hubEpoch }, body: of.body, media: 'application/json' }, options);

/** What a contract runs */
export const getWork = (client: Caller, of: { contract: ContractId; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Work>> =>
  client.call<Work>({ method: 'GET', target: `/v1/contracts/${segment(of.contract)}/work`, form: 'json', query: { asOf: of.asOf } }, options);

/** What the work of a contract says */
export const readLog = (client: Caller, of: { contract: ContractId; stream?: LogStream | undefined; tail?: number | undefined; from?: number | undefined; waitSeconds?: number | undefined }, options?: CallOptions): Promise<Reply<LogPiece>> =>
  client.call<LogPiece>({ method: 'GET', target: `/v1/contracts/${segment(of.contract)}/log`, form: 'json', query: { stream: of.stream, tail: of.tail, from: of.from, waitSeconds: of.waitSeconds } }, options);

/** Bring what is wanted of what a contract's work says */
export const bringLog = (client: Caller, of: { contract: ContractId; hubEpoch?: string | undefined; body: LogBody }, options?: CallOptions): Promise<Reply<LogAnswer>> =>
  client.call<LogAnswer>({ method: 'POST', target: `/v1/contracts/${segment(of.contract)}/log`, form: 'json', headers: { 'Hub-Epoch': of.hubEpoch }, body: of.body, media: 'application/json' }, options);

/** Say how far its work has come */
export const reportContract = (client: Caller, of: { contract: ContractId; idempotencyKey: string; hubEpoch?: string | undefined; body: ContractReport }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/contracts/${segment(of.contract)}:report`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey, 'Hub-Epoch': of.hubEpoch }, body: of.body, media: 'application/json' }, options);

/** The last word on a contract that the exchange ended */
export const settleContract = (client: Caller, of: { contract: ContractId; idempotencyKey: string; hubEpoch?: string | undefined; body: ContractSettle }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/contracts/${segment(of.contract)}:settle`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey, 'Hub-Epoch': of.hubEpoch }, body: of.body, media: 'application/json' }, options);

/** Give devices of a contract up */
export const resellContract = (client: Caller, of: { contract: ContractId; idempotencyKey: string; body: ResaleBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/contracts/${segment(of.contract)}:resell`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Devices that were given up */
export const listResales = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; contract?: ContractId | undefined; state?: ResaleState | undefined } = {}, options?: CallOptions): Promise<Reply<ResalePage>> =>
  client.call<ResalePage>({ method: 'GET', target: `/v1/resales`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, contract: of.contract, state: of.state } }, options);

/** Accounts with their balances */
export const listAccounts = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; purpose?: Purpose | undefined } = {}, options?: CallOptions): Promise<Reply<AccountPage>> =>
  client.call<AccountPage>({ method: 'GET', target: `/v1/accounts`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, purpose: of.purpose } }, options);

/** All accounts of a participant */
export const getAccounts = (client: Caller, of: { participant: ParticipantId; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Accounts>> =>
  client.call<Accounts>({ method: 'GET', target: `/v1/accounts/${segment(of.participant)}`, form: 'json', query: { asOf: of.asOf } }, options);

/** Book money that came to the exchange's bank account */
export const deposit = (client: Caller, of: { idempotencyKey: string; body: DepositBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/deposits`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Pay money out */
export const withdraw = (client: Caller, of: { idempotencyKey: string; body: WithdrawalBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/withdrawals`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Deposits, withdrawals and transfers, the last first */
export const listTransfers = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; kind?: TransferKind | undefined; participant?: ParticipantId | undefined } = {}, options?: CallOptions): Promise<Reply<TransferPage>> =>
  client.call<TransferPage>({ method: 'GET', target: `/v1/transfers`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, kind: of.kind, participant: of.participant } }, options);

/** Move money between your own accounts */
export const transfer = (client: Caller, of: { idempotencyKey: string; body: TransferBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/transfers`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Lines of one account, with balances */
export const getStatement = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; participant: ParticipantId; purpose?: Purpose | undefined; from?: Time | undefined; to?: Time | undefined }, options?: CallOptions): Promise<Reply<Statement>> =>
  client.call<Statement>({ method: 'GET', target: `/v1/statements`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, participant: of.participant, purpose: of.purpose, from: of.from, to: of.to } }, options);

/** What the contracts of a participant came to in a period */
export const getBill = (client: Caller, of: { participant: ParticipantId; asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; from?: Time | undefined; to?: Time | undefined; format?: 'json' | 'csv' | 'html' | undefined; lang?: 'en' | 'zh' | undefined }, options?: CallOptions): Promise<Reply<Bill>> =>
  client.call<Bill>({ method: 'GET', target: `/v1/statements/${segment(of.participant)}`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, from: of.from, to: of.to, format: of.format, lang: of.lang } }, options);

/** All money by purpose: it adds up to nothing */
export const getTrialBalance = (client: Caller, of: { asOf?: Sequence | undefined } = {}, options?: CallOptions): Promise<Reply<TrialBalance>> =>
  client.call<TrialBalance>({ method: 'GET', target: `/v1/ledger/trial-balance`, form: 'json', query: { asOf: of.asOf } }, options);

/** Who asks, and in which role */
export const getMe = (client: Caller, options?: CallOptions): Promise<Reply<Self>> =>
  client.call<Self>({ method: 'GET', target: `/v1/me`, form: 'json' }, options);

/** Participants */
export const listParticipants = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined; role?: Role | undefined } = {}, options?: CallOptions): Promise<Reply<ParticipantPage>> =>
  client.call<ParticipantPage>({ method: 'GET', target: `/v1/participants`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken, role: of.role } }, options);

/** Admit a participant */
export const openParticipant = (client: Caller, of: { idempotencyKey: string; body: ParticipantBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/participants`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** One participant */
export const getParticipant = (client: Caller, of: { participant: ParticipantId; asOf?: Sequence | undefined }, options?: CallOptions): Promise<Reply<Participant>> =>
  client.call<Participant>({ method: 'GET', target: `/v1/participants/${segment(of.participant)}`, form: 'json', query: { asOf: of.asOf } }, options);

/** Change a setting of a participant */
export const changeParticipant = (client: Caller, of: { participant: ParticipantId; idempotencyKey: string; body: ParticipantChange }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'PATCH', target: `/v1/participants/${segment(of.participant)}`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Keys of a participant */
export const listKeys = (client: Caller, of: { participant: ParticipantId; asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined }, options?: CallOptions): Promise<Reply<KeyPage>> =>
  client.call<KeyPage>({ method: 'GET', target: `/v1/participants/${segment(of.participant)}/keys`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** Make a key to speak for a participant */
export const addKey = (client: Caller, of: { participant: ParticipantId; idempotencyKey: string; body: KeyBody }, options?: CallOptions): Promise<Reply<NewKey>> =>
  client.call<NewKey>({ method: 'POST', target: `/v1/participants/${segment(of.participant)}/keys`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Revoke a key */
export const revokeKey = (client: Caller, of: { key: KeyId; idempotencyKey: string }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'DELETE', target: `/v1/keys/${segment(of.key)}`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey } }, options);

/** Halt trading or let it go on */
export const setHalt = (client: Caller, of: { idempotencyKey: string; body: HaltBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/halts`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Your webhooks */
export const listWebhooks = (client: Caller, of: { asOf?: Sequence | undefined; pageSize?: number | undefined; pageToken?: string | undefined } = {}, options?: CallOptions): Promise<Reply<WebhookPage>> =>
  client.call<WebhookPage>({ method: 'GET', target: `/v1/webhooks`, form: 'json', query: { asOf: of.asOf, pageSize: of.pageSize, pageToken: of.pageToken } }, options);

/** Have your events sent to an address */
export const addWebhook = (client: Caller, of: { idempotencyKey: string; body: {
  url: string;
} }, options?: CallOptions): Promise<Reply<NewWebhook>> =>
  client.call<NewWebhook>({ method: 'POST', target: `/v1/webhooks`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** Have no more events sent */
export const dropWebhook = (client: Caller, of: { webhook: WebhookId; idempotencyKey: string }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'DELETE', target: `/v1/webhooks/${segment(of.webhook)}`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey } }, options);

/** Everything that happened */
export const readJournal = (client: Caller, of: { from?: Sequence | undefined; pageSize?: number | undefined } = {}, options?: CallOptions): Promise<Reply<JournalPage>> =>
  client.call<JournalPage>({ method: 'GET', target: `/v1/journal`, form: 'json', query: { from: of.from, pageSize: of.pageSize } }, options);

/** Go through the journal again */
export const startReplay = (client: Caller, of: { idempotencyKey: string; body: ReplayBody }, options?: CallOptions): Promise<Reply<Answer>> =>
  client.call<Answer>({ method: 'POST', target: `/v1/replays`, form: 'json', headers: { 'Idempotency-Key': of.idempotencyKey }, body: of.body, media: 'application/json' }, options);

/** How far a long operation is */
export const getOperation = (client: Caller, of: { operation: OperationId }, options?: CallOptions): Promise<Reply<Operation>> =>
  client.call<Operation>({ method: 'GET', target: `/v1/operations/${segment(of.operation)}`, form: 'json' }, options);

/** Whether the process lives */
export const getHealth = (client: Caller, options?: CallOptions): Promise<Reply<Health>> =>
  client.call<Health>({ method: 'GET', target: `/healthz`, form: 'json' }, options);

/** Whether it takes requests */
export const getReadiness = (client: Caller, options?: CallOptions): Promise<Reply<Health>> =>
  client.call<Health>({ method: 'GET', target: `/readyz`, form: 'json' }, options);

/** Numbers for Prometheus */
export const getMetrics = (client: Caller, options?: CallOptions): Promise<Reply<string>> =>
  client.call<string>({ method: 'GET', target: `/metrics`, form: 'text' }, options);
