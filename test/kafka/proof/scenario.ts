/** A case of `prove kafka`, drawn from its seed: what is written to the raw topic, and what happens to gate, run and broker meanwhile. */
import type { GroupProtocol } from '../../../src/kafka/port/driver.ts'
import { Draw } from '../../property/generate/draw.ts'
import { type KafkaApi, kafkaApis } from '../proxy/frames.ts'
import type { ProxyFaultPlan } from '../proxy/proxy-fault.ts'
import { RawValues } from './raw-values.ts'

/** The member is a second run, which shares the checked topic with the first. */
export const processNames = ['gate', 'run', 'member'] as const
export type ProcessName = (typeof processNames)[number]

export type CaseFault =
  /** `kill -9` after a time. */
  | { readonly kind: 'kill'; readonly process: ProcessName; readonly afterMs: number }
  /** `kill -9` while a request, or its answer, is held. */
  | ({ readonly kind: 'kill at request' } & RequestFault)
  | ({ readonly kind: 'disturb request' } & RequestFault)
  /** `kill -9` of the broker, which is started again. */
  | { readonly kind: 'kill broker'; readonly afterMs: number }
  /** The second run joins the group of the first, stays for a time, leaves, and joins again. */
  | {
      readonly kind: 'rebalance'
      readonly afterMs: number
      readonly staysMs: number
      readonly leaves: 'kill' | 'end'
      /** A fault of a request that the second run sends as it joins. */
      readonly joining: ProxyFaultPlan | undefined
      /** A fault of the request by which the second run leaves. */
      readonly leaving: ProxyFaultPlan | undefined
    }
  /** A second gate on the same topics: the first one is fenced. */
  | { readonly kind: 'second gate' }
  /** The end of a transaction that reaches the broker while the next one is open. */
  | { readonly kind: 'late end' }

interface RequestFault {
  readonly process: ProcessName
  readonly plan: ProxyFaultPlan
  /** A fault of an earlier request, without which the process does not send the one of the plan. */
  readonly cause: ProxyFaultPlan | undefined
}

export interface RawWrite {
  /** Over HTTP the gate appends the records: those with a key in its partition, others in any. */
  readonly way: 'topic' | 'http'
  /** The partition of the raw topic, and of the keys of most values. */
  readonly partition: number
  readonly values: readonly string[]
  /** Time before it, ms. */
  readonly pauseMs: number
}

export interface KafkaCase {
  readonly seed: number
  readonly partitions: number
  /** The protocol by which two runs share the checked topic; undefined for one run that reads it whole. */
  readonly sharing: GroupProtocol | undefined
  /** The first one is there before the gate reads. Those over HTTP are under way together with the writes behind them. */
  readonly writes: readonly RawWrite[]
  /** One after another. Those that begin with a gate of a known state come first. */
  readonly faults: readonly CaseFault[]
}

const WRITES = [8, 14] as const
const RECORDS_MAX = 16
/** Records of one write of runs that share the topic: a run reads more than it has claimed, or claims more than it has recorded. */
const BURST = [50, 400] as const
const PAUSE_MS = 400
/** Faults of a case, after one that it begins with. */
const FAULTS = [2, 4] as const
const KILL_MS = 900
const HOLD_MS = 150
const STAYS_MS = 2500
const SHARED_SHARE = 0.15
/** Of cases with one run: the first request of the gate for a new writer is late. */
const LATE_OPENING_SHARE = 0.1
/** Of cases with one run, and of the writes of such a case behind its first. */
const [HTTP_SHARE, HTTP_WRITE_SHARE] = [0.2, 0.6]
/** Of faults at a request. A member is killed more often: what it has claimed and not recorded is hardest to get right. */
const [KILL_SHARE, MEMBER_KILL_SHARE] = [0.25, 0.5]
const BROKER_SHARE = 0.04
/** Of cases with one run, of those with two, and what is added to their seed for the draws of such faults: so the rest of a case is what it was. */
const [START_SHARE, JOINING_SHARE, START_SEED] = [0.1, 0.3, 2 ** 31]
/** Of second runs that are asked to end. */
const LEAVING_SHARE = 0.4
/** Requests, by weight, with the number of those that may pass before a fault. */
type Requests = readonly (readonly [weight: number, choice: readonly [api: KafkaApi, afterMax: number]])[]

const gateRequests: Requests = [
  [6, ['EndTxn', 4]],
  [5, ['Produce', 4]],
  [3, ['AddPartitionsToTxn', 4]],
  [3, ['InitProducerId', 2]],
  [3, ['Fetch', 12]],
  [2, ['OffsetCommit', 1]],
  [1, ['OffsetFetch', 1]],
  [1, ['ListOffsets', 6]],
  [1, ['Metadata', 2]],
  [1, ['FindCoordinator', 1]],
  [2, ['DescribeTransactions', 0]],
  [1, ['ApiVersions', 6]],
]

