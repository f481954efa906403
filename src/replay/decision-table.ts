/**
 * Converts decisions of one model to a flat table for Parquet. It has a typed column per input (`vector.card.n10m`), lists where
 * features are lists, and two columns per group read (`read.card(card).known`, `.clock`).
 */
import { sourceOffset, sourcePartition, type ColumnData } from '../columns/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { triggerId, triggerKey } from '../define/model/index.ts'
import type { OutputColumn, OutputValues } from '../files/index.ts'
import type { DecisionBatch } from './decide.ts'
import { deliverColumn, groupReads, isListInput, readId, rejectedColumn } from '../decision/index.ts'
import type { ReadPositions } from './feature-feed.ts'
import type { ReplayLog } from './log.ts'

/** The columns of the table. */
export function decisionColumns(ir: PipelineIR, model: ModelIR): OutputColumn[] {
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  return [
    { name: 'model', type: 'string' },
    { name: 't', type: 'timestamp' },
    { name: 'key', type: key.type },
    ...(id ? [{ name: 'id', type: id.type }] : []),
    ...(model.decide.kind === 'on' ? placeColumns : []),
    ...model.inputs.map(({ name, expr }) => ({ name: `vector.${name}`, type: expr.type, list: isListInput(ir, expr) })),
    { name: 'score', type: 'double' },
    { name: 'rejected', type: 'string' },
    ...groupReads(ir, model).flatMap(({ group, key: columns }): OutputColumn[] => {
      const name = `read.${readId({ group: group.name, key: columns })}`
      return [
        { name: `${name}.known`, type: 'int' },
        { name: `${name}.clock`, type: 'timestamp' },
      ]
    }),
  ]
}

/** The position of a triggering event; ticks and requests have none. */
const placeColumns: readonly OutputColumn[] = [
  { name: 'partition', type: 'int' },
  { name: 'offset', type: 'int' },
]

/** The values of those columns, valid until the next batch. */
export function decisionValues(ir: PipelineIR, batch: DecisionBatch, { strings }: Pick<ReplayLog, 'strings'>): OutputValues[] {
  const { model, length, sourcePosition } = batch
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  return [
    { values: new Int32Array(length).fill(strings.idOf(model.name)) },
    { values: batch.t },
    deliverColumn(batch.key, key),
    ...(id && batch.id ? [deliverColumn(batch.id, id)] : []),
    ...(sourcePosition ? [{ values: sourcePosition.map(sourcePartition) }, { values: sourcePosition.map(sourceOffset) }] : []),
    ...batch.vector,
    batch.score,
    rejectedColumn(batch, strings),
    ...batch.reads.flatMap(read => readColumns(read, length)),
  ]
}

function readColumns(read: ReadPositions, length: number): [known: ColumnData, clock: ColumnData] {
  const clock = new Float64Array(length)
  const nulls = new Uint8Array(length)
  for (let row = 0; row < length; row++) {
    if (Number.isFinite(read.clock[row])) clock[row] = read.clock[row]!
    else nulls[row] = 1
  }
  return [{ values: Float64Array.from(read.known) }, { values: clock, nulls }]
}
