/** Compares recorded values with recomputed ones, and counts the outcomes of one input in constant memory. */
import {
  cellOutcomes,
  mismatchReasons,
  type RecordedCell,
  type ComparisonCounts,
  type CellOutcome,
  type MismatchReason,
} from './reconcile-report.ts'

/** `bound` is the greatest difference between two correct computations; 0 requires equal bits. */
export function compareCells(recorded: RecordedCell, recomputed: RecordedCell, bound: number): CellOutcome {
  if (recorded === null && recomputed === null) return 'bothAbsent'
  if (isSame(recorded, recomputed)) return 'equal'
  if (bound === Infinity) return 'within'
  if (recorded === null || recomputed === null) return 'oneAbsent'
  return bound > 0 && typeof recorded === 'number' && typeof recomputed === 'number' && Math.abs(recorded - recomputed) <= bound
    ? 'within'
    : 'different'
}

/** True if two values are a mismatch: they differ by more than the bound. */
export function isMismatch(recorded: RecordedCell, recomputed: RecordedCell, bound: number): boolean {
  const outcome = compareCells(recorded, recomputed, bound)
  return outcome === 'oneAbsent' || outcome === 'different'
}

function isSame(a: RecordedCell, b: RecordedCell): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b)
  return a.length === b.length && a.every((item, i) => Object.is(item, b[i]))
}

/** Ratio of adjacent buckets. A quantile is the largest difference in its bucket. */
const BUCKET_RATIO = 1.01

interface Bucket {
  differences: number
  largest: number
}

/** Counts of one input, for one basis: outcomes, reasons, and quantiles of differences. */
export class CellTally {
  readonly #outcomes = new Map<CellOutcome, number>()
  readonly #reasons = new Map<MismatchReason, number>()
  /** Pairs of numbers, and the sum of their symmetric errors. */
  #pairs = 0
  #errors = 0
  /** Differences by bucket, the rounded-up power of `BUCKET_RATIO`: at most about 150,000, the range of doubles. */
  readonly #apart = new Map<number, Bucket>()

  add(recorded: RecordedCell, recomputed: RecordedCell, outcome: CellOutcome, mismatchReasons: readonly MismatchReason[]): void {
    count(this.#outcomes, outcome)
    for (const reason of mismatchReasons) count(this.#reasons, reason)
    if (typeof recorded !== 'number' || typeof recomputed !== 'number') return
    const scale = Math.max(Math.abs(recorded), Math.abs(recomputed))
    this.#pairs++
    if (recorded === recomputed) return
    // Divides by the larger number, so that nothing overflows or underflows.
    const [a, b] = [recorded / scale, recomputed / scale]
    this.#errors += (2 * Math.abs(a - b)) / (Math.abs(a) + Math.abs(b))
    if (outcome === 'different') this.#addDifference(Math.min(Math.abs(recorded - recomputed), Number.MAX_VALUE))
  }

  #addDifference(difference: number): void {
    const index = Math.ceil(Math.log(difference) / Math.log(BUCKET_RATIO))
    const bucket = this.#apart.get(index) ?? { differences: 0, largest: 0 }
    this.#apart.set(index, bucket)
    bucket.differences++
    bucket.largest = Math.max(bucket.largest, difference)
  }

  get compared(): ComparisonCounts {
    const counts = Object.fromEntries(cellOutcomes.map(name => [name, this.#outcomes.get(name) ?? 0])) as Record<CellOutcome, number>
    const reasonCounts = mismatchReasons.flatMap(name => (this.#reasons.has(name) ? [[name, this.#reasons.get(name)] as const] : []))
    return {
      compared: Object.values(counts).reduce((sum, value) => sum + value, 0),
      ...counts,
      ...(this.#pairs > 0 && { smape: this.#errors / this.#pairs }),
      ...(this.#apart.size > 0 && { apart: this.#quantiles() }),
      reasons: Object.fromEntries(reasonCounts),
    }
  }

  #quantiles(): NonNullable<ComparisonCounts['apart']> {
    const buckets = [...this.#apart].sort(([a], [b]) => a - b).map(([, bucket]) => bucket)
    const total = buckets.reduce((sum, { differences }) => sum + differences, 0)
    const at = (share: number): number => {
      let remaining = Math.ceil(share * total)
      return buckets.find(({ differences }) => (remaining -= differences) <= 0)!.largest
    }
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: buckets.at(-1)!.largest }
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
