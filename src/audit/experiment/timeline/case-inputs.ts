/**
 * The model's inputs for each case under one plan: trigger fields and features.
 *
 * The scoring code of a run turns them into vectors and scores: derived inputs are recomputed, and a rejected feature leaves no score.
 */
import { type ColumnData, gatherColumn, sliceColumn, type Strings } from '../../../columns/index.ts'
import { type GroupRead, ModelScorer, type ScoringDefinitions, type BatchScores } from '../../../decision/index.ts'
import type { ModelIR } from '../../../define/ir/index.ts'
import { type OnnxFile, triggerColumns } from '../../../define/model/index.ts'
import type { RowRange } from '../../domain/cases.ts'
import type { CaseColumns } from './case-columns.ts'
import type { CaseSelection } from './case-selection.ts'

/** The cases scored at a time. */
export const CASES_PER_BLOCK = 1 << 14

export interface CaseInputs<Of extends CaseColumns = CaseColumns> {
  /** The selected cases; default all. */
  readonly selection?: CaseSelection | undefined
  readonly length: number
  readonly columnOf: (name: string) => ColumnData
  /** By `readId`. */
  readonly features: ReadonlyMap<string, { readonly read: GroupRead; readonly columns: Of }>
}

/** The inputs of a range of selected cases. */
type Part = Parameters<ModelScorer['score']>[0]

/** Calls `visit` with block after block of the cases [from, to), which must all be selected. The inputs are valid until it returns. */
export function forEachCaseBlock(inputs: CaseInputs, { from, to }: RowRange, visit: (part: Part, from: number, to: number) => void): void {
  const { columnOf, features, selection } = inputs
  const offset = selection && to > from ? from - selection.places[from] : 0
  for (let at = from; at < to; at += CASES_PER_BLOCK) {
    const end = Math.min(at + CASES_PER_BLOCK, to)
    const [first, last] = [at - offset, end - offset]
    const parts = [...features].map(([id, { read, columns }]) => [id, { read, out: columns.range(first, last) }] as const)
    visit({ length: end - at, columnOf: name => sliceColumn(columnOf(name), first, last), features: new Map(parts) }, at, end)
  }
}

/** The cases that one model scores, and the array for its scores by case. */
export interface ModelRange extends RowRange {
  readonly into: Float64Array
  readonly scoring: ModelScorer
}

/** Writes the scores of several models, each of its own cases in `rows`; NaN where there is none. Reads the inputs once. */
export function scoreInto(models: readonly ModelRange[], inputs: CaseInputs, rows: RowRange): void {
  forEachCaseBlock(inputs, rows, (part, at, end) => {
    for (const { into, scoring, from, to } of models) {
      if (end <= from || at >= to) continue
      const { values, nulls } = scoring.score(part).score
      const last = Math.min(end, to)
      for (let row = Math.max(at, from); row < last; row++) into[row] = nulls?.[row - at] ? NaN : values[row - at]
    }
  })
}

export function caseVectors(scoring: ModelScorer, { columnOf, features, selection }: CaseInputs, cases: Uint32Array): BatchScores {
  const rows = selection ? cases.map(row => selection.places[row]) : cases
  return scoring.score({
    length: rows.length,
    columnOf: name => gatherColumn(columnOf(name), rows),
    features: new Map([...features].map(([id, { read, columns }]) => [id, { read, out: columns.select(rows) }])),
  })
}

/**
 * The number of leading selected cases to store: those up to the last training case, rounded so that the rest of `rows` consists of whole
 * blocks.
 */
export function storedHead({ cases, places }: CaseSelection, trainingRows: Uint32Array, { from }: RowRange): number {
  const last = trainingRows.at(-1)
  const leading = (last === undefined ? 0 : places[last] + 1) - places[from]
  return Math.min(cases.length, places[from] + Math.ceil(Math.max(0, leading) / CASES_PER_BLOCK) * CASES_PER_BLOCK)
}

/** Scoring that builds vectors without scores. */
export const vectorScoring = (definitions: ScoringDefinitions, model: ModelIR, strings: Strings): ModelScorer =>
  scoringOf(definitions, { ...model, score: { kind: 'none' } }, strings)

/** The compiled scoring of a model. `file` is the model's ONNX graph, where the definitions lack it. */
export function scoringOf({ ir, scores }: ScoringDefinitions, model: ModelIR, strings: Strings, file?: OnnxFile): ModelScorer {
  const models = file ? new Map([...scores, [model.name, file]]) : scores
  return new ModelScorer({ ir, scores: models }, model, triggerColumns(ir, model), strings)
}
