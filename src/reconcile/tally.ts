/** Counts over the cells of one input, whatever their number: outcomes, reasons, and how far numbers are apart. */
import { outcomes, reasons, type Cell, type Compared, type Outcome, type Reason } from './report.ts'

/** A bucket is this wide, and a quantile the largest difference of its bucket. */
const STEP = 1.01

interface Bucket {
  differences: number
  largest: number
}

export class Tally {
  readonly #outcomes = new Map<Outcome, number>()
  readonly #reasons = new Map<Reason, number>()
  /** Of numbers that both have: how many, and the sum of their symmetric errors. */
  #pairs = 0
  #errors = 0
  /** Of differences, by the power of `STEP` that is at or above: at most some 150,000, since doubles end. */
  readonly #apart = new Map<number, Bucket>()

  add(recorded: Cell, other: Cell, outcome: Outcome, why: readonly Reason[]): void {
    count(this.#outcomes, outcome)
    for (const reason of why) count(this.#reasons, reason)
    if (typeof recorded !== 'number' || typeof other !== 'number') return
    const scale = Math.max(Math.abs(recorded), Math.abs(other))
    this.#pairs++
    if (recorded === other) return
    // Over the larger one, so that nothing overflows, or is lost below what doubles hold.
    const [a, b] = [recorded / scale, other / scale]
    this.#errors += (2 * Math.abs(a - b)) / (Math.abs(a) + Math.abs(b))
    if (outcome === 'different') this.#far(Math.min(Math.abs(recorded - other), Number.MAX_VALUE))
  }

  #far(apart: number): void {
    const index = Math.ceil(Math.log(apart) / Math.log(STEP))
    const bucket = this.#apart.get(index) ?? { differences: 0, largest: 0 }
    this.#apart.set(index, bucket)
    bucket.differences++
    bucket.largest = Math.max(bucket.largest, apart)
  }

  get compared(): Compared {
    const counts = Object.fromEntries(outcomes.map(name => [name, this.#outcomes.get(name) ?? 0])) as Record<Outcome, number>
    const why = reasons.flatMap(name => (this.#reasons.has(name) ? [[name, this.#reasons.get(name)] as const] : []))
    return {
      compared: Object.values(counts).reduce((sum, one) => sum + one, 0),
      ...counts,
      ...(this.#pairs > 0 && { smape: this.#errors / this.#pairs }),
      ...(this.#apart.size > 0 && { apart: this.#quantiles() }),
      reasons: Object.fromEntries(why),
    }
  }

  #quantiles(): NonNullable<Compared['apart']> {
    const buckets = [...this.#apart].sort(([a], [b]) => a - b).map(([, bucket]) => bucket)
    const all = buckets.reduce((sum, { differences }) => sum + differences, 0)
    const at = (share: number): number => {
      let left = Math.ceil(share * all)
      return buckets.find(({ differences }) => (left -= differences) <= 0)!.largest
    }
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: buckets.at(-1)!.largest }
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
