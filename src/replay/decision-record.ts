import { sourceOffset, sourcePartition } from '../columns/index.ts'
import type { ModelIR, PipelineIR, Value } from '../define/ir/index.ts'
import { triggerId, triggerKey } from '../define/model/index.ts'
import { vectorRowReader, type VectorRow } from '../model/index.ts'
import type { DecisionBatch } from './decide.ts'
import type { ReplayLog } from './log.ts'
import { deliveredCell, readId } from '../decision/index.ts'

/** The part of one group's source that a decision saw. */
export interface ReadRecord {
  /** Number of visible events of the group's source: the first ones by arrival (by time, if the group is `corrected`). */
  readonly visibleEvents: number
  /** The as-of time of the group, UTC ms; NULL before the first run of a schedule. */
  readonly asOf: number | null
}

/**
 * One complete decision: with the log it suffices to compute the decision again (semantics, decisions and placements). All times,
 * those of the vector included, are UTC milliseconds.
 */
export interface DecisionRecord {
  readonly model: string
  readonly t: number
  /** The key of the triggering event, of the tick, or of the request. */
  readonly key: Value
  /** Id of the triggering event. */
  readonly id?: Value
  /** The position of the triggering event in its source; absent for a tick or a request. */
  readonly position?: { readonly partition: number; readonly offset: number }
  /** As the model saw it, nested like its inputs. */
  readonly vector: VectorRow
  readonly score: number | null
  /** Why no decision of the model has a score. */
  readonly unscored?: string
  /** Why the decision could not be made. */
  readonly rejected?: string
  /** By `group(key columns)`. */
  readonly read: Readonly<Record<string, ReadRecord>>
}

/** The reason for a trained model without its own score, before its first version. */
export const NO_VERSION = 'no version yet'

/** Builds the record of one row of a batch. */
export type DecisionRecorder = (batch: DecisionBatch, row: number) => DecisionRecord

/** Converts decisions of one model to objects, a new object at each call; for people and NDJSON. Costs a few microseconds each. */
export function decisionRecords(ir: PipelineIR, model: ModelIR, { strings }: Pick<ReplayLog, 'strings'>): DecisionRecorder {
  const vectorOf = vectorRowReader(model.inputs, strings)
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  return (batch, row) => {
    const rejected = batch.rejected.get(row)
    return {
      model: model.name,
      t: batch.t[row],
      key: deliveredCell(batch.key, row, key, strings),
      ...(id && batch.id && { id: deliveredCell(batch.id, row, id, strings) }),
      ...(batch.sourcePosition && { position: eventPositionOf(batch.sourcePosition[row]) }),
      vector: vectorOf(batch.vector, row),
      score: batch.score.nulls?.[row] === 1 ? null : batch.score.values[row],
      ...(model.score.kind === 'none' && { unscored: NO_VERSION }),
      ...(rejected !== undefined && { rejected }),
      read: readsOf(batch, row),
    }
  }
}

/** The partition and offset of a `sourcePosition`. */
export const eventPositionOf = (sourcePosition: number): NonNullable<DecisionRecord['position']> => ({
  partition: sourcePartition(sourcePosition),
  offset: sourceOffset(sourcePosition),
})

function readsOf({ reads }: DecisionBatch, row: number): Record<string, ReadRecord> {
  const records: Record<string, ReadRecord> = {}
  for (const { read, visibleEvents, asOf } of reads)
    records[readId({ group: read.group.name, key: read.key })] = {
      visibleEvents: visibleEvents[row],
      asOf: Number.isFinite(asOf[row]) ? asOf[row] : null,
    }
  return records
}
