// Made from api/openapi.yaml by scripts/generate.mjs: do not edit.

/** At most six decimals and 10^12 in size. Replies have at least two decimals. */
export type Money = {
  amount: string;
  currency: 'CNY';
};

/** RFC 3339 with a zone, whole seconds. Replies have the zone of the exchange. */
export type Time = string;

/** A place in the journal */
export type Sequence = string;

/** A whole number of 64 bits */
export type Whole = string;

/** SHA-256 */
export type Hash = string;

/** At most 64 bytes; no control characters, no blanks at its ends */
export type Name = string;

export type Seconds = number;

export type Duration = number;

export type Devices = number;

/** Parts per million */
export type Ppm = number;

export type OrderId = string;

export type ContractId = string;

export type RoundId = string;

/** P-0 is the exchange itself */
export type ParticipantId = string;

/** The sequence of its command */
export type TransferId = string;

/** S-0 is none */
export type ResaleId = string;

export type HoldId = string;

export type WebhookId = string;

export type OperationId = string;

export type KeyId = string;

export type HubName = string;

export type ClassName = string;

export type ZoneName = string;

export type DataName = string;

export type Role = 'participant' | 'hub' | 'operator' | 'auditor' | 'regulator';

export type Purpose = 'cash' | 'hold' | 'margin' | 'voucher' | 'escrow' | 'rent' | 'penalty' | 'rounding' | 'rail';

export type OrderState = 'waiting' | 'running' | 'done' | 'left' | 'cancelled' | 'refused' | 'awarded';

export type ContractState = 'running' | 'ended';

/** cleared: with a certificate; empty: nothing to clear; unsolved: no outcome passed, nobody is awarded */
export type RoundState = 'collecting' | 'clearing' | 'cleared' | 'empty' | 'unsolved';

export type EndReason = 'completed' | 'failed' | 'preempted' | 'cancelled';

export type ReleaseReason = 'node-down' | 'order-gone' | 'rebooked' | 'given-up' | 'amended';

export type TransferKind = 'deposit' | 'withdrawal' | 'transfer';

export type HaltScope = 'market' | 'participant' | 'hub';

export type Account = {
  participant: ParticipantId;
  purpose: Purpose;
};

/** RFC 9457. `code` is one of x-problem-codes and stable; sentences may change. */
export type Problem = {
  /** Absent where the request did not get as far as the exchange */
  type?: string;
  title: string;
  status: number;
  code: string;
  /** What happened with your own values */
  detail?: string;
  /** What it is about: a JSON pointer into the body, or the name of a parameter or header */
  param?: string;
  /** What to do about it */
  try?: string;
  /** Of the refusal in the journal; absent where nothing was journaled */
  sequence?: Sequence;
};

export type Answer = {
  /** What was made or changed */
  id?: string;
  sequence: Sequence;
  state: 'accepted';
};

export type OrderAnswer = {
  id: OrderId;
  sequence: Sequence;
  state: 'accepted';
  /** Set aside: value and premium */
  hold: Money;
};

export type NewKey = {
  id: KeyId;
  /** 256 bits as base64url; shown nowhere else */
  secret: string;
  sequence: Sequence;
  state: 'accepted';
};

export type NewWebhook = {
  id: WebhookId;
  /** 256 bits as base64url; shown nowhere else */
  secret: string;
  sequence: Sequence;
  state: 'accepted';
};

/** One way to run: so many devices of a class for about so long */
export type Way = {
  class: ClassName;
  devices: Devices;
  durationSeconds: Duration;
};

/** Any of them; all are worth the same */
export type Ways = Way[];

/** Where it may run; none is anywhere */
export type Hubs = HubName[];

export type OrderBody = BlockOrder | OptionsOrder | CurveOrder | ProfileOrder | ServiceOrder;

/** Devices for some time without a break, all or none, at one hub. Either `value`, or `limit`: then the value is limit × devices × duration of the first way, fractions of a micro-yuan dropped. */
export type BlockOrder = {
  kind: 'block';
  /** Yours, for your listings */
  name?: Name;
  /** What its contracts run */
  work?: Work;
  ways: Ways;
  hubs?: Hubs;
  /** It is wanted from then on; at once if absent */
  earliest?: Time;
  /** It leaves if it has not begun by then; seven days after it is wanted if absent */
  latestStart?: Time;
  /** For the whole order when it starts as soon as it is wanted, at or above 0 */
  value?: Money;
  /** Per device-hour of the first way, at or above 0 */
  limit?: Money;
  /** What an hour of waiting beyond graceSeconds takes from its value */
  delayCostPerHour?: Money;
  /** Waiting costs nothing for so long */
  graceSeconds?: Seconds;
  /** On top for a block that is booked ahead and kept */
  premium?: Money;
  /** Nodes of its own even where its devices would leave room */
  wholeNodes?: boolean;
  /** A data set that must be at the hub when it starts */
  data?: DataName;
  /** Least share of its energy to be matched with green power. Above 0 answers 501 for now */
  greenPercent?: number;
};

/** Devices of a class at a hub over some time, all or none. Legs of energy, and legs that you deliver, are planned: they answer 501 and 400. */
export type Leg = {
  hub: HubName;
  class: ClassName;
  from: Time;
  until: Time;
  devices: Devices;
} | {
  zone: ZoneName;
  from: Time;
  until: Time;
  /** In each hour */
  energyWh: Whole;
};

export type Legs = Leg[];

/** Explicit options, at most one of which is awarded, with all its legs. A round awards it: then each leg is an order of its own with devices that are promised to it. */
export type OptionsOrder = {
  kind: 'options';
  name?: Name;
  /** What its contracts run */
  work?: Work;
  greenPercent?: number;
  options: {
    /** At or above 0 */
    value: Money;
    legs: Legs;
  }[];
};

/** Divisible demand by price steps, the same at every moment of some time. A round awards what is cheap enough; the rest leaves with it. */
export type CurveOrder = {
  kind: 'curve';
  name?: Name;
  /** What its contracts run */
  work?: Work;
  hub: HubName;
  class: ClassName;
  from: Time;
  until: Time;
  /** Prices do not rise */
  steps: {
    devices: Devices;
    /** Per device-hour */
    limit: Money;
  }[];
};

