/** The training set of the decisions that a data folder has recorded, with their labels. A run may hold the folder and delete decisions. */
import { SpillwayError } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import type { DecisionLog, NamedValues, SegmentLog } from '../log/index.ts'
import { type DecisionsOrigin, type Labelling, setOfDecisions, type TrainingOrigin, type TrainingSet } from '../replay/index.ts'
import { logExtent, type RecordedBatch, recordedBatches, recordedLabels } from '../run/history/index.ts'
import type { FolderLog } from './folder-log.ts'

/** A training set of decisions, and what its manifest says of them. */
export interface DecisionSet {
  readonly set: TrainingSet
  readonly cut: TrainingOrigin['cut']
  readonly labelling: Labelling | undefined
  /** Complete once the set is written. */
  readonly origin: () => DecisionsOrigin
  /** `BuiltTrainingSet.otherInputs`; complete once the set is written. */
  readonly otherInputs: () => number
}

/** A request for the decisions of one model; `strings` receives their texts. */
export interface RecordedSetRequest {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly strings: Strings
  /** The data folder, for messages. */
  readonly data: string
  /** Labels of the decisions, as known at a time, UTC ms; by default at the end of the history. */
  readonly labels: { readonly at: number | undefined; readonly isSettled: boolean } | undefined
}

/** The part of a folder's log that is read. */
export type DecisionSource = SegmentLog & NamedValues & Pick<DecisionLog, 'decisionsFrom'> & Pick<FolderLog, 'models'>

/**
 * The recorded decisions of a model. With labels they are read twice: first to label them, then as the set is written.
 *
 * @throws `SPILL_HISTORY` for a model without recorded decisions; as the set is written, `SPILL_BUSY` if a run has deleted decisions since
 * they were labelled (`run --keep`).
 */
export function recordedSet(log: DecisionSource, { ir, model, strings, data, labels }: RecordedSetRequest): DecisionSet {
  const total = log.models().find(each => each.model === model.name)?.decisions ?? 0
  if (total === 0) throw new SpillwayError('SPILL_HISTORY', `no decision of model '${model.name}' is recorded`, { place: data })
  const decidedBy = new Map<string, number>()
  let others = 0
  const batches = recordedBatches(ir, model, log.decisionsFrom(model.name, 0), strings, {
    total,
    onBatch({ fingerprint, decisions, fits }) {
      if (fits) decidedBy.set(fingerprint, (decidedBy.get(fingerprint) ?? 0) + decisions)
      else others += decisions
    },
  })
  const origin = (): DecisionsOrigin => {
    const by = [...decidedBy].map(([fingerprint, decisions]) => ({ fingerprint, decisions }))
    return { kind: 'decisions', model: model.name, decidedBy: by }
  }
  const labelPass = () => recordedBatches(ir, model, log.decisionsFrom(model.name, 0), strings, { total })
  const labelled = labels && recordedLabels(ir, model, log, labelPass(), strings, labels.at)
  const labelling = labelled && { labels: labelled.labels, at: labelled.at, label: model.label!, isSettled: labels.isSettled }
  const decisions = labelled ? requireEntries(batches, labelled.entries, data) : batches
  return { set: setOfDecisions(ir, model, decisions, strings), cut: logExtent(ir, log), labelling, origin, otherInputs: () => others }
}

/**
 * Passes batches on whose first decisions are at `entries` of the log, in order: labels belong to decisions by their index. Throws
 * `SPILL_BUSY` for other decisions, and for fewer.
 */
function* requireEntries(batches: Iterable<RecordedBatch>, entries: Float64Array, place: string): Generator<RecordedBatch> {
  let checked = 0
  for (const batch of batches) {
    for (let row = 0; row < batch.length && checked < entries.length; row++)
      if (batch.entry[row] !== entries[checked++]) throw deletedDecisions(place)
    yield batch
  }
  if (checked < entries.length) throw deletedDecisions(place)
}

const deletedDecisions = (place: string): SpillwayError =>
  new SpillwayError(
    'SPILL_BUSY',
    'is in use by a run that deleted decisions while they were read (run --keep); make the training set again',
    {
      place,
    },
  )
