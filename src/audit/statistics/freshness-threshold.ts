/** Freshness thresholds of staleness curves, and a mark for each level. */
import type { Estimate, FreshnessThreshold } from '../domain/element-report.ts'
import { numberText, quantityText } from '../domain/figures.ts'
import { isInconclusive, type Inconclusive } from '../domain/plan-types.ts'

/** A level of a staleness curve. Curves ascend by age; the current age need not be among them. */
export interface SweepCurveLevel {
  /** ms. */
  readonly age: number
  /** The level's title: `15 min`. */
  readonly title: string
  /** The weekly value less that of now. */
  readonly perWeek: Estimate | Inconclusive
}

export interface FreshnessThresholdOptions {
  /** The current age, ms. Fresher levels cannot be the threshold. */
  readonly now: number
  /** The current weekly value. */
  readonly nowPerWeek: number
  /** The unit in reasons: `$`. */
  readonly unit?: string
}

/** The tolerated loss, as a share of the weekly value. */
export const TOLERATED_LOSS = 0.05

/**
 * The freshness threshold: the oldest age at which the upper bound of the loss is within the tolerated share of the weekly value. Curves
 * need not be monotone: it is the last level before the first level beyond the share, even if an older level is within the share again.
 */
export function freshnessThreshold(
  levels: readonly SweepCurveLevel[],
  options: FreshnessThresholdOptions,
): FreshnessThreshold | Inconclusive {
  const { now, nowPerWeek } = options
  if (!(nowPerWeek > 0)) return { why: 'the current pipeline has no value to lose' }
  const olderLevels = levels.filter(({ age }) => age > now)
  if (olderLevels.length === 0) return { why: 'no level is older than now' }
  let threshold: FreshnessThreshold | undefined
  for (const { age, title, perWeek } of olderLevels) {
    if ('why' in perWeek) return threshold ? threshold : perWeek
    if (-perWeek.low > TOLERATED_LOSS * nowPerWeek) return threshold ? threshold : lossReason(title, perWeek, options)
    threshold = { age, loss: Math.max(threshold?.loss ?? 0, -perWeek.low) }
  }
  return { ...threshold!, beyond: true }
}

function lossReason(title: string, { value, low, high }: Estimate, { nowPerWeek, unit = '' }: FreshnessThresholdOptions): Inconclusive {
  const lossText = (amount: number): string => (unit === '' ? numberText(amount) : quantityText(amount, unit))
  const than = `more than the tolerated ${lossText(TOLERATED_LOSS * nowPerWeek)} (${TOLERATED_LOSS * 100} % of the current weekly value)`
  if (-high > TOLERATED_LOSS * nowPerWeek) return { why: `at ${title} at least ${lossText(-high)} a week are lost, ${than}` }
  const estimate = value < 0 ? lossText(-value) : 'no loss'
  return {
    why: `at ${title} up to ${lossText(-low)} a week may be lost, ${than}; the estimate is ${estimate}, and more history would decide`,
  }
}

/** True if the first level that is older than now loses more than the tolerated share, by its lower bound too: any age pages. */
export function losesAtOnce(levels: readonly SweepCurveLevel[], { now, nowPerWeek }: FreshnessThresholdOptions): boolean {
  const first = levels.find(({ age }) => age > now)?.perWeek
  return first !== undefined && !isInconclusive(first) && first.high < -TOLERATED_LOSS * Math.max(0, nowPerWeek)
}

/** The smaller threshold of two curves of one change; the reason where a curve has none. */
export function smallerThreshold(
  first: FreshnessThreshold | Inconclusive,
  other: FreshnessThreshold | Inconclusive,
): FreshnessThreshold | Inconclusive {
  if (isInconclusive(first)) return first
  if (isInconclusive(other) || other.age < first.age) return other
  return { ...first, loss: Math.max(first.loss, other.age === first.age ? other.loss : 0) }
}

export type LevelMark = 'ok' | 'may lose' | 'loses' | 'collapse'

/**
 * The mark of each level. `ok`: the upper bound of the loss is within the tolerated share. `may lose`: only the upper bound exceeds the
 * share. `loses`: the lower bound exceeds it too. `collapse`: in addition the lower bound exceeds half of the sweep's greatest loss, so
 * most of the value of freshness is gone. null without an interval.
 */
export function levelMarks(
  levels: readonly SweepCurveLevel[],
  { nowPerWeek }: Pick<FreshnessThresholdOptions, 'nowPerWeek'>,
): (LevelMark | null)[] {
  const bound = TOLERATED_LOSS * Math.max(0, nowPerWeek)
  const greatest = Math.max(0, ...levels.map(({ perWeek }) => ('why' in perWeek ? 0 : -perWeek.value)))
  return levels.map(({ perWeek }) => {
    if ('why' in perWeek) return null
    if (-perWeek.low <= bound) return 'ok'
    if (-perWeek.high <= bound) return 'may lose'
    return -perWeek.high > greatest / 2 ? 'collapse' : 'loses'
  })
}

/** The worse mark of two curves, level by level; null where either is null. */
export const worseMarks = (first: readonly (LevelMark | null)[], other: readonly (LevelMark | null)[]): (LevelMark | null)[] =>
  first.map((mark, level) => {
    const second = other[level]
    if (mark === null || second === null) return null
    return SEVERITY[second] > SEVERITY[mark] ? second : mark
  })

const SEVERITY: Readonly<Record<LevelMark, number>> = { ok: 0, 'may lose': 1, loses: 2, collapse: 3 }
