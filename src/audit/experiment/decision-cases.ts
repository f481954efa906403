/** The decisions of a history that all plans share: labels as known at its end, keys, blocks and clusters. */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { ColumnData } from '../../columns/index.ts'
import type { LabelIR, ModelIR } from '../../define/ir/index.ts'
import { deliverColumn, groupReads, type ModelScorer } from '../../decision/index.ts'
import { labelledColumn, triggerColumns, triggerKey } from '../../define/model/index.ts'
import { isListColumn, type VectorColumn } from '../../model/index.ts'
import { label, type LabelOptions, labelHorizon, type ReplayLog, unmatchedLabel } from '../../replay/index.ts'
import type { Cases, ClusterColumn } from '../domain/cases.ts'
import { historyBlocks } from './history-blocks.ts'
import { forEachCaseBlock, type CaseInputs } from './timeline/case-inputs.ts'
import { explorationOf } from './replay/exploration-weights.ts'
import { decisionTimes, type DecidingModel, type DecisionRows } from './timeline/timeline.ts'

/**
 * The cases of a model. The most recent decisions, of which only some labels (mostly true ones) are settled, have no labels.
 *
 * @throws `SPILL_INPUT` for a model without a label, `SPILL_HISTORY` for a label whose source was not loaded or concerns no
 *   decision, and a history too short
 */
export function buildDecisionCases(
  decides: DecidingModel,
  log: ReplayLog,
  rows: DecisionRows,
  column: (name: string) => Float64Array,
  { isCensored, chanceOf }: OutcomeRecord = {},
): Cases {
  const { ir, model } = decides
  const { value, known: isLabelled, outcome, eligible, censored, counts } = label({ ir }, model, log, isCensored ? { isCensored } : {})
  if (counts.positive === 0 && counts.late > 0) throw lateLabelsError(model, counts.late)
  const unmatched = unmatchedLabel(ir, model, log, [rows.columnOf(labelledColumn(ir, model).name)])
  if (unmatched !== undefined) throw new SpillwayError('SPILL_HISTORY', `cannot judge this history: ${unmatched}`)
  const horizon = labelHorizon(model.label!)
  const t = decisionTimes(rows)
  const blocks = historyBlocks(t, horizon, log.until)
  for (let row = blocks.report.to; row < t.length; row++) {
    value[row] = isLabelled[row] = 0
    outcome[row] = NaN
  }
  const { of: key } = numberValues(rows.columnOf(triggerKey(ir, model).name), rows.length)
  return {
    length: rows.length,
    t,
    key,
    label: value,
    isLabelled,
    eligible,
    outcome,
    ...outcomeGroupOf(decides, rows),
    column,
    clusters: entityClusters(decides, rows),
    censored: counts.unknown > 0 ? (counts.censored ?? 0) / counts.unknown : 0,
    lateLabels: counts.late,
    ...(chanceOf &&
      explorationOf({ t, label: value, isLabelled, outcome, hidden: censored, chance: chancesOf(rows, chanceOf), rows: blocks.test })),
    blocks,
  }
}

/** The options of a label that say how long it waits for outcomes. */
const waitOptions = { from: 'negativeAfter', happens: 'within or lateness', begins: 'within' } as const

const lateLabelsError = ({ name, label: labelIR }: ModelIR, late: number): SpillwayError =>
  new SpillwayError(
    'SPILL_HISTORY',
    `cannot judge this history: no decision of model '${name}' has a true label, and ${late} outcomes arrived after their label had settled as false; raise ${waitOptions[labelIR!.kind]} of its label`,
  )

/** A run's record of which outcomes were observable. */
export interface OutcomeRecord {
  /** The decisions whose label an action censored. */
  readonly isCensored?: LabelOptions['isCensored'] | undefined
  /** The exploration probability by the event's `sourcePosition`; `undefined` where the decision met no action's condition. */
  readonly chanceOf?: ((sourcePosition: number) => number | undefined) | undefined
}

/** The exploration probability by row; 0 without one. */
const chancesOf = (
  { length, points: { sourcePosition } }: DecisionRows,
  chanceOf: (sourcePosition: number) => number | undefined,
): Float64Array => Float64Array.from({ length }, (_, row) => (sourcePosition && chanceOf(sourcePosition[row])) ?? 0)

