/** Labels of recorded decisions. The sequence number of a decision says which events of the label's source its `P` contains. */
import { SpillwayError } from '../../base/index.ts'
import { type ColumnData, concatColumns, concatArrays, countUpTo, type Strings } from '../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { labelledColumn, triggerKey } from '../../define/model/index.ts'
import type { Segment, NamedValues, SegmentLog } from '../../log/index.ts'
import { labelsAt, type Labels, rowBatches } from '../../replay/index.ts'
import { censoringOf } from './censoring.ts'
import type { RecordedBatch } from './recorded-batches.ts'
import { logExtent, storedHistory } from './stored-history.ts'

/** Labels of decisions as known at `at`, UTC ms, with the entry of the log at which each decision was made. */
export interface RecordedLabels {
  readonly labels: Labels
  readonly at: number
  readonly entries: Float64Array
}

/**
 * Labels the decisions of `batches`, in recorded order, as known at `at`; default: the last arrival or decision, whichever is later. Texts
 * of the batches must be in `strings`. Labels that need forgotten events are unknown. Throws `SPILL_INPUT` for a model without a label, and
 * as `storedHistory` does. Memory: 20 bytes for each decision, and the events of the label's source.
 */
export function recordedLabels(
  ir: PipelineIR,
  model: ModelIR,
  store: SegmentLog & NamedValues,
  batches: Iterable<Pick<RecordedBatch, 'length' | 't' | 'entry' | 'key' | 'id' | 'score' | 'explored'>>,
  strings: Strings,
  at?: number,
): RecordedLabels {
  const { label } = model
  if (!label) throw new SpillwayError('SPILL_INPUT', `model '${model.name}' has no label; give it one, or leave --labels out`)
  const joinColumn = labelledColumn(ir, model).name
  const parts = { length: [] as number[], t: [] as Float64Array[], entry: [] as Float64Array[], key: [] as ColumnData[] }
  const censored = censoringOf(ir, model, store)
  const hidden = new Set<number>()
  let first = 0
  for (const { length, t, entry, key, id, score, explored } of batches) {
    for (const { row, isHidden } of censored?.({ length, entry, score, explored }) ?? []) if (isHidden) hidden.add(first + row)
    first += length
    parts.length.push(length)
    parts.t.push(t)
    parts.entry.push(entry)
    parts.key.push(label.kind === 'from' ? id! : key)
  }
  const t = concatDoubles(parts.t)
  const entry = concatDoubles(parts.entry)
  const key = parts.key.length > 0 ? concatColumns(parts.key, parts.length) : { values: new Float64Array(0) }
  // The trigger is irrelevant here: only the label's source is read.
  const labelModel: ModelIR = { ...model, decide: { kind: 'every', every: 1, live: 1, column: triggerKey(ir, model) }, inputs: [] }
  const sources = ir.sources.filter(({ name }) => name === label.source)
  const events: Float64Array[] = []
  const log = storedHistory(ir, { ...ir, sources, groups: [], models: [labelModel] }, store, strings, {
    allowForgotten: true,
    onSegment: segment => events.push(entriesOf(segment, label.source)),
  })
  const triggering = {
    points: { t, prefixes: () => countUpTo(concatDoubles(events), entry), source: undefined },
    batches: (size: number) => rowBatches(t.length, { [joinColumn]: key }, size),
  }
  const asOf = at ?? Math.max(t.at(-1) ?? -Infinity, ...logExtent(ir, store).map(({ lastArrival }) => lastArrival ?? -Infinity))
  return {
    labels: labelsAt({ ir }, model, triggering, log, { at: asOf, isCensored: decision => hidden.has(decision) }),
    at: asOf,
    entries: entry,
  }
}

/** One array after the other; there may be none. */
export const concatDoubles = (arrays: readonly Float64Array[]): Float64Array => concatArrays<Float64Array>([new Float64Array(0), ...arrays])

/** Sequence numbers of the events of a source in a segment. */
function entriesOf({ first, length, order, sources }: Segment, source: string): Float64Array {
  const index = sources.findIndex(rows => rows.source === source)
  if (index < 0) return new Float64Array(0)
  const entries = Float64Array.from({ length }, (_, entry) => first + entry)
  return order ? entries.filter((_, entry) => order[entry] === index) : entries
}
