/**
 * Worlds small enough to see the best plan: the value of a plan for each of a hundred decisions, written out, and intervals of a known
 * width.
 */
import { random } from '../../src/base/random.ts'
import type { Plan } from '../../src/audit/domain/element.ts'
import type { Range } from '../../src/audit/domain/audit-report.ts'
import type { PlanChoice, PlanElement, PlanPorts, PlanSearchProblem } from '../../src/audit/domain/plan-types.ts'

export const ROWS = 100

export const nightly = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 7_200_000 } as const

export function streamOrBatch(name: string, now: 'stream' | 'batch'): PlanElement {
  const stream: PlanChoice = { setting: now === 'stream' ? { kind: 'now' } : { kind: 'stream' }, title: 'stream', age: 0 }
  const batch: PlanChoice = { setting: now === 'batch' ? { kind: 'now' } : nightly, title: 'batch 1 day', age: 50_400_000 }
  return { element: { kind: 'group', group: name }, title: name, choices: now === 'stream' ? [stream, batch] : [batch, stream] }
}

export interface SmallWorld {
  readonly elements: readonly PlanElement[]
  /** Utility of a plan in a month, by the kind of each setting: `now` unless the plan has another. */
  readonly utility: (kindOf: (element: string) => string) => number
  /** Dollars a month. */
  readonly cost: (kindOf: (element: string) => string) => number | Range
  /** Half width of an interval that excludes zero, utility a month; default 1. */
  readonly half?: number
}

const kindsOf =
  (plan: Plan) =>
  (element: string): string =>
    plan.get(element)?.kind ?? 'now'

/** Every decision has its part of a month's value, alternately a little more and a little less. */
export function portsOf({ utility, cost, half = 1 }: SmallWorld): PlanPorts {
  const valueOf = (plan: Plan): Float64Array => {
    const more = utility(kindsOf(plan)) - utility(() => 'now')
    return Float64Array.from({ length: ROWS }, (_, row) => (more / ROWS) * (row % 2 === 0 ? 1.5 : 0.5))
  }
  return {
    valueOf,
    costOf: plan => {
      const dollars = cost(kindsOf(plan))
      return typeof dollars === 'number' ? { low: dollars, base: dollars, high: dollars } : dollars
    },
    intervals: differences =>
      differences.map(difference => {
        const value = difference.reduce((sum, one) => sum + one, 0) / ROWS
        return { value, low: value - half / ROWS, high: value + half / ROWS, error: half / ROWS / 3 }
      }),
  }
}

export const questionOf = ({ elements }: SmallWorld, more: Partial<PlanSearchProblem> = {}): PlanSearchProblem => ({
  elements,
  select: { from: 0, to: ROWS },
  report: { from: ROWS, to: 2 * ROWS },
  decisionsPerMonth: ROWS,
  price: 1,
  unit: 'caught',
  smallLoss: 0,
  weeks: 20,
  ...more,
})

/** Utilities of each group alone and of each pair, costs of each and of the first. */
export function randomWorld(seed: number, count: number): SmallWorld {
  const chance = random(seed)
  const names = Array.from({ length: count }, (_, i) => `g${i}`)
  const alone = names.map(() => 40 * (chance() - 0.3))
  const together = names.map(() => names.map(() => (chance() < 0.3 ? 80 * (chance() - 0.5) : 0)))
  const cents = (dollars: number): number => Math.round(dollars * 100) / 100
  const costs = names.map(() => cents(20 * chance()))
  const fixed = cents(30 * chance())
  const streams = names.map(() => chance() < 0.5)
  const freshAt = (of: (element: string) => string): number[] => {
    const isFresh = names.map((name, i) => (of(`group/${name}`) === 'now' ? streams[i] : of(`group/${name}`) === 'stream'))
    return [...names.keys()].filter(i => isFresh[i])
  }
  return {
    elements: names.map((name, i) => streamOrBatch(name, streams[i] ? 'stream' : 'batch')),
    utility: of => {
      const freshElements = freshAt(of)
      return freshElements.reduce(
        (sum, i) => sum + alone[i] + freshElements.filter(j => j > i).reduce((more, j) => more + together[i][j], 0),
        0,
      )
    },
    cost: of => {
      const freshElements = freshAt(of)
      return freshElements.reduce((sum, i) => sum + costs[i], freshElements.length > 0 ? fixed : 0)
    },
  }
}

/** Net dollars a month of a plan over the current one, by the world's own numbers. */
export function netByHand({ utility, cost }: SmallWorld, plan: Plan): number {
  const net = (of: (element: string) => string): number => utility(of) - (cost(of) as number)
  return net(kindsOf(plan)) - net(() => 'now')
}

/** The greatest of all plans, without any code under test. */
export function bestByHand(world: SmallWorld): number {
  let best = -Infinity
  for (let mask = 0; mask < 2 ** world.elements.length; mask++) {
    const changedElements = world.elements.filter((_, i) => ((mask >> i) & 1) === 1)
    const plan = new Map(
      changedElements.map(({ element, choices }) => [
        element.kind === 'group' ? `group/${element.group}` : element.kind,
        choices[1].setting,
      ]),
    )
    best = Math.max(best, netByHand(world, plan))
  }
  return best
}