/** One profile over time, all or none. A round awards it. */
export type ProfileOrder = {
  kind: 'profile';
  name?: Name;
  /** What its contracts run */
  work?: Work;
  legs: Legs;
  /** For all of it, at or above 0 */
  value: Money;
  /** Least share of each leg that you accept, in whole devices, for no more than that share of the value; all if absent */
  minimumPpm?: Ppm;
  greenPercent?: number;
};

/** Devices that run in every one of several times, at one hub. A round awards it. */
export type ServiceOrder = {
  kind: 'service';
  name?: Name;
  /** What its contracts run */
  work?: Work;
  class: ClassName;
  devices: Devices;
  hubs?: Hubs;
  /** Rising, not overlapping */
  times: {
    from: Time;
    until: Time;
  }[];
  value?: Money;
  /** Per device-hour */
  limit?: Money;
  wholeNodes?: boolean;
  greenPercent?: number;
};

/** What changes of an order: of a block order, or the name alone of any. Not both value and limit. */
export type OrderChange = {
  name?: Name;
  ways?: Ways;
  hubs?: Hubs;
  earliest?: Time;
  latestStart?: Time;
  value?: Money;
  limit?: Money;
  delayCostPerHour?: Money;
  graceSeconds?: Seconds;
  premium?: Money;
  wholeNodes?: boolean;
  data?: DataName;
  greenPercent?: number;
};

export type OrderBatch = {
  orders: {
    idempotencyKey: string;
    order: OrderBody;
  }[];
};

export type OrderBatchAnswer = {
  results: {
    idempotencyKey: string;
    state: 'accepted' | 'refused';
    id?: OrderId;
    sequence?: Sequence;
    hold?: Money;
    problem?: Problem;
  }[];
};

/** A new order, or one of yours with changes */
export type QuoteBody = {
  order?: OrderBody;
  from?: OrderId;
  change?: OrderChange;
  /** Whether to look for changes that would place it */
  changes?: boolean;
};

export type Order = {
  id: OrderId;
  participant: ParticipantId;
  kind: 'block' | 'options' | 'curve' | 'profile' | 'service';
  name?: Name;
  state: OrderState;
  submitted: Time;
  ways: Ways;
  hubs: Hubs;
  earliest: Time;
  latestStart: Time;
  value: Money;
  /** 0 if absent */
  delayCostPerHour?: Money;
  /** 0 if absent */
  graceSeconds?: Seconds;
  /** 0 if absent */
  premium?: Money;
  /** false if absent */
  wholeNodes?: boolean;
  data?: DataName;
  greenPercent?: number;
  /** It says what its contracts run */
  work?: boolean;
  /** What is left of it; absent once it is gone */
  hold?: Money;
  /** Devices that are promised to it for later */
  block?: Block;
  /** Of options */
  options?: {
    value: Money;
    legs: Legs;
  }[];
  /** Of a profile or curve */
  legs?: Legs;
  /** Of a service */
  times?: {
    from: Time;
    until: Time;
  }[];
  /** Of a curve */
  steps?: {
    devices: Devices;
    /** Per device-hour */
    limit: Money;
  }[];
  /** Of a profile: the least share of each leg that will do; all if absent */
  minimumPpm?: Ppm;
  /** Of an order that was awarded: the share of its device-hours */
  awardedPpm?: Ppm;
  /** What it became when it was awarded */
  parts?: OrderId[];
  /** The order that this is a part of */
  parent?: OrderId;
  /** Of a part: per device-hour, as the round agreed it */
  price?: Money;
  /** The last is the one that runs */
  contracts: ContractId[];
  /** The last round in whose book it stood */
  round?: RoundId;
  /** Of its last change; what ETag has */
  sequence: Sequence;
};

export type Block = {
  way: Way;
  hub: HubName;
  begin: Time;
  end: Time;
  /** Per device-hour */
  price: Money;
};

export type OrderPage = {
  asOf: Sequence;
  items: Order[];
  nextPageToken?: string;
};

export type Why = {
  order?: OrderId;
  /** Absent where none was cleared */
  round?: RoundId;
  /** true of quotes */
  indicative?: boolean;
  /** In the round, or by dispatch */
  placed: boolean;
  /** How the order stood to the round. Only of one in its book is there a reason: dispatch may have started it between rounds */
  standing?: 'in-book' | 'after-gate' | 'later' | 'started' | 'gone' | 'passed-over';
  /** The same in a sentence */
  says?: string;
  /** What has become of it by now */
  state?: OrderState;
  /** docs/explain.md */
  reason?: 'PLACED' | 'NOT_ELIGIBLE' | 'NO_COMPATIBLE_HUB' | 'GANG_TOO_LARGE' | 'DATA_UNREACHABLE' | 'WINDOW_TOO_TIGHT' | 'GREEN_UNMET' | 'POLICY_CAP' | 'PRECEDENCE_UNMET' | 'OUTBID' | 'PARADOXICALLY_REJECTED';
  lostOpportunity?: Money;
  /** What the round gave it */
  award?: Award;
  /** Of its last contract, at the price of that */
  runs?: Award;
  /** Of quotes: where dispatch could start it at once, at the posted price. Others who wait may take the devices */
  now?: Award;
  /** The cheapest start of each hub at the round's scarcity prices, cheapest first. Of options and profiles, each of their alternatives; of a curve, its first step */
  hubs: {
    hub: HubName;
    way: Way;
    start: Time;
    alternative?: AlternativeIndex;
    legs?: QuotedLegs;
    cost: Money;
    value: Money;
    shortBy: Money;
    binding: {
      /** capacity guian/H800 */
      row: string;
      from: Time;
      until: Time;
      /** Per device-hour, MWh or TB */
      price: Money;
      /** Of it */
      premium?: Money;
      /** What the row adds to the cost of the order */
      cost: Money;
    }[];
  }[];
  /** Single changes that would have placed it, each cleared anew, cheapest first */
  changes: {
    /** value: it is worth more; later: all of its legs begin later; limit of a curve: more for its first step */
    kind: 'limit' | 'window' | 'hub' | 'class' | 'replica' | 'value' | 'later';
    /** As an option of the command line where it has one */
    change: string;
    /** By which the bid must rise at least */
    extraCost: Money;
    hub: HubName;
    way: Way;
    start: Time;
    end: Time;
    alternative?: AlternativeIndex;
    legs?: QuotedLegs;
    payment: Money;
  }[];
};