/** A gate asks what became of its transactions once the answer to the end of one is lost. */
const causes: Partial<Record<KafkaApi, ProxyFaultPlan>> = { DescribeTransactions: { api: 'EndTxn', kind: 'lose answer' } }

const runRequests: Requests = [
  [5, ['Produce', 8]],
  [4, ['Fetch', 12]],
  [1, ['InitProducerId', 2]],
  [1, ['ListOffsets', 1]],
  [1, ['OffsetCommit', 0]],
  [1, ['Metadata', 2]],
  [1, ['ApiVersions', 3]],
]

/** Those by which a member takes part in its group. */
const groupRequests: Readonly<Record<GroupProtocol, Requests>> = {
  classic: [
    [2, ['JoinGroup', 2]],
    [2, ['SyncGroup', 1]],
    [1, ['Heartbeat', 1]],
  ],
  consumer: [[4, ['ConsumerGroupHeartbeat', 2]]],
}

/** The request by which a member leaves its group. */
const leaveRequests: Readonly<Record<GroupProtocol, KafkaApi>> = { classic: 'LeaveGroup', consumer: 'ConsumerGroupHeartbeat' }

/** Those of a run that shares its topic: it claims records by `OffsetCommit`. */
const memberRequests = (protocol: GroupProtocol): Requests => [
  [6, ['OffsetCommit', 4]],
  [3, ['Produce', 4]],
  [3, ['Fetch', 12]],
  ...groupRequests[protocol],
  [1, ['OffsetFetch', 1]],
  [1, ['Metadata', 2]],
]

/** Requests that a run sends as it starts, and seldom later. */
const startRequests = {
  run: ['FindCoordinator'],
  member: ['FindCoordinator', 'ListOffsets', 'InitProducerId', 'ApiVersions'],
} as const satisfies Readonly<Record<string, readonly KafkaApi[]>>

/** Keys of the requests of each process that a fault can hit, over a broker that serves some protocols of groups. The first run leaves its group as the member does, once a case is over. */
export function disturbedKeys(protocols: readonly GroupProtocol[]): Readonly<Record<ProcessName, ReadonlySet<number>>> {
  const keysOf = (requests: Requests, others: readonly KafkaApi[]): ReadonlySet<number> =>
    new Set([...requests.map(([, [api]]) => api), ...others].map(api => kafkaApis[api]))
  const shared = protocols.flatMap(memberRequests)
  const leaving = protocols.map(protocol => leaveRequests[protocol])
  return {
    gate: keysOf(gateRequests, []),
    run: keysOf([...runRequests, ...shared], [...leaving, ...startRequests.run]),
    member: keysOf(shared, [...leaving, ...startRequests.member]),
  }
}

/** The first request of a gate for a new writer reaches the broker behind its second one. */
const lateOpening: CaseFault = {
  kind: 'disturb request',
  process: 'gate',
  cause: undefined,
  plan: { api: 'InitProducerId', kind: 'late request' },
}

/** `protocols`: those of groups that the broker serves. */
export function generateKafkaCase(seed: number, protocols: readonly GroupProtocol[]): KafkaCase {
  const draw = new Draw(seed)
  const first = draw.weighted<'second gate' | 'late end' | undefined>([
    [8, undefined],
    [1, 'second gate'],
    [1, 'late end'],
  ])
  // With one partition the next end of a transaction is that of the same records.
  const partitions = first === 'late end' ? 1 : draw.between(1, 2)
  const values = new RawValues(draw, partitions)
  const writeOf = (partition: number, count: number): Omit<RawWrite, 'pauseMs'> => ({
    way: 'topic',
    partition,
    values: Array.from({ length: count }, () => values.next(partition)),
  })
  const writes = Array.from({ length: draw.between(...WRITES) }, (): RawWrite => {
    const write = writeOf(draw.between(0, partitions - 1), draw.magnitude(RECORDS_MAX))
    return { ...write, pauseMs: draw.between(0, PAUSE_MS) }
  })
  const random = Array.from({ length: draw.between(...FAULTS) }, () => randomFault(draw))
  // A gate that begins in a known state has no other writer than those of its partitions.
  if (first) return { seed, partitions, sharing: undefined, writes, faults: [{ kind: first }, ...random] }
  if (!draw.chance(SHARED_SHARE)) {
    const before = [...(draw.chance(LATE_OPENING_SHARE) ? [lateOpening] : []), ...startFaults(seed)]
    return { seed, partitions, sharing: undefined, writes: writesByWay(draw, writes), faults: [...before, ...random] }
  }
  const sharing = draw.pick(protocols)
  const faults = [...sharedFaults(draw, sharing, joiningFault(seed)), ...random]
  const burst = { ...writeOf(draw.between(0, partitions - 1), draw.between(...BURST)), pauseMs: 0 }
  return { seed, partitions, sharing, writes: writes.toSpliced(draw.between(1, writes.length), 0, burst), faults }
}

