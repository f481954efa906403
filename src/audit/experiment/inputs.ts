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

/** Cases that are scored at a time. */
const STRETCH = 1 << 14

export interface Inputs {
  readonly length: number
  readonly columnOf: (name: string) => Column
  /** By `readId`. */
  readonly features: ReadonlyMap<string, { readonly read: GroupRead; readonly out: GroupColumns }>
}

/** Scores of the cases [from, to). */
type Take = (scores: Scores, from: number, to: number) => void

/** Calls `take` with stretch after stretch of the cases [from, to); what it is given is good until it returns. */
export function eachStretch(scoring: Scoring, inputs: Inputs, from: number, to: number, take: Take): void {
  for (let at = from; at < to; at += STRETCH) {
    const end = Math.min(at + STRETCH, to)
    const features = new Map(
      [...inputs.features].map(([id, { read, out }]) => [id, { read, out: out.map(column => featureSlice(column, at, end)) }]),
    )
    take(scoring.score({ length: end - at, columnOf: name => columnSlice(inputs.columnOf(name), at, end), features }), at, end)
  }
}

/** Scores of the cases [from, to) into those rows; NaN where there is none. */
export function scoreInto(into: Float64Array, scoring: Scoring, inputs: Inputs, from = 0, to = inputs.length): void {
  eachStretch(scoring, inputs, from, to, ({ score: { values, nulls } }, at, end) => {
    for (let row = at; row < end; row++) into[row] = nulls?.[row - at] ? NaN : values[row - at]
  })
}

/** The vectors of these cases, all at once. */
export function vectorsOf(scoring: Scoring, { columnOf, features }: Inputs, cases: Uint32Array): Scores {
  return scoring.score({
    length: cases.length,
    columnOf: name => gatherColumn(columnOf(name), cases),
    features: new Map([...features].map(([id, { read, out }]) => [id, { read, out: out.map(column => featurePicked(column, cases)) }])),
  })
}

/** What makes vectors, and no scores. */
export const vectorsAlone = (definitions: Definitions, model: ModelIR, strings: Strings): Scoring =>
  scoringOf(definitions, { ...model, score: { kind: 'none' } }, strings)

export const scoringOf = (definitions: Definitions, model: ModelIR, strings: Strings): Scoring =>
  new Scoring(definitions, model, triggerColumns(definitions.ir, model), strings)
