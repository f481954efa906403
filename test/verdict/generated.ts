/**
 * Histories with a best plan known by construction: the value of each feature group to each decision is planted, and so is the joint value
 * of groups.
 *
 * With a fresh group a decision occasionally differs from that with a nightly one, for better or for worse; entities and days have effects
 * of their own, which are zero on average. So a worthless group is not one without differences, but one whose differences add up to
 * nothing.
 */
import { random, type Random } from '../../src/base/random.ts'
import type { Plan, ElementSetting } from '../../src/audit/domain/element.ts'
import type { ClusterColumn, RowRange } from '../../src/audit/domain/cases.ts'
import type { Range } from '../../src/audit/domain/audit-report.ts'
import type { PlanElement } from '../../src/audit/domain/plan-types.ts'

export interface PlantedGroup {
  readonly name: string
  /** Is it a stream now? */
  readonly streams: boolean
  /** Additional cost of the stream over the nightly run, dollars a month. */
  readonly cost: number
}

/** Decisions that fresh groups improve: `utility` more a month if the function of the fresh groups says so. */
export interface PlantedValue {
  readonly utility: number
  readonly when: (isFresh: (group: string) => boolean) => boolean
}

export interface Planted {
  readonly groups: readonly PlantedGroup[]
  readonly values: readonly PlantedValue[]
}

export interface GeneratedWorld {
  readonly elements: readonly PlanElement[]
  readonly select: RowRange
  readonly report: RowRange
  readonly t: Float64Array
  readonly clusters: readonly ClusterColumn[]
  readonly valueOf: (plan: Plan, rows: RowRange) => Float64Array
  readonly costOf: (plan: Plan) => Range
}

export const ENTITIES = 80
export const DAYS = 120
const ROWS_A_DAY = 67
/** Share of decisions that differ with a fresh group. */
const DIFFERING = 0.03
/** Size of entity and day effects, of ±0.5. */
const LEAN = 0.2
const DAY = 86_400_000

const batch: ElementSetting = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 7_200_000 }
const stream: ElementSetting = { kind: 'stream' }
const now: ElementSetting = { kind: 'now' }

/** Decisions in a month, of which the history has a part. */
export const DECISIONS_PER_MONTH = 8000
export const WEEKS = DAYS / 7

interface Effect {
  readonly rows: readonly number[]
  readonly signs: readonly number[]
}

export function generatedWorld(seed: number, { groups, values }: Planted): GeneratedWorld {
  const chance = random(seed)
  const length = DAYS * ROWS_A_DAY
  const day = Int32Array.from({ length }, (_, row) => Math.floor(row / ROWS_A_DAY))
  const entity = Int32Array.from({ length }, () => Math.floor(chance() ** 1.5 * ENTITIES))
  const own = new Map(groups.map(({ name }) => [name, effect(chance, entity, day, 0)]))
  const planted = values.map(value => ({ ...value, effect: effect(chance, entity, day, value.utility / DECISIONS_PER_MONTH) }))
  const half = (DAYS / 2) * ROWS_A_DAY
  const isFresh = (plan: Plan, name: string): boolean => {
    const kind = plan.get(`group/${name}`)?.kind ?? 'now'
    return kind === 'now' ? groups.find(group => group.name === name)!.streams : kind === 'stream'
  }
  const column = (plan: Plan, rows: RowRange, into: Float64Array, times: number): void => {
    for (const { name } of groups) if (isFresh(plan, name)) add(own.get(name)!, rows, into, times)
    for (const { when, effect } of planted) if (when(name => isFresh(plan, name))) add(effect, rows, into, times)
  }
  return {
    elements: groups.map(elementOf),
    select: { from: 0, to: half },
    report: { from: half, to: length },
    t: Float64Array.from(day, (d, row) => d * DAY + (row % ROWS_A_DAY) * 60_000),
    clusters: [
      { name: 'entity', of: entity, count: ENTITIES },
      { name: 'day', of: day, count: DAYS },
    ],
    valueOf: (plan, rows) => {
      const result = new Float64Array(rows.to - rows.from)
      column(plan, rows, result, 1)
      column(new Map(), rows, result, -1)
      return result
    },
    costOf: plan => {
      const dollars = groups.reduce((sum, { name, cost }) => sum + (isFresh(plan, name) ? cost : 0), 0)
      return { low: dollars, base: dollars, high: dollars }
    },
  }
}

function elementOf({ name, streams }: PlantedGroup): PlanElement {
  const fresh = { setting: streams ? now : stream, title: 'stream', age: 0 }
  const old = { setting: streams ? batch : now, title: 'batch 1 day', age: 14 * 3_600_000 }
  return { element: { kind: 'group', group: name }, title: name, choices: streams ? [fresh, old] : [old, fresh] }
}

/** Differing rows, and their sign; `mean`: average for a decision. */
function effect(chance: Random, entity: Int32Array, day: Int32Array, mean: number): Effect {
  const lean = (count: number): Float64Array => Float64Array.from({ length: count }, () => LEAN * (2 * chance() - 1))
  const [byEntity, byDay] = [lean(ENTITIES), lean(DAYS)]
  // If the mean is more than the differing rows can carry, more rows differ.
  const differing = Math.max(DIFFERING, Math.abs(mean) * 2)
  const rows: number[] = []
  const signs: number[] = []
  for (let row = 0; row < entity.length; row++) {
    if (chance() >= differing) continue
    rows.push(row)
    signs.push(chance() < 0.5 + mean / (2 * differing) + byEntity[entity[row]] * 0.5 + byDay[day[row]] * 0.5 ? 1 : -1)
  }
  return { rows, signs }
}

function add({ rows, signs }: Effect, { from, to }: RowRange, into: Float64Array, times: number): void {
  for (let i = 0; i < rows.length; i++) if (rows[i] >= from && rows[i] < to) into[rows[i] - from] += times * signs[i]
}
