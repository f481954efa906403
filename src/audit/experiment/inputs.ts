/**
 * What the model is given of each case: fields of its trigger, and features, as one alternative has them.
 *
 * Scores and vectors are made of these by what scores a run: a derived input is computed anew, a refused feature leaves no score.
 */
import type { Column } from '../../columns/block.ts'
import { gatherColumn } from '../../columns/gather.ts'
import { columnSlice } from '../../columns/slice.ts'
import type { Strings } from '../../columns/strings.ts'
import type { GroupRead } from '../../decision/reads.ts'
import { Scoring, type Definitions, type Scores } from '../../decision/scoring.ts'
import type { ModelIR } from '../../define/ir.ts'
import { triggerColumns } from '../../define/trigger-columns.ts'
import type { GroupColumns } from './column-cache.ts'
import { featurePicked, featureSlice } from './feature-columns.ts'
import type { LookedAt } from './looked-at.ts'

/** Cases that are scored at a time. */
const STRETCH = 1 << 14

export interface Inputs {
  /** The cases that there are; all unless given. */
  readonly lookedAt?: LookedAt | undefined
  /** Of those. */
  readonly length: number
  readonly columnOf: (name: string) => Column
  /** By `readId`. */
  readonly features: ReadonlyMap<string, { readonly read: GroupRead; readonly out: GroupColumns }>
}

/** Scores of the cases [from, to). */
type Take = (scores: Scores, from: number, to: number) => void

/** Calls `take` with stretch after stretch of the cases [from, to), all of which there are; what it is given is good until it returns. */
export function eachStretch(scoring: Scoring, inputs: Inputs, from: number, to: number, take: Take): void {
  const { columnOf, features, lookedAt } = inputs
  const less = lookedAt && to > from ? from - lookedAt.places[from] : 0
  for (let at = from; at < to; at += STRETCH) {
    const end = Math.min(at + STRETCH, to)
    const [first, last] = [at - less, end - less]
    const sliced = [...features].map(
      ([id, { read, out }]) => [id, { read, out: out.map(column => featureSlice(column, first, last)) }] as const,
    )
    take(
      scoring.score({ length: end - at, columnOf: name => columnSlice(columnOf(name), first, last), features: new Map(sliced) }),
      at,
      end,
    )
  }
}

/** Scores of the cases [from, to) into those rows; NaN where there is none. */
export function scoreInto(into: Float64Array, scoring: Scoring, inputs: Inputs, from = 0, to = inputs.length): void {
  eachStretch(scoring, inputs, from, to, ({ score: { values, nulls } }, at, end) => {
    for (let row = at; row < end; row++) into[row] = nulls?.[row - at] ? NaN : values[row - at]
  })
}

/** The vectors of these cases, all at once. */
export function vectorsOf(scoring: Scoring, { columnOf, features, lookedAt }: Inputs, cases: Uint32Array): Scores {
  const rows = lookedAt ? cases.map(one => lookedAt.places[one]) : cases
  return scoring.score({
    length: rows.length,
    columnOf: name => gatherColumn(columnOf(name), rows),
    features: new Map([...features].map(([id, { read, out }]) => [id, { read, out: out.map(column => featurePicked(column, rows)) }])),
  })
}

/** What makes vectors, and no scores. */
export const vectorsAlone = (definitions: Definitions, model: ModelIR, strings: Strings): Scoring =>
  scoringOf(definitions, { ...model, score: { kind: 'none' } }, strings)

export const scoringOf = (definitions: Definitions, model: ModelIR, strings: Strings): Scoring =>
  new Scoring(definitions, model, triggerColumns(definitions.ir, model), strings)