/** Of an order of several legs: which of its alternatives, from 0. Hub, class and devices beside it are those of the first leg */
export type AlternativeIndex = number;

/** Of an order of several legs: what it gets, and for which price */
export type QuotedLegs = {
  hub: HubName;
  class: ClassName;
  devices: Devices;
  from: Time;
  until: Time;
  /** Per device-hour, no less than the seller asks; absent where it is not bought */
  price?: Money;
  /** With devices that stand idle on whole nodes */
  payment?: Money;
}[];

export type Award = {
  hub: HubName;
  way: Way;
  start: Time;
  end: Time;
  alternative?: AlternativeIndex;
  legs?: QuotedLegs;
  payment: Money;
  value: Money;
};

export type Proof = {
  order: OrderId;
  round: RoundId;
  /** Its name in the published book */
  pseudonym: string;
  root: Hash;
  leaf: Hash;
  /** Of the leaf; 0 is everything but orders */
  index: number;
  leaves: number;
  /** From the leaf up */
  path: Hash[];
};

export type ClassInfo = {
  class: ClassName;
  watts: number;
  /** Devices of a node */
  nodeDevices: number;
};

export type HubPrice = {
  hub: HubName;
  class: ClassName;
  /** Per device-hour, without energy */
  ask: Money;
  /** Per device-hour, until the next round closes; absent before the first */
  posted?: Money;
  freeDevices: number;
};

export type Halt = {
  scope: HaltScope;
  hub?: HubName;
  /** Only to itself and to operators */
  participant?: ParticipantId;
};

export type Market = {
  name: string;
  currency: 'CNY';
  /** The exchange's clock */
  time: Time;
  /** locked: shortly before the gate orders may only be improved */
  state: 'open' | 'locked' | 'halted';
  /** The one that collects orders */
  round: RoundId;
  lock: Time;
  gate: Time;
  /** The last one that closed */
  lastRound?: RoundId;
  classes: ClassInfo[];
  prices: HubPrice[];
  halts: Halt[];
};

export type HubPool = {
  class: ClassName;
  nodes: number;
  nodeDevices: number;
  freeDevices: number;
  downNodes: number;
  ask: Money;
  posted?: Money;
};

export type Hub = {
  hub: HubName;
  title: {
    en: string;
    zh: string;
  };
  region: string;
  /** Degrees */
  latitude: string;
  longitude: string;
  /** Power usage effectiveness */
  pue: string;
  /** Whoever acts for it beside its cluster; absent where the hub never had an agent */
  agent?: {
    epoch: number;
    /** Its lease ends then, unless it is renewed */
    until: Time;
    /** Whether anything may start there now */
    takesContracts: boolean;
    /** What it says of itself */
    detail?: Detail;
  };
  powerZone?: ZoneName;
  greenZone?: ZoneName;
  /** Absent while nobody runs it */
  supplier?: ParticipantId;
  halted: boolean;
  pools: HubPool[];
};

export type HubPage = {
  asOf: Sequence;
  items: Hub[];
  nextPageToken?: string;
};

export type Link = {
  from: HubName;
  to: HubName;
  /** How fast it moves */
  mbPerSecond: Whole;
  /** Per terabyte */
  price: Money;
  /** So far, counted when a transfer is asked for */
  movedMb: Whole;
  /** When the last data set that was asked for arrives; absent where nothing is on its way */
  busyUntil?: Time;
};

export type LinkPage = {
  asOf: Sequence;
  items: Link[];
  nextPageToken?: string;
};

export type Round = {
  id: RoundId;
  state: RoundState;
  /** When its gate closed, or will */
  gate?: Time;
  closed?: Time;
  /** In its book */
  orders?: number;
  awards?: number;
  /** Rounded down */
  welfare?: Money;
  /** Rounded up */
  bound?: Money;
  /** By how much the best outcome could be better at most */
  gapPpm?: Ppm;
  /** Merkle root of the book */
  root?: Hash;
  /** Of the certificate's text */
  certificate?: Hash;
  /** Of the pseudonymised book's text */
  book?: Hash;
  /** Why it was not cleared */
  reason?: string;
  /** Of its last change */
  sequence?: Sequence;
};

export type RoundPage = {
  asOf: Sequence;
  items: Round[];
  nextPageToken?: string;
};

export type HubHistoryPage = {
  asOf: Sequence;
  items: HubLoad[];
  /** The gate of the first round that is known; absent if none is */
  knownFrom?: Time;
  /** Rounds from before are being read from the journal */
  remembering: boolean;
  nextPageToken?: string;
};

export type HubLoad = {
  round: RoundId;
  gate: Time;
  closed: Time;
  pools: {
    class: ClassName;
    /** On nodes that are up */
    upDevices: number;
    /** Of them, held by contracts */
    usedDevices: number;
    /** Per device-hour */
    posted: Money;
  }[];
};

/** A number for each slot */
export type Counts = number[];

/** A whole number for each slot */
export type Wholes = Whole[];

/** A decimal amount for each slot */
export type Amounts = string[];

/** Prices are per device-hour and paid at λ′: price = capacity + power; scarcity is a part of capacity; green and node come on top for orders that ask for them */
export type PoolSlots = {
  hub: HubName;
  class: ClassName;
  /** What a device draws in a slot: watts × PUE, rounded up to whole Wh */
  deviceWh: Whole;
  /** Devices that the book offers */
  offered: Counts;
  /** Devices that accepted orders hold */
  awarded: Counts;
  /** The sum of capacity and power */
  price: Amounts;
  /** λ′ of its capacity row */
  capacity: Amounts;
  /** Of capacity, above the dearest device that is sold, or above the cheapest where none is */
  scarcity: Amounts;
  /** deviceWh × λ′ of the power zone, rounded up to a micro-yuan */
  power: Amounts;
  /** On top, for all energy matched with green of the same slot; absent where the hub has no green zone in the book */
  green?: Amounts;
  /** On top, per node-hour, for orders of whole nodes; absent where they are no rows of the book */
  node?: Amounts;
};

