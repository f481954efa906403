/** The decisions of a history that all alternatives share: labels as known at its end, keys, blocks and clusters. */
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Column } from '../../columns/block.ts'
import { delivered } from '../../decision/delivered.ts'
import type { Scoring } from '../../decision/scoring.ts'
import { triggerColumns, triggerKey } from '../../define/model/trigger-columns.ts'
import { isList, type VectorColumn } from '../../model/vector.ts'
import { label, type LabelOptions } from '../../replay/label.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { ReplayLog } from '../../replay/log.ts'
import type { Cases } from '../domain/cases.ts'
import { blocksOf } from './blocks.ts'
import { clustersOf, numbered } from './clusters.ts'
import { eachStretch, type Inputs } from './timeline/inputs.ts'
import { timesOf, type Rows } from './timeline/rows.ts'
import { undoneOf } from './replay/exploration.ts'
import type { Decides } from './timeline/world.ts'

/**
 * The cases of a model. The most recent decisions, of which only some labels (mostly true ones) are settled, have no labels.
 *
 * @throws `SPILL_INPUT` for a model without a label, a label whose source was not loaded, or a history too short for its blocks
 */
export function casesOf(
  decides: Decides,
  log: ReplayLog,
  rows: Rows,
  column: (name: string) => Float64Array,
  { isCensored, chanceOf }: Seen = {},
): Cases {
  const { ir, model } = decides
  const { value, known, outcome, eligible, censored, counts } = label({ ir }, model, log, isCensored ? { isCensored } : {})
  const horizon = horizonOf(model.label!)
  const t = timesOf(rows)
  const blocks = blocksOf(t, horizon, log.until)
  for (let row = blocks.report.to; row < t.length; row++) {
    value[row] = known[row] = 0
    outcome[row] = NaN
  }
  const { of: key } = numbered(rows.columnOf(triggerKey(ir, model).name), rows.length)
  return {
    length: rows.length,
    t,
    key,
    label: value,
    known,
    eligible,
    outcome,
    column,
    clusters: clustersOf(decides, rows),
    censored: counts.unknown > 0 ? (counts.censored ?? 0) / counts.unknown : 0,
    ...(chanceOf && undoneOf({ t, label: value, known, outcome, hidden: censored, chance: chancesOf(rows, chanceOf), rows: blocks.test })),
    blocks,
  }
}

/** A run's record of which outcomes were observable. */
export interface Seen {
  /** The decisions whose label an action censored. */
  readonly isCensored?: LabelOptions['isCensored'] | undefined
  /** The exploration probability by the event's log position; `undefined` where the decision met no action's condition. */
  readonly chanceOf?: ((position: number) => number | undefined) | undefined
}

/** The exploration probability by row; 0 without one. */
const chancesOf = ({ length, moments: { position } }: Rows, chanceOf: (position: number) => number | undefined): Float64Array =>
  Float64Array.from({ length }, (_, row) => (position && chanceOf(position[row])) ?? 0)

/** Columns of all cases by the name of an input or of a trigger field, each computed once. */
export function columnsBy({ ir, model }: Decides, { length, columnOf }: Rows, inputsOf: () => Inputs, scoring: Scoring): Cases['column'] {
  const cache = new Map<string, Float64Array>()
  const fields = triggerColumns(ir, model)
  const compute = (name: string): Float64Array => {
    const input = model.inputs.findIndex(candidate => candidate.name === name)
    if (input >= 0) return inputColumn(scoring, inputsOf(), input, name)
    const field = fields.find(candidate => candidate.name === name)
    const names = [...model.inputs.map(candidate => candidate.name), ...fields.map(candidate => candidate.name)]
    if (!field)
      throw new SpillwayError(
        'SPILL_INPUT',
        `model '${model.name}' has no input '${name}', and its trigger no such field${didYouMean(name, names)}`,
      )
    const column = new Float64Array(length)
    copyValues(delivered(columnOf(name), field), length, column, 0)
    return column
  }
  return name => {
    const column = cache.get(name) ?? compute(name)
    cache.set(name, column)
    return column
  }
}

function inputColumn(scoring: Scoring, inputs: Inputs, input: number, name: string): Float64Array {
  const column = new Float64Array(inputs.length)
  eachStretch(inputs, { from: 0, to: inputs.length }, (part, from, to) =>
    copyValues(singleColumn(scoring.score(part).vector[input], name), to - from, column, from),
  )
  return column
}

function singleColumn(column: VectorColumn, name: string): Column {
  if (isList(column)) throw new SpillwayError('SPILL_INPUT', `input '${name}' is a list, not one number per decision`)
  return column
}

/** Copies values, NULL as NaN. */
function copyValues({ values, nulls }: Column, length: number, into: Float64Array, at: number): void {
  for (let row = 0; row < length; row++) into[at + row] = nulls?.[row] ? NaN : values[row]
}
