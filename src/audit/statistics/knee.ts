/** How old something may become before it costs: knees of ladders, and a mark for each rung. */
import type { Estimate, Knee } from '../domain/audit-report.ts'
import { figure, ofUnit } from '../domain/figures.ts'

/** Ascending by age. The rung of what runs need not be among them. */
export interface LadderRung {
  /** ms. */
  readonly age: number
  /** As titles have it: `15 min`. */
  readonly title: string
  /** Utility a week, less that of what runs. */
  readonly aWeek: Estimate | { readonly why: string }
}

export interface KneeOptions {
  /** The age of what runs, ms: rungs that are fresher cannot be knees. */
  readonly now: number
  /** Its utility a week. */
  readonly nowAWeek: number
  /** What part of that may be lost; 0.05 unless given. */
  readonly part?: number
  /** What is lost, for the reason why there is none: `$`. */
  readonly unit?: string
}

export const KNEE_PART = 0.05

/**
 * The oldest age at which the upper bound of the loss is still within a part of what a week is worth now. Curves are not forced to be monotone: the knee is the last rung before the first whose bound is
 * above that, though an older one may be within again.
 */
export function kneeOf(rungs: readonly LadderRung[], options: KneeOptions): Knee | { readonly why: string } {
  const { now, nowAWeek, part = KNEE_PART } = options
  if (!(nowAWeek > 0)) return { why: 'what runs is worth nothing, so there is no part of it to lose' }
  const older = rungs.filter(({ age }) => age > now)
  if (older.length === 0) return { why: 'no rung is older than what runs' }
  let knee: Knee | undefined
  for (const { age, title, aWeek } of older) {
    if ('why' in aWeek) return knee ? knee : aWeek
    if (-aWeek.low > part * nowAWeek) return knee ? knee : tooMuch(title, aWeek, options)
    knee = { age, loss: Math.max(knee?.loss ?? 0, -aWeek.low) }
  }
  return { ...knee!, beyond: true }
}

function tooMuch(title: string, { value, low, high }: Estimate, { nowAWeek, part = KNEE_PART, unit = '' }: KneeOptions): { why: string } {
  const said = (amount: number): string => (unit === '' ? figure(amount) : ofUnit(amount, unit))
  const than = `more than ${said(part * nowAWeek)}: ${Number((part * 100).toPrecision(3))} % of what a week is worth now count as hardly anything`
  if (-high > part * nowAWeek) return { why: `at ${title} at least ${said(-high)} a week are lost already, ${than}` }
  const seems = value < 0 ? `seem to be ${said(-value)}` : 'seem to be none'
  return { why: `at ${title} up to ${said(-low)} a week may be lost, ${than}; they ${seems}: more history would tell` }
}

/** Of two curves of one change the knee that comes first; where one has none, why. */
export function youngerKnee(one: Knee | { readonly why: string }, other: Knee | { readonly why: string }): Knee | { readonly why: string } {
  if ('why' in one) return one
  if ('why' in other || other.age < one.age) return other
  return { ...one, loss: Math.max(one.loss, other.age === one.age ? other.loss : 0) }
}

export type Mark = 'ok' | 'may lose' | 'loses' | 'collapse'

/**
 * Of each rung. `ok`: the upper bound of its loss is within the part that may be lost. `collapse`: beyond that even by its lower bound, and half of the ladder's greatest loss is gone for sure: most of what freshness is
 * worth here. `loses`: beyond the part by its lower bound. `may lose`: by its upper bound alone. null where there is no interval.
 */
export function marksOf(rungs: readonly LadderRung[], { nowAWeek, part = KNEE_PART }: Omit<KneeOptions, 'now'>): (Mark | null)[] {
  const bound = part * Math.max(0, nowAWeek)
  const greatest = Math.max(0, ...rungs.map(({ aWeek }) => ('why' in aWeek ? 0 : -aWeek.value)))
  return rungs.map(({ aWeek }) => {
    if ('why' in aWeek) return null
    if (-aWeek.low <= bound) return 'ok'
    if (-aWeek.high <= bound) return 'may lose'
    return -aWeek.high > greatest / 2 ? 'collapse' : 'loses'
  })
}

/** Rung by rung, of two curves of one change the mark that says the greater loss; not known where either is not. */
export const worseMark = (one: readonly (Mark | null)[], other: readonly (Mark | null)[]): (Mark | null)[] =>
  one.map((mark, rung) => {
    const second = other[rung]
    if (mark === null || second === null) return null
    return SEVERITY[second] > SEVERITY[mark] ? second : mark
  })

const SEVERITY: Readonly<Record<Mark, number>> = { ok: 0, 'may lose': 1, loses: 2, collapse: 3 }