export type LinkSlots = {
  from: HubName;
  to: HubName;
  /** Megabytes that it can still move */
  roomMb: Wholes;
  /** Megabytes of accepted orders */
  movedMb: Wholes;
  /** λ′ of the link, per terabyte */
  price: Amounts;
  /** Of price, above the tariff */
  congestion: Amounts;
  /** Where it is full: positions in these lists */
  full: Counts;
};

export type ZoneSlots = {
  zone: string;
  commodity: 'power' | 'green';
  /** Energy that accepted orders draw here */
  usedWh: Wholes;
  /** Green energy that is offered; of a power zone what plants are forecast to deliver beyond what runs already */
  greenWh: Wholes;
  /** Of usedWh, matched with green energy of the same slot */
  matchedWh: Wholes;
  /** λ′ of the zone, per MWh */
  price: Amounts;
};

export type RoundSlots = {
  round: RoundId;
  currency: 'CNY';
  /** When the first slot of the answer begins */
  from: Time;
  slotSeconds: Duration;
  /** Number of that slot; slot 0 begins at the gate */
  first: number;
  /** Slots of the answer */
  count: number;
  /** Slots of the round */
  slots: number;
  pools: PoolSlots[];
  links: LinkSlots[];
  zones: ZoneSlots[];
  /** Of all orders that the round accepted; what runs already is not in it */
  energy: {
    drawnWh: Wholes;
    matchedWh: Wholes;
  };
};

export type RoundPrices = {
  round: RoundId;
  prices: {
    hub: HubName;
    class: ClassName;
    posted: Money;
  }[];
};

export type Rules = {
  /** Between gates */
  roundSeconds: number;
  /** Before a gate, in which orders may only be improved */
  lockSeconds: number;
  /** A limit or an ask is refused above so many per cent of the price posted last, or as far below; 0: no collar */
  collarPercent: number;
  /** Live orders of one participant */
  ordersOfOne: number;
  /** Of all */
  liveOrders: number;
  /** Of the price of what a supplier failed to deliver */
  penaltyPpm: Ppm;
  /** Of the price of what a contract has left when it ends early, due where nobody else takes it */
  takeOrPayPpm: number;
};

export type Calendar = {
  /** The exchange's clock */
  time: Time;
  rounds: {
    round: RoundId;
    lock: Time;
    gate: Time;
  }[];
  closures: Closure[];
};

/** No gates at `from` or later, before `until` */
export type Closure = {
  from: Time;
  until: Time;
  /** At most 128 bytes */
  reason: string;
  /** What waits starts meanwhile */
  dispatch?: boolean;
};

export type CalendarBody = {
  /** In order; they do not overlap */
  closures: Closure[];
};

export type Offer = {
  hub: HubName;
  class: ClassName;
  supplier?: ParticipantId;
  /** Per device-hour, without energy; of the first step */
  ask: Money;
  devices: number;
  /** Two or more; absent where all devices cost the same */
  steps?: OfferStep[];
};

export type OfferStep = {
  devices: number;
  /** Per device-hour, at or above 0 */
  ask: Money;
};

export type OfferPage = {
  asOf: Sequence;
  items: Offer[];
  nextPageToken?: string;
};

export type OfferBody = {
  /** Per device-hour, at or above 0 */
  ask: Money;
} | {
  /** Asks do not fall. All devices have one; the last step may name more than there are, the others not. */
  steps: OfferStep[];
};

export type NodesReport = {
  class: ClassName;
  /** The first node */
  begin: number;
  /** The one after the last */
  end: number;
  up: boolean;
};

export type Contract = {
  id: ContractId;
  order: OrderId;
  state: ContractState;
  hub: HubName;
  class: ClassName;
  devices: number;
  /** Positions in the pool, first-last */
  nodes: string[];
  start: Time;
  expectedEnd: Time;
  end?: Time;
  endReason?: EndReason;
  /** Of the whole order */
  donePpm?: Ppm;
  /** Per device-hour */
  price: Money;
  /** Buyer and supplier have the same beneficial owner; it moves no money and counts for no price */
  own?: boolean;
  /** If all of it is delivered */
  cost: Money;
  /** Device-seconds that were available and healthy */
  deliveredSeconds: Whole;
  paid: Money;
  /** By the agent of its hub */
  phase?: 'dispatched' | 'staging' | 'submitted' | 'running' | 'ending' | 'stage-out' | 'stuck' | 'settled';
  /** The same */
  detail?: Detail;
  /** Granted and not delivered: nobody pays for them */
  missedSeconds?: number;
  /** For so long its job had devices beyond its end */
  overrunSeconds?: number;
  /** Of its last change */
  sequence: Sequence;
};

export type ContractPage = {
  asOf: Sequence;
  items: Contract[];
  nextPageToken?: string;
};

export type ContractEnd = {
  reason: 'completed' | 'failed' | 'preempted';
  /** All if absent and completed, nothing otherwise */
  donePpm?: Ppm;
  /** What it has left may be sold for its holder */
  resell?: boolean;
  /** Why; for its owner to see */
  detail?: Detail;
};

/** A line of text */
export type Detail = string;

export type ContractReport = {
  phase: 'dispatched' | 'staging' | 'submitted' | 'running' | 'ending' | 'stage-out' | 'stuck';
  detail?: Detail;
};

export type ContractSettle = {
  /** For so long its job had devices beyond its end: nobody pays for that */
  overrunSeconds?: number;
};

export type LeaseBody = {
  /** Of the agent: the same name may take its own lease again */
  holder: Name;
  /** Of the lease that goes on; 0: the next one */
  epoch?: number;
  /** How long it lasts from now on */
  seconds: number;
  /** Though the lease of another agent runs */
  takeOver?: boolean;
  /** Whether contracts may start */
  accepting?: boolean;
  /** What the agent says of itself */
  detail?: Detail;
};

