/**
 * Builds training sets in columns, batch by batch: features of keys as of each row's time (a point-in-time join).
 *
 * Requested rows of keys and times are in order of time; each is read like a request after every event that had arrived by its time.
 * Rows of decisions have the vectors of those decisions. Each row has the age of every group read. Labels are joined separately
 * (`labelled-set.ts`).
 */
import { type ColumnData, sliceColumn, type Strings } from '../columns/index.ts'
import { deliverColumn, groupReads, isListInput, readId, rejectedColumn } from '../decision/index.ts'
import type { ModelIR, PipelineIR, TypeIR } from '../define/ir/index.ts'
import { triggerId, triggerKey } from '../define/model/index.ts'
import type { OutputColumn, OutputValues } from '../files/index.ts'
import { asRequests, type EntityRows } from './entity-rows.ts'
import { decide, type DecisionBatch } from './decide.ts'
import { positionColumns, positionValues, readValues } from './decision-output.ts'
import type { ReplayLog } from './log.ts'
import type { Question } from './question.ts'

/** A column of a training set. Values are as a model sees them: a decimal is a double, divided by 10^scale. */
export interface TrainingColumn extends OutputColumn {
  readonly scale?: number
}

/** A batch of rows. */
export interface TrainingBatch {
  readonly length: number
  /** In the order of the set's columns; valid until the next batch. */
  readonly columns: readonly OutputValues[]
  /** The share of the set that is done after this batch, 0 to 1. */
  readonly done: number
}

/** A training set: its columns, and batches of rows. */
export interface TrainingSet {
  readonly columns: readonly TrainingColumn[]
  /** The texts of the ids in columns. */
  readonly strings: Strings
  /** Can be iterated once. */
  readonly batches: Iterable<TrainingBatch>
}

/**
 * The training set of requested rows, which must be in order of time. Memory: a replay of the log, 20 bytes per row and group read,
 * and one batch of values.
 *
 * @throws SpillwayError as `decide`.
 * @example
 * ```ts
 * const { columns, batches } = setOfRows(groupsQuestion(pipeline.ir, ['card']), rows, log)
 * for (const batch of batches) console.log(batch.length, columns.length)
 * ```
 */
export function setOfRows(question: Question, rows: EntityRows, log: ReplayLog, batchSize?: number): TrainingSet {
  const { ir, model, keys, inputs } = question
  const reads = groupReads(ir, model).map(idOf)
  return {
    columns: [
      { name: 'row', type: 'int' },
      { name: 't', type: 'timestamp' },
      ...keys.map(key => typed(`key.${key.name}`, key)),
      ...inputColumns(ir, inputs),
      rejected,
      ...reads.flatMap(read => [...readColumns(read), { name: `read.${read}.newest`, type: 'duration' as const }]),
    ],
    strings: log.strings,
    batches: batchesOfRows(question, rows, log, batchSize),
  }
}

function* batchesOfRows(
  { ir, model, keys, inputs }: Question,
  rows: EntityRows,
  log: ReplayLog,
  batchSize?: number,
): Generator<TrainingBatch> {
  const logWithRequests: ReplayLog = { ...log, requests: new Map([[model.name, asRequests(rows, log)]]) }
  for (const batch of decide({ ir, scores: new Map() }, model, logWithRequests, batchSize)) {
    const { length, first, t, vector, done } = batch
    yield {
      length,
      columns: [
        { values: rows.row.subarray(first, first + length) },
        { values: t },
        ...keys.map(key => deliverColumn(sliceColumn(rows.columns[key.name], first, first + length), key)),
        ...vector.slice(0, inputs.length),
        rejectedColumn(batch, log.strings),
        ...batch.reads.flatMap((read, i) => {
          const [visibleEvents, age] = readValues(read, ageAt(t))
          return [visibleEvents, age, sum(age, vector[inputs.length + i], length)]
        }),
      ],
      done,
    }
  }
}

/**
 * The training set of a model's decisions, from a replay or a log, without their scores.
 *
 * @example
 * ```ts
 * const set = setOfDecisions(pipeline.ir, model, decide(pipeline, model, log), log.strings)
 * ```
 */
export function setOfDecisions(ir: PipelineIR, model: ModelIR, batches: Iterable<DecisionBatch>, strings: Strings): TrainingSet {
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  return {
    columns: [
      { name: 't', type: 'timestamp' },
      typed(`key.${key.name}`, key),
      ...(id ? [typed('id', id)] : []),
      ...(model.decide.kind === 'on' ? positionColumns : []),
      ...inputColumns(ir, model.inputs),
      rejected,
      ...groupReads(ir, model).map(idOf).flatMap(readColumns),
    ],
    strings,
    batches: batchesOfDecisions(ir, model, batches, strings),
  }
}

function* batchesOfDecisions(ir: PipelineIR, model: ModelIR, batches: Iterable<DecisionBatch>, strings: Strings): Generator<TrainingBatch> {
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  for (const batch of batches) {
    const { length, t, sourcePosition, vector, reads, done } = batch
    yield {
      length,
      columns: [
        { values: t },
        deliverColumn(batch.key, key),
        ...(id && batch.id ? [deliverColumn(batch.id, id)] : []),
        ...positionValues(sourcePosition),
        ...vector,
        rejectedColumn(batch, strings),
        ...reads.flatMap(read => readValues(read, ageAt(t))),
      ],
      done,
    }
  }
}

const idOf = ({ group, key }: { readonly group: { readonly name: string }; readonly key: readonly string[] }): string =>
  readId({ group: group.name, key })

const inputColumns = (ir: PipelineIR, inputs: ModelIR['inputs']): TrainingColumn[] =>
  inputs.map(({ name, expr }) => ({ ...typed(`vector.${name}`, expr), ...(isListInput(ir, expr) && { list: true }) }))

const typed = (name: string, { type, scale }: TypeIR): TrainingColumn => ({ name, type, ...(scale !== undefined && { scale }) })

/** Why a value is missing although its window may hold one. */
const rejected: TrainingColumn = { name: 'rejected', type: 'string' }

/** For each group read: the number of visible events of its source, and the age of its as-of time at the row's time. */
const readColumns = (read: string): TrainingColumn[] => [
  { name: `read.${read}.visibleEvents`, type: 'int' },
  { name: `read.${read}.age`, type: 'duration' },
]

const ageAt =
  (t: Float64Array) =>
  (asOf: number, row: number): number =>
    t[row] - asOf

/** NULL where either is. */
function sum(left: ColumnData, right: ColumnData, length: number): ColumnData {
  const values = new Float64Array(length)
  const nulls = new Uint8Array(length)
  for (let row = 0; row < length; row++) {
    if (left.nulls?.[row] === 1 || right.nulls?.[row] === 1) nulls[row] = 1
    else values[row] = left.values[row] + right.values[row]
  }
  return { values, nulls }
}