/** Some of the writes over HTTP, in some cases. */
function writesByWay(draw: Draw, [first, ...others]: readonly RawWrite[]): RawWrite[] {
  const share = draw.chance(HTTP_SHARE) ? HTTP_WRITE_SHARE : 0
  return [first, ...others.map(write => ({ ...write, way: draw.chance(share) ? ('http' as const) : ('topic' as const) }))]
}

/** A rebalance in the middle of the writes, and what happens to a request of the two runs after it. */
function sharedFaults(draw: Draw, protocol: GroupProtocol, joining: ProxyFaultPlan | undefined): readonly CaseFault[] {
  const [afterMs, staysMs] = [draw.between(0, KILL_MS), draw.between(0, STAYS_MS)]
  const leaves = draw.pick(['kill', 'end', 'end'] as const)
  const leaving = leaves === 'end' && draw.chance(LEAVING_SHARE) ? disturbance(draw, leaveRequests[protocol], 0) : undefined
  const rebalance = { kind: 'rebalance', afterMs, staysMs, leaves, joining, leaving } as const
  if (draw.chance(0.3)) return [rebalance]
  return [rebalance, requestFault(draw, draw.pick(['run', 'member'] as const), memberRequests(protocol), MEMBER_KILL_SHARE)]
}

function randomFault(draw: Draw): CaseFault {
  if (draw.chance(BROKER_SHARE)) return { kind: 'kill broker', afterMs: draw.between(0, KILL_MS) }
  const process = draw.chance(0.65) ? 'gate' : 'run'
  if (draw.chance(KILL_SHARE)) return { kind: 'kill', process, afterMs: draw.between(0, KILL_MS) }
  return requestFault(draw, process, process === 'gate' ? gateRequests : runRequests)
}

/** A fault of a request that the run sends as it starts, in some cases. */
function startFaults(seed: number): readonly CaseFault[] {
  const draw = new Draw(seed + START_SEED)
  if (!draw.chance(START_SHARE)) return []
  const plan = disturbance(draw, draw.pick<KafkaApi>(startRequests.run), 0)
  return [
    { kind: 'kill', process: 'run', afterMs: 0 },
    { kind: 'disturb request', process: 'run', cause: undefined, plan },
  ]
}

/** Nothing waits for it: so the proxy does not hold it. */
function joiningFault(seed: number): ProxyFaultPlan | undefined {
  const draw = new Draw(seed + START_SEED)
  if (!draw.chance(JOINING_SHARE)) return undefined
  return { api: draw.pick<KafkaApi>(startRequests.member), kind: draw.pick(['lose answer', 'lose request', 'cut'] as const) }
}

/** Requests that, if late, reach the broker behind the one by which their process repeats them. */
export const repeatedApis: ReadonlySet<KafkaApi> = new Set(['InitProducerId', 'OffsetCommit'])

/** Weights of `late request`, for requests that change something: one that comes late could undo a later one. */
const lateWeights: Partial<Record<KafkaApi, number>> = { EndTxn: 2, Produce: 2, InitProducerId: 12, OffsetCommit: 5 }

function requestFault(draw: Draw, process: ProcessName, requests: Requests, killShare = KILL_SHARE): CaseFault {
  const [api, afterMax] = draw.weighted(requests)
  const after = draw.between(0, afterMax)
  const cause = causes[api]
  if (draw.chance(killShare))
    return { kind: 'kill at request', process, cause, plan: { api, after, kind: draw.pick(['hold request', 'hold answer'] as const) } }
  return { kind: 'disturb request', process, cause, plan: disturbance(draw, api, after) }
}

function disturbance(draw: Draw, api: KafkaApi, after: number): ProxyFaultPlan {
  const kind = draw.weighted([
    [4, 'lose answer'],
    [3, 'lose request'],
    [3, 'cut'],
    [1, 'hold request'],
    [1, 'hold answer'],
    [lateWeights[api] ?? 0, 'late request'],
  ] as const)
  const ms = draw.between(1, HOLD_MS)
  return kind === 'late request' && repeatedApis.has(api) ? { api, after, kind } : { api, after, kind, ms }
}

const planText = (plan: ProxyFaultPlan | undefined): string => (plan ? `, ${plan.kind} ${plan.api}` : '')

/** The fault in words, for lines and counts. */
export function faultText(fault: CaseFault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill ${fault.process}`
    case 'kill at request':
      return `kill ${fault.process}, ${fault.plan.kind} ${fault.plan.api}`
    case 'disturb request':
      return `${fault.process} ${fault.plan.kind} ${fault.plan.api}`
    case 'rebalance':
      return `rebalance${planText(fault.joining)}, ${fault.leaves} member${planText(fault.leaving)}`
    case 'kill broker':
    case 'second gate':
    case 'late end':
      return fault.kind
  }
}