export type LeaseAnswer = {
  epoch: number;
  sequence: Sequence;
  state: 'accepted';
};

export type WorkPage = {
  asOf: Sequence;
  items: HubWork[];
  /** Pieces of output to be brought; absent where there are none */
  wanted?: LogWant[];
  nextPageToken?: string;
};

export type LogStream = 'stdout' | 'stderr';

/** A piece of what a contract's work says, for which somebody waits. It has `from` or `tail` */
export type LogWant = {
  contract: ContractId;
  stream: LogStream;
  /** Up to 65536 bytes from so far into the stream; from its beginning, if it is shorter */
  from?: number;
  /** So many bytes of its end */
  tail?: number;
};

export type LogPiece = {
  contract: ContractId;
  stream: LogStream;
  /** Of the first byte in the stream */
  offset: number;
  /** Of the stream so far */
  size: number;
  /** The stream does not grow any more */
  ended: boolean;
  /** As they were written, in base64url without padding (RFC 4648, section 5) */
  bytes: string;
};

/** What was asked for (`stream`, and `from` or `tail`), with `offset`, `size`, `ended` and `bytes`, or with `missing` */
export type LogBody = {
  stream: LogStream;
  from?: number;
  tail?: number;
  /** Of the first byte in the stream */
  offset?: number;
  /** Of the stream so far */
  size?: number;
  /** The stream does not grow any more */
  ended?: boolean;
  /** At most 65536, in base64url without padding */
  bytes?: string;
  /** Why there are none */
  missing?: string;
};

export type LogAnswer = {
  /** Who were answered with it */
  readers: number;
};

/** A contract as the agent of its hub sees it */
export type HubWork = {
  contract: ContractId;
  order: OrderId;
  /** Whose it is */
  participant: ParticipantId;
  class: ClassName;
  /** Positions in the pool, rising */
  nodes: number[];
  devicesPerNode: number;
  from: Time;
  /** Granted up to here; its end, once it has ended */
  until: Time;
  /** Told of up to here */
  metered: Time;
  phase: string;
  /** It runs; otherwise only the last word is missing */
  live: boolean;
  /** Whether its order says what it runs */
  work: boolean;
};

/** What a contract runs, once on each of its nodes' behalf, in a folder of its own */
export type Work = {
  /** Of a shell */
  script: string;
  /** Of a container */
  image?: string;
  /** By the name of a class: `script` and `image` that take their place there. Contracts are told of their own only */
  variants?: Record<string, unknown>;
  /** Texts by the names of variables; none begins with TONGSUAN_ or SLURM_ */
  environment?: Record<string, unknown>;
  /** Brought before it starts; `to` lies in its folder */
  stageIn?: Stage[];
  /** Taken away after it has ended; `from` lies in its folder */
  stageOut?: Stage[];
  /** spot: it leaves for the hub's own firm work */
  service?: 'firm' | 'spot';
};

export type Stage = {
  from: string;
  to: string;
};

export type ResaleBody = {
  /** Whole nodes, or of one node */
  devices: Devices;
  /** Now if absent, or before now */
  from?: Time;
  /** The end of what was granted, also if absent: devices do not come back */
  until?: Time;
  /** The least per device-hour that others pay; raised to where selling is no worse than owing */
  ask?: Money;
};

/** Of one that is over nobody owes any more; who has its devices has yet to pay for a part of its time */
export type ResaleState = 'planned' | 'open' | 'over';

export type Resale = {
  id: ResaleId;
  contract: ContractId;
  /** Whose they were */
  participant: ParticipantId;
  state: ResaleState;
  hub: HubName;
  class: ClassName;
  devices: number;
  /** Of the contract, per device-hour */
  price: Money;
  /** Per device-hour; absent: not for sale */
  ask?: Money;
  from: Time;
  until: Time;
  /** Devices that others have */
  taken: number;
  /** So far */
  income: Money;
};

export type ResalePage = {
  asOf: Sequence;
  items: Resale[];
  nextPageToken?: string;
};

export type AccountBalance = {
  participant: ParticipantId;
  purpose: Purpose;
  balance: Money;
};

export type AccountPage = {
  asOf: Sequence;
  items: AccountBalance[];
  nextPageToken?: string;
};

export type Accounts = {
  participant: ParticipantId;
  accounts: AccountBalance[];
};

export type DepositBody = {
  /** Cash or margin */
  to: Account;
  /** Above 0 */
  amount: Money;
  /** End-to-end id of the payment */
  reference: Whole;
};

export type WithdrawalBody = {
  /** Cash */
  from: Account;
  /** Above 0 */
  amount: Money;
  /** End-to-end id of the payment */
  reference: Whole;
};

export type TransferBody = {
  from: 'cash' | 'margin';
  to: 'cash' | 'margin';
  /** Above 0 */
  amount: Money;
};

/** A deposit has no from, a withdrawal no to. */
export type Transfer = {
  id: TransferId;
  kind: TransferKind;
  at: Time;
  from?: Account;
  to?: Account;
  amount: Money;
  reference?: Whole;
  sequence: Sequence;
};

export type TransferPage = {
  asOf: Sequence;
  items: Transfer[];
  nextPageToken?: string;
};

/** What justifies a movement of money */
export type Reason = {
  order?: OrderId;
  /** That is paid for; of a resale the one whose devices were given up */
  contract?: ContractId;
  hub?: HubName;
  round?: RoundId;
  transfer?: TransferId;
  /** That owes it (take-or-pay), or that brought it (resale) */
  resale?: ResaleId;
  reference?: Whole;
};

export type StatementLine = {
  at: Time;
  sequence: Sequence;
  /** take-or-pay: for what was given up; refund: of what was paid and had been missed; resale: of a payment by whoever has the devices now */
  kind: 'deposit' | 'withdrawal' | 'transfer' | 'hold' | 'release' | 'payment' | 'take-or-pay' | 'premium' | 'penalty' | 'refund' | 'voucher' | 'resale' | 'rounding';
  /** Below 0: it went out */
  amount: Money;
  /** After it */
  balance: Money;
  /** Where it came from or went */
  other?: Account;
  reason?: Reason;
};

