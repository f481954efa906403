/**
 * The model's inputs for each case under one alternative: trigger fields and features.
 *
 * The scoring code of a run turns them into vectors and scores: derived inputs are recomputed, and a refused feature leaves no score.
 */
import type { Column } from '../../../columns/block.ts'
import { gatherColumn } from '../../../columns/gather.ts'
import { columnSlice } from '../../../columns/slice.ts'
import type { Strings } from '../../../columns/strings.ts'
import type { GroupRead } from '../../../decision/reads.ts'
import { Scoring, type Definitions, type Scores } from '../../../decision/scoring.ts'
import type { ModelIR } from '../../../define/ir/ir.ts'
import type { OnnxFile } from '../../../define/model/onnx-file.ts'
import { triggerColumns } from '../../../define/model/trigger-columns.ts'
import type { RowRange } from '../../domain/cases.ts'
import type { Columns } from './columns.ts'
import type { LookedAt } from './judged-range.ts'

/** The cases scored at a time. */
export const STRETCH = 1 << 14

export interface Inputs<Of extends Columns = Columns> {
  /** The selected cases; default all. */
  readonly selection?: LookedAt | undefined
  /** The number of selected cases. */
  readonly length: number
  readonly columnOf: (name: string) => Column
  /** By `readId`. */
  readonly features: ReadonlyMap<string, { readonly read: GroupRead; readonly columns: Of }>
}

/** The inputs of a range of selected cases. */
type Part = Parameters<Scoring['score']>[0]

/** Calls `visit` with block after block of the cases [from, to), which must all be selected. The inputs are valid until it returns. */
export function eachStretch(inputs: Inputs, { from, to }: RowRange, visit: (part: Part, from: number, to: number) => void): void {
  const { columnOf, features, selection } = inputs
  const offset = selection && to > from ? from - selection.places[from] : 0
  for (let at = from; at < to; at += STRETCH) {
    const end = Math.min(at + STRETCH, to)
    const [first, last] = [at - offset, end - offset]
    const parts = [...features].map(([id, { read, columns }]) => [id, { read, out: columns.part(first, last) }] as const)
    visit({ length: end - at, columnOf: name => columnSlice(columnOf(name), first, last), features: new Map(parts) }, at, end)
  }
}

/** The cases that one model scores, and the array for its scores by case. */
export interface Scored extends RowRange {
  readonly into: Float64Array
  readonly scoring: Scoring
}

/** Writes the scores of several models, each of its own cases in `rows`; NaN where there is none. Reads the inputs once. */
export function scoreInto(models: readonly Scored[], inputs: Inputs, rows: RowRange): void {
  eachStretch(inputs, rows, (part, at, end) => {
    for (const { into, scoring, from, to } of models) {
      if (end <= from || at >= to) continue
      const { values, nulls } = scoring.score(part).score
      const last = Math.min(end, to)
      for (let row = Math.max(at, from); row < last; row++) into[row] = nulls?.[row - at] ? NaN : values[row - at]
    }
  })
}

/** The feature vectors of these cases. */
export function vectorsOf(scoring: Scoring, { columnOf, features, selection }: Inputs, cases: Uint32Array): Scores {
  const rows = selection ? cases.map(row => selection.places[row]) : cases
  return scoring.score({
    length: rows.length,
    columnOf: name => gatherColumn(columnOf(name), rows),
    features: new Map([...features].map(([id, { read, columns }]) => [id, { read, out: columns.picked(rows) }])),
  })
}

/**
 * The number of leading selected cases to store: those up to the last training case, rounded so that the rest of `rows` consists of whole
 * blocks.
 */
export function headOf({ cases, places }: LookedAt, trainingRows: Uint32Array, { from }: RowRange): number {
  const last = trainingRows.at(-1)
  const leading = (last === undefined ? 0 : places[last] + 1) - places[from]
  return Math.min(cases.length, places[from] + Math.ceil(Math.max(0, leading) / STRETCH) * STRETCH)
}

/** Scoring that builds vectors without scores. */
export const vectorsAlone = (definitions: Definitions, model: ModelIR, strings: Strings): Scoring =>
  scoringOf(definitions, { ...model, score: { kind: 'none' } }, strings)

/** The compiled scoring of a model. `file` is the model's ONNX graph, where the definitions lack it. */
export function scoringOf({ ir, scores }: Definitions, model: ModelIR, strings: Strings, file?: OnnxFile): Scoring {
  const models = file ? new Map([...scores, [model.name, file]]) : scores
  return new Scoring({ ir, scores: models }, model, triggerColumns(ir, model), strings)
}
