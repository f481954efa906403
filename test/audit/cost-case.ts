/** A pipeline of one source with known costs: its measurements, and the arrivals of its events. */
import type { CostInputs, MeasuredGroup } from '../../src/audit/cost/cost-inputs.ts'
import { presetPeople } from '../../src/audit/cost/people.ts'
import { examplePrices } from '../../src/audit/cost/prices.ts'
import type { Plan, ElementSetting } from '../../src/audit/domain/element.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const from = Date.UTC(2026, 0, 1)

export const stream: ElementSetting = { kind: 'stream' }
export const batchEach = (every: number, lasts: number): ElementSetting => ({
  kind: 'batch',
  schedule: { kind: 'interval', every, phase: 0 },
  lasts,
})
export const nightlyJob: ElementSetting = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 2 * HOUR }

/** `count` arrivals spread evenly over a period. */
export const even = (count: number, begin: number, until: number): number[] =>
  Array.from({ length: count }, (_, i) => begin + Math.floor(((i + 0.5) * (until - begin)) / count))

export const groupOf = (group: Partial<MeasuredGroup> = {}): MeasuredGroup => ({
  source: 'readings',
  cpuSecondsPerEvent: 20e-6,
  stateBytes: 50e6,
  valueBytes: 5e6,
  reach: 3 * HOUR,
  ...group,
})

/** Thirty days with 2,000 events a day, or those of `arrival`, and a decision each hour. */
export function costCase({
  arrival = even(60_000, from, from + 30 * DAY),
  days = 30,
  groups = { fast: groupOf() },
  ...rest
}: CaseOptions = {}): CostInputs {
  const until = from + days * DAY
  const decisions = Float64Array.from(even(days * 24, from, until))
  const at = Float64Array.from(arrival)
  return {
    measured: {
      span: until - from,
      sources: new Map([['readings', { events: at.length, bytesPerEvent: 100, cpuSecondsPerEvent: 5e-6 }]]),
      groups: new Map(Object.entries(groups)),
      decisions: decisions.length,
      cpuSecondsPerDecision: 50e-6,
      decidedBy: 'event',
      actions: 100,
    },
    trace: { from, until, sources: new Map([['readings', { at, key: Uint32Array.from(at, (_, i) => i) }]]), decisions: { at: decisions } },
    prices: examplePrices,
    people: presetPeople,
    ...rest,
  }
}

interface CaseOptions extends Partial<CostInputs> {
  readonly arrival?: readonly number[]
  readonly days?: number
  readonly groups?: Readonly<Record<string, MeasuredGroup>>
}

/** A plan that streams everything. */
export const streaming = (inputs: CostInputs): Plan =>
  new Map<string, ElementSetting>([
    ['ingestion', stream],
    ...[...inputs.measured.groups.keys()].map(name => [`group/${name}`, stream] as const),
    ['inference', stream],
    ['action', { kind: 'async' }],
  ])