export type Statement = {
  account: Account;
  asOf: Sequence;
  /** Before the first line of this page */
  opening: Money;
  /** After the last line of this page */
  closing: Money;
  items: StatementLine[];
  nextPageToken?: string;
};

/** Below 0: it went out. What is 0 is left out, but for net */
export type BillAmounts = {
  /** For what was delivered */
  payment?: Money;
  /** For what was given up */
  takeOrPay?: Money;
  /** For a block that was kept */
  premium?: Money;
  /** For what a supplier failed to deliver */
  penalty?: Money;
  /** Of what was paid and had been missed */
  refund?: Money;
  voucher?: Money;
  /** Of payments by whoever has the devices now */
  resale?: Money;
  other?: Money;
  deposit?: Money;
  withdrawal?: Money;
  /** Their sum */
  net: Money;
};

/** A contract of which money moved. What is not known any more is absent, and named by unknown */
export type BillRow = {
  contract?: ContractId;
  order?: OrderId;
  /** Of the order, for its owner */
  name?: Name;
  role: 'buyer' | 'supplier';
  state: 'running' | 'ended';
  hub?: HubName;
  class?: ClassName;
  devices?: number;
  /** When it started */
  from?: Time;
  /** To where it was granted */
  until?: Time;
  /** If it has ended */
  end?: Time;
  endReason?: 'completed' | 'failed' | 'preempted' | 'cancelled';
  /** Device-seconds */
  deliveredSeconds?: Whole;
  /** Granted and not delivered */
  missedSeconds?: Seconds;
  /** By which it ended before until */
  endedEarlySeconds?: Seconds;
  /** For which its job had devices beyond its end */
  overrunSeconds?: Seconds;
  /** Per device-hour */
  price?: Money;
  amounts: BillAmounts;
  /** Members that are absent because nobody knows them any more */
  unknown?: string[];
};

export type Bill = {
  participant: ParticipantId;
  name: Name;
  asOf: Sequence;
  /** Absent: from the beginning */
  from?: Time;
  /** Before this time, or the time of the answer if that is earlier */
  to: Time;
  /** All accounts together as the period begins */
  opening: Money;
  /** The same as it ends */
  closing: Money;
  /** Rows on all pages */
  contracts: number;
  /** Of the period, whatever the page */
  totals: BillAmounts;
  items: BillRow[];
  nextPageToken?: string;
};

export type TrialBalance = {
  asOf: Sequence;
  purposes: {
    purpose: Purpose;
    balance: Money;
  }[];
  /** Always 0 */
  total: Money;
};

export type ParticipantBody = {
  name: Name;
  role: Role;
  /** Who has the same beneficial owner; itself if absent */
  owner?: ParticipantId;
  /** By which its cash may be below 0 */
  overdraft?: Money;
};

export type Self = {
  participant: ParticipantId;
  name: Name;
  role: Role;
  /** What the request came with */
  proof: 'signature' | 'token' | 'oidc' | 'development' | 'certificate';
  /** The key of a signature, or of which a token was made */
  key?: KeyId;
};

export type Participant = {
  id: ParticipantId;
  name: Name;
  role: Role;
  owner: ParticipantId;
  overdraft: Money;
  halted: boolean;
  /** What its contracts have left when they end may be sold for it */
  resell: boolean;
};

export type ParticipantChange = {
  /** Whether what its contracts have left when they end, from now on, may be sold for it */
  resell: boolean;
};

export type ParticipantPage = {
  asOf: Sequence;
  items: Participant[];
  nextPageToken?: string;
};

export type KeyBody = {
  role: Role;
  /** Never if absent */
  expires?: Time;
};

export type Key = {
  id: KeyId;
  role: Role;
  expires?: Time;
  sequence: Sequence;
};

export type KeyPage = {
  asOf: Sequence;
  items: Key[];
  nextPageToken?: string;
};

/** Of a participant or a hub, which is named */
export type HaltBody = {
  scope: HaltScope;
  participant?: ParticipantId;
  hub?: HubName;
  halted: boolean;
};

export type Webhook = {
  id: WebhookId;
  url: string;
  /** Everything up to it was confirmed */
  sent: Sequence;
  /** In a row */
  failures: number;
  sequence: Sequence;
};

export type WebhookPage = {
  asOf: Sequence;
  items: Webhook[];
  nextPageToken?: string;
};

export type Delivery = {
  webhook: WebhookId;
  events: Event[];
};

export type EventPage = {
  asOf: Sequence;
  items: Event[];
  nextPageToken?: string;
};

export type JournalPage = {
  /** The last batch and its hash in the chain, docs/journal.md */
  head: {
    sequence: Sequence;
    epoch: Whole;
    hash: Hash;
  };
  /** What to ask for next */
  next: Sequence;
  items: Event[];
};

export type ReplayBody = {
  /** Believes what lies before the last snapshot */
  fromSnapshot?: boolean;
};

export type Operation = {
  id: OperationId;
  kind: 'recheck';
  state: 'running' | 'done' | 'failed';
  started: Time;
  ended?: Time;
  progressPercent: number;
  result?: Recheck;
  problem?: Problem;
};

export type Recheck = {
  first: Sequence;
  last: Sequence;
  batches: number;
  /** Of the state, each as it was */
  digests: number;
  /** That were published */
  rounds: number;
  /** Of them, with a certificate that passed */
  certificates: number;
  now: Time;
  /** Of the last batch */
  hash: Hash;
  /** Digest of the state after `last` */
  state: Hash;
};

export type Health = {
  status: 'ok' | 'starting' | 'read-only' | 'stopping';
  version?: string;
  sequence?: Sequence;
};

