/**
 * What a utility would be if nothing were unknown: all labels that are not known taken for true, and all for false. Where actions censor labels (a declined payment is never charged back) the
 * truth is anywhere between.
 */
import type { Cases, UtilityFunction } from '../domain/cases.ts'
import type { Given } from './given-threshold.ts'
import { isStoodFor } from './propensity-weights.ts'

export interface Bounds {
  /** A value for each of the rows, those included whose label is not known; NaN where a decision has none (`begins`, going on already). */
  readonly ifTrue: Float64Array
  readonly ifFalse: Float64Array
}

/**
 * `horizon`: how long after a decision its outcome comes at the latest, ms: within that time every outcome that is only supposed comes as late as it can. Differences of two alternatives
 * are bounded by those of their `ifTrue` and of their `ifFalse`, if unknown labels are all alike.
 */
export function boundsOf(values: UtilityFunction, given: Given, horizon: number): Bounds {
  return {
    ifTrue: values({ ...given, cases: supposed(given.cases, 1, horizon) }),
    ifFalse: values({ ...given, cases: supposed(given.cases, 0, horizon) }),
  }
}

const suppositions = new WeakMap<Cases, Map<string, Cases>>()

/** The same cases with all unknown labels of eligible decisions said to be `label`; remembered, since what is computed of cases is. */
export function supposed(cases: Cases, label: 0 | 1, horizon: number): Cases {
  const known = suppositions.get(cases) ?? new Map<string, Cases>()
  suppositions.set(cases, known)
  const name = `${label} ${horizon}`
  const found = known.get(name) ?? suppose(cases, label, horizon)
  known.set(name, found)
  return found
}

function suppose(cases: Cases, label: 0 | 1, horizon: number): Cases {
  const unknown = (row: number): boolean => isUnknown(cases, row)
  return {
    ...cases,
    known: cases.known.map((is, row) => (unknown(row) ? 1 : is)),
    label: cases.label.map((is, row) => (unknown(row) ? label : is)),
    outcome: cases.outcome.map((is, row) => (unknown(row) ? (label === 1 ? cases.t[row] + horizon : NaN) : is)),
  }
}

type Known = Pick<Cases, 'known' | 'eligible' | 'standing'>

/** Of an eligible decision: neither is its label known, nor do others stand for it. */
const isUnknown = (cases: Known, row: number): boolean => cases.known[row] === 0 && cases.eligible[row] === 1 && !isStoodFor(cases, row)

/** The part of the eligible decisions of the rows whose label is not known, and for which no other stands; NaN without an eligible one. */
export function unknownPart(cases: Known, { from, to }: Given['rows']): number {
  let [all, unknown] = [0, 0]
  for (let row = from; row < to; row++) {
    all += cases.eligible[row]
    if (isUnknown(cases, row)) unknown++
  }
  return unknown / all
}