/** Columns of all cases by the name of an input or of a trigger field, each computed once. */
export function caseColumns(
  { ir, model }: DecidingModel,
  { length, columnOf }: DecisionRows,
  inputsOf: () => CaseInputs,
  scoring: ModelScorer,
): Cases['column'] {
  const cache = new Map<string, Float64Array>()
  const fields = triggerColumns(ir, model)
  const compute = (name: string): Float64Array => {
    const input = model.inputs.findIndex(candidate => candidate.name === name)
    if (input >= 0) return inputColumn(scoring, inputsOf(), input, name)
    const field = fields.find(candidate => candidate.name === name)
    const names = [...model.inputs.map(candidate => candidate.name), ...fields.map(candidate => candidate.name)]
    if (!field)
      throw new SpillwayError(
        'SPILL_NOT_FOUND',
        `model '${model.name}' has no input '${name}', and its trigger no such field${didYouMean(name, names)}`,
      )
    const column = new Float64Array(length)
    copyValues(deliverColumn(columnOf(name), field), length, column, 0)
    return column
  }
  return name => {
    const column = cache.get(name) ?? compute(name)
    cache.set(name, column)
    return column
  }
}

function inputColumn(scoring: ModelScorer, inputs: CaseInputs, input: number, name: string): Float64Array {
  const column = new Float64Array(inputs.length)
  forEachCaseBlock(inputs, { from: 0, to: inputs.length }, (part, from, to) =>
    copyValues(singleColumn(scoring.score(part).vector[input], name), to - from, column, from),
  )
  return column
}

function singleColumn(column: VectorColumn, name: string): ColumnData {
  if (isListColumn(column)) throw new SpillwayError('SPILL_INPUT', `input '${name}' is a list, not one number per decision`)
  return column
}

/** Copies values, NULL as NaN. */
function copyValues({ values, nulls }: ColumnData, length: number, into: Float64Array, at: number): void {
  for (let row = 0; row < length; row++) into[at + row] = nulls?.[row] ? NaN : values[row]
}

/** The groups of decisions that share one outcome, if the label has `per`. */
function outcomeGroupOf({ model: { label } }: DecidingModel, { columnOf, length }: DecisionRows): Pick<Cases, 'outcomeGroup'> {
  if (label?.kind !== 'happens' || label.per === undefined) return {}
  const column = columnOf(label.per)
  return { outcomeGroup: numberValues(column, length).of.map((group, row) => (column.nulls?.[row] ? -1 : group)) }
}

/**
 * The entity clusters: each column of the trigger that supplies a feature group's key, or a part of the key. For a model that reads no
 * feature group the key of its trigger. Also the column by which decisions share an outcome.
 */
function entityClusters({ ir, model }: DecidingModel, { columnOf, length }: DecisionRows): ClusterColumn[] {
  const names = new Set(groupReads(ir, model).flatMap(({ key }) => key))
  const key = triggerKey(ir, model).name
  if (names.size === 0) names.add(key)
  const shared = sharedOutcomeColumn(model.label!, key)
  if (shared !== undefined) names.add(shared)
  return [...names].map(name => ({ name, ...numberValues(columnOf(name), length) }))
}

/** The column by which decisions share an outcome: `per` of the label, or the trigger's key. Undefined where each has its own. */
function sharedOutcomeColumn(label: LabelIR, key: string): string | undefined {
  if (label.kind === 'from') return undefined
  return label.kind === 'happens' ? (label.per ?? key) : key
}

/** The values of a column as codes 0, 1, 2 … in order of first occurrence. NULL is a value. */
export function numberValues({ values, nulls }: ColumnData, length: number): { readonly of: Int32Array; readonly count: number } {
  if (values instanceof Int32Array && !nulls) return numberIds(values, length)
  const numbers = new Map<number, number>()
  const codes = new Int32Array(length)
  for (let row = 0; row < length; row++) {
    const value = nulls?.[row] ? NaN : values[row]
    let number = numbers.get(value)
    if (number === undefined) numbers.set(value, (number = numbers.size))
    codes[row] = number
  }
  return { of: codes, count: numbers.size }
}

/** The same for string ids, which are small integers, so a table replaces the map. */
function numberIds(ids: Int32Array, length: number): ReturnType<typeof numberValues> {
  let most = -1
  for (let row = 0; row < length; row++) if (ids[row] > most) most = ids[row]
  const [numbers, codes] = [new Int32Array(most + 1).fill(-1), new Int32Array(length)]
  let count = 0
  for (let row = 0; row < length; row++) {
    const id = ids[row]
    if (numbers[id] < 0) numbers[id] = count++
    codes[row] = numbers[id]
  }
  return { of: codes, count }
}