/** `sequence` and `part` name it: parts of a sequence count from 0 and happened together. x-visibility says who gets it: everybody, those whose order, contract, account, key or webhook it is, or auditors and regulators only. New types may come: skip what you do not know. */
export type Event = EventOrderAccepted | EventOrderHeld | EventOrderAmended | EventOrderAwarded | EventOrderOpened | EventOrderGone | EventBlockBooked | EventBlockReleased | EventContractStarted | EventContractExtended | EventContractGranted | EventContractMetered | EventContractEnded | EventContractSettled | EventHubLeased | EventOrderWork | EventContractReported | EventContractMissed | EventContractPresumed | EventContractTold | EventContractConcluded | EventGateClosed | EventRoundClosed | EventNodesChanged | EventAskChanged | EventSupplierChanged | EventDataTransferStarted | EventDataTransferEnded | EventMoneyMoved | EventParticipantOpened | EventKeyAdded | EventKeyRevoked | EventHaltChanged | EventRulesChanged | EventWebhookAdded | EventWebhookDropped | EventWebhookConfirmed | EventRequestAnswered | EventHistoryDropped | EventContractShrunk | EventContractOwn | EventTakeOrPayChanged | EventCalendarChanged | EventResaleOffered | EventResaleOpened | EventResaleTaken | EventResaleMetered | EventResaleEarned | EventResalePresumed | EventResaleSpared | EventResaleReturned | EventResaleRefunded | EventResaleOver | EventResaleClosed | EventOrderNamed | EventParticipantChanged;

/** An order came in */
export type EventOrderAccepted = {
  type: 'order.accepted';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  participant: ParticipantId;
  name?: Name;
};

/** This hold pays for the order from now on; none when it can cost nothing */
export type EventOrderHeld = {
  type: 'order.held';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  hold?: HoldId;
};

/** Its owner wants something else */
export type EventOrderAmended = {
  type: 'order.amended';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
};

/** A round awarded an order of several legs; each part is an order of its own with its block */
export type EventOrderAwarded = {
  type: 'order.awarded';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  parts: {
    order: OrderId;
    hub: HubName;
    class: ClassName;
    devices: Devices;
    begin: Time;
    end: Time;
    /** Per device-hour, as the round agreed it */
    price: Money;
  }[];
};

/** The time has come from which on it is wanted */
export type EventOrderOpened = {
  type: 'order.opened';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
};

/** Cancelled, or it has waited too long */
export type EventOrderGone = {
  type: 'order.gone';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  state: OrderState;
};

/** Devices are promised to it for later */
export type EventBlockBooked = {
  type: 'block.booked';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  way: Way;
  hub: HubName;
  begin: Time;
  end: Time;
  price: Money;
};

/** The promise has ended */
export type EventBlockReleased = {
  type: 'block.released';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  reason: ReleaseReason;
};

/** An order runs; also for the supplier of the hub, like all events of contracts */
export type EventContractStarted = {
  type: 'contract.started';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  order: OrderId;
  hub: HubName;
  class: ClassName;
  devices: Devices;
  price: Money;
  expectedEnd: Time;
};

/** It goes on beyond its estimate */
export type EventContractExtended = {
  type: 'contract.extended';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  until: Time;
};

/** What it costs in this time, paid as it is delivered */
export type EventContractGranted = {
  type: 'contract.granted';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  cost: Money;
  from: Time;
  until: Time;
};

/** Delivered and paid up to this time */
export type EventContractMetered = {
  type: 'contract.metered';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  until: Time;
  paid: Money;
};

/** It has ended */
export type EventContractEnded = {
  type: 'contract.ended';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  order: OrderId;
  reason: EndReason;
  donePpm: Ppm;
};

/** All is paid; the penalty goes from supplier to buyer */
export type EventContractSettled = {
  type: 'contract.settled';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  penalty: Money;
};

/** An agent acts for a hub, or goes on */
export type EventHubLeased = {
  type: 'hub.leased';
  sequence: Sequence;
  part: number;
  at: Time;
  hub: HubName;
  epoch: number;
  accepting: boolean;
  until: Time;
};

/** What its contracts run was kept */
export type EventOrderWork = {
  type: 'order.work';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  /** The name of a text in the journal */
  work: Hash;
};

/** By the agent of its hub */
export type EventContractReported = {
  type: 'contract.reported';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  phase: string;
  detail?: Detail;
};

/** Not delivered from where it was metered last to `until` */
export type EventContractMissed = {
  type: 'contract.missed';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  until: Time;
};

/** Paid before the agent of its hub has told of it; what the supplier has of it is in escrow until it has */
export type EventContractPresumed = {
  type: 'contract.presumed';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  from: Time;
  until: Time;
  amount: Money;
};

/** Of what was presumed, this was delivered */
export type EventContractTold = {
  type: 'contract.told';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  from: Time;
  until: Time;
};

/** Nothing is presumed any more */
export type EventContractConcluded = {
  type: 'contract.concluded';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  missedSeconds: number;
  overrunSeconds: number;
  /** To the buyer */
  refund: Money;
  /** To the buyer */
  penalty: Money;
};

/** From now on orders belong to the next round */
export type EventGateClosed = {
  type: 'round.gate-closed';
  sequence: Sequence;
  part: number;
  at: Time;
  round: RoundId;
};

/** The round is decided */
export type EventRoundClosed = {
  type: 'round.closed';
  sequence: Sequence;
  part: number;
  at: Time;
  round: RoundId;
  state: RoundState;
  orders: number;
  awards: number;
  welfare?: Money;
  bound?: Money;
  gapPpm?: Ppm;
  root?: Hash;
  certificate?: Hash;
  book?: Hash;
  reason?: string;
};

/** Nodes [begin, end) came up or went down */
export type EventNodesChanged = {
  type: 'hub.nodes-changed';
  sequence: Sequence;
  part: number;
  at: Time;
  hub: HubName;
  class: ClassName;
  begin: number;
  end: number;
  up: boolean;
};

/** A supplier asks another price */
export type EventAskChanged = {
  type: 'hub.ask-changed';
  sequence: Sequence;
  part: number;
  at: Time;
  hub: HubName;
  class: ClassName;
  /** Of the first step */
  ask: Money;
  /** Two or more; absent where all devices cost the same */
  steps?: OfferStep[];
};

/** Somebody else runs the hub */
export type EventSupplierChanged = {
  type: 'hub.supplier-changed';
  sequence: Sequence;
  part: number;
  at: Time;
  hub: HubName;
  supplier: ParticipantId;
};

