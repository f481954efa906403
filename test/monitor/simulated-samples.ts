/** A run whose samples a test makes, and the conditions that they show. */
import type { Random } from '../../src/base/random.ts'
import { defaultThresholds } from '../../src/define/config/alert-thresholds.ts'
import { type JudgedPipeline, type RunCondition, RunConditions } from '../../src/monitor/alerts/conditions.ts'

const [SAMPLE, MINUTE] = [10_000, 60_000]
/** A Thursday. */
export const begin = Date.parse('2026-01-01T00:00Z')
/** A state that shows nothing, and the objective of group `card`. */
export const healthy: RunCondition = { freshness: new Map([['card', { target: 0.99, age: MINUTE }]]), reported: [] }

/** A run whose samples a test makes, from `begin` on. */
export class Simulation {
  readonly conditions: RunConditions
  now = begin

  constructor(actions: JudgedPipeline['actions'] = [{ name: 'block' }]) {
    this.conditions = new RunConditions({ name: 'shop', sources: [{ name: 'payments' }], actions }, defaultThresholds)
  }

  /** Adds samples for `ms`. Returns when each condition first held, ms after the beginning of the call. */
  run(ms: number, sampleAt: (now: number) => Readonly<Record<string, number>>, state: Partial<RunCondition> = {}): Map<string, number> {
    const firstHeld = new Map<string, number>()
    const from = this.now
    for (; this.now < from + ms;) {
      const values = new Map(Object.entries(sampleAt(this.now)).filter(([, value]) => value > 0))
      this.conditions.add({ at: this.now, values })
      this.now += SAMPLE
      if (this.now % MINUTE !== 0 && ms > MINUTE) continue
      for (const { cause, subject, severity } of this.conditions.at(this.now, { ...healthy, ...state })) {
        const text = `${severity} ${cause} ${subject.name}`
        if (!firstHeld.has(text)) firstHeld.set(text, this.now - from)
      }
    }
    return firstHeld
  }
}

/** A count around a mean, as of independent arrivals. */
export function arrivals(next: Random, mean: number): number {
  let count = 0
  for (let left = Math.exp(-mean), product = next(); product > left; product *= next()) count++
  return count
}