/** A data set is on its way */
export type EventDataTransferStarted = {
  type: 'data.transfer-started';
  sequence: Sequence;
  part: number;
  at: Time;
  data: DataName;
  from: HubName;
  to: HubName;
  ready: Time;
};

/** A data set has arrived */
export type EventDataTransferEnded = {
  type: 'data.transfer-ended';
  sequence: Sequence;
  part: number;
  at: Time;
  data: DataName;
  to: HubName;
};

/** Money went from one account to another; an entry of the ledger with several movements is told in as many parts. All of them from the beginning add up to every balance */
export type EventMoneyMoved = {
  type: 'money.moved';
  sequence: Sequence;
  part: number;
  at: Time;
  from: Account;
  to: Account;
  amount: Money;
  reason: Reason;
};

/** A participant was admitted */
export type EventParticipantOpened = {
  type: 'participant.opened';
  sequence: Sequence;
  part: number;
  at: Time;
  participant: ParticipantId;
  name: Name;
  role: Role;
  owner?: ParticipantId;
};

/** A key was made */
export type EventKeyAdded = {
  type: 'key.added';
  sequence: Sequence;
  part: number;
  at: Time;
  participant: ParticipantId;
  key: KeyId;
  role: Role;
  expires?: Time;
};

/** A key was revoked */
export type EventKeyRevoked = {
  type: 'key.revoked';
  sequence: Sequence;
  part: number;
  at: Time;
  key: KeyId;
};

/** Of a participant only to itself */
export type EventHaltChanged = {
  type: 'halt.changed';
  sequence: Sequence;
  part: number;
  at: Time;
  scope: HaltScope;
  hub?: HubName;
  participant?: ParticipantId;
  halted: boolean;
};

/** The rules have changed */
export type EventRulesChanged = {
  type: 'rules.changed';
  sequence: Sequence;
  part: number;
  at: Time;
  rules: Rules;
};

/** A webhook was added */
export type EventWebhookAdded = {
  type: 'webhook.added';
  sequence: Sequence;
  part: number;
  at: Time;
  webhook: WebhookId;
  participant: ParticipantId;
  url: string;
};

/** A webhook was dropped */
export type EventWebhookDropped = {
  type: 'webhook.dropped';
  sequence: Sequence;
  part: number;
  at: Time;
  webhook: WebhookId;
};

/** Everything up to sent is safe with the receiver */
export type EventWebhookConfirmed = {
  type: 'webhook.confirmed';
  sequence: Sequence;
  part: number;
  at: Time;
  webhook: WebhookId;
  sent: Sequence;
};

/** A request with an Idempotency-Key was answered; done, or why not */
export type EventRequestAnswered = {
  type: 'request.answered';
  sequence: Sequence;
  part: number;
  at: Time;
  command: string;
  code: string;
};

/** What had ended before these numbers is no longer kept */
export type EventHistoryDropped = {
  type: 'history.dropped';
  sequence: Sequence;
  part: number;
  at: Time;
  ordersBelow: OrderId;
  contractsBelow: ContractId;
};

/** It has fewer devices from now on */
export type EventContractShrunk = {
  type: 'contract.shrunk';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  devices: number;
};

/** Buyer and supplier have the same beneficial owner: it moves no money */
export type EventContractOwn = {
  type: 'contract.own';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
};

/** What is owed for the rest of an early end has changed */
export type EventTakeOrPayChanged = {
  type: 'rules.take-or-pay';
  sequence: Sequence;
  part: number;
  at: Time;
  takeOrPayPpm: Ppm;
};

/** When there are no gates has changed */
export type EventCalendarChanged = {
  type: 'calendar.changed';
  sequence: Sequence;
  part: number;
  at: Time;
  closures: Closure[];
};

/** Devices are given up from this second on */
export type EventResaleOffered = {
  type: 'resale.offered';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  devices: number;
  price: Money;
  /** Absent: not for sale */
  ask?: Money;
  from: Time;
  until: Time;
};

/** So many are offered now, and so much is owed where nobody takes them */
export type EventResaleOpened = {
  type: 'resale.opened';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  devices: number;
  owed: Money;
  from: Time;
};

/** So many of its devices are somebody's now */
export type EventResaleTaken = {
  type: 'resale.taken';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  devices: number;
};

/** What is owed was paid up to this second */
export type EventResaleMetered = {
  type: 'resale.metered';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  until: Time;
  paid: Money;
};

/** Its seller was paid for devices that others have */
export type EventResaleEarned = {
  type: 'resale.earned';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  income: Money;
};

/** In escrow until the agent of the hub has told of the devices: of what its seller earned (`income`), or of what the supplier has of what its seller owes (`owed`) */
export type EventResalePresumed = {
  type: 'resale.presumed';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  of: 'income' | 'owed';
  from: Time;
  until: Time;
  amount: Money;
};

/** Device-seconds that its seller does not owe for as time passes: who has them missed them, or they are paid now (`paid` above 0) because they are presumed */
export type EventResaleSpared = {
  type: 'resale.spared';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  deviceSeconds: string;
  paid: Money;
};

/** The agent of the hub has had the last word: what its seller gave back of its income for what was missed; the rest is its own */
export type EventResaleReturned = {
  type: 'resale.returned';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  amount: Money;
};

/** The same: what its seller has back of what it had paid for the devices */
export type EventResaleRefunded = {
  type: 'resale.refunded';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  amount: Money;
};

/** Its time has passed; who has its devices has yet to pay for a part of it, and it closes with the last of them, when the last of what is owed is paid */
export type EventResaleOver = {
  type: 'resale.over';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
  until: Time;
};

/** It has ended */
export type EventResaleClosed = {
  type: 'resale.closed';
  sequence: Sequence;
  part: number;
  at: Time;
  contract: ContractId;
  resale: ResaleId;
};

/** Its owner calls it something else */
export type EventOrderNamed = {
  type: 'order.named';
  sequence: Sequence;
  part: number;
  at: Time;
  order: OrderId;
  name: Name;
};

/** A setting of a participant is another */
export type EventParticipantChanged = {
  type: 'participant.changed';
  sequence: Sequence;
  part: number;
  at: Time;
  participant: ParticipantId;
  resell: boolean;
};
