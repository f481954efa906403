/**
 * Computes the features of one key as of one time from a log that another process may be writing: no lock, and no state of other keys.
 *
 * The visible events are those with an arrival up to that time, read through the placement as a decision at that time would (semantics,
 * decisions and placements). Costs one pass over the log up to that time, and memory for the events of the key and for texts. A source with
 * `identity` keeps all of its events, since an event of any key may supersede one of this key.
 */
import { definitionOf, SpillwayError } from '../../base/index.ts'
import { type Block, type ColumnData, concatBlocks, countUpTo, emptyBlock, gatherBlock, sliceBlock, Strings } from '../../columns/index.ts'
import { featureValues, type FeatureValue, columnsRead } from '../../decision/index.ts'
import type { GroupIR, PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { rejectIncomplete, Kernel, placeReads } from '../../kernel/index.ts'
import { batchRunsIn, lastSwapBy } from '../../batch/index.ts'
import { logStartOf, Log, eventsBeforeSegment, type NamedValues, type SegmentLog } from '../../log/index.ts'
import { keyReader } from '../groups/feature-reader.ts'

/** The features, and what they were computed from. */
export interface FeaturesAt {
  readonly group: string
  /** Key by column, as requested. */
  readonly key: Readonly<Record<string, string>>
  /** The requested time, UTC ms. */
  readonly t: number
  /** The as-of time of the values under the placement, UTC ms; NULL before the first run of a schedule. */
  readonly asOf: number | null
  /** Number of visible events of the source. */
  readonly visibleEvents: number
  /** Number of events of this key up to `t`. If 0, the values are those of an unseen key. */
  readonly ofKey: number
  readonly features: Readonly<Record<string, FeatureValue>>
}

export interface FeaturesAtQuery {
  readonly group: GroupIR
  /** A text for each key column. */
  readonly key: readonly string[]
  /** UTC ms. */
  readonly t: number
  /** Receives the share of the log that was read, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/**
 * Throws `SPILL_KEY` for a key of the wrong type, `SPILL_DATA` if the log is damaged, `SPILL_SCHEMA` as a run does, and
 * `SPILL_CLOCK_EVICTED` for a time that the log has forgotten.
 */
export function featuresFromLog(
  ir: PipelineIR,
  store: SegmentLog & NamedValues,
  { group: requested, key, t, onProgress }: FeaturesAtQuery,
): FeaturesAt {
  const group = asBatchRuns(requested, store, t)
  const forgotten = logStartOf(store).arrival
  if (t <= forgotten)
    throw new SpillwayError(
      'SPILL_CLOCK_EVICTED',
      `the log has forgotten what arrived up to ${new Date(forgotten).toISOString()}; ask at a later time`,
    )
  const source = definitionOf(ir.sources, group.source)
  const strings = new Strings()
  const keyValues = group.key.map((name, i) => keyReader(definitionOf(source.columns, name), text => strings.idOf(text))(key[i]))
  const { block, forgottenEvents, visible, ofKey } = ownEvents(ir, store, { group, source, strings, keyValues, t, onProgress })
  const placed = placeReads(group.place, source, block, triggers(visibleRows(group, block, t), t))
  const kernel = new Kernel(group, source, { strings, watermark: placed.watermark })
  const out = kernel.applyAndRead(sliceBlock(placed.block, 0, placed.upto[0]), {
    length: 1,
    keys: keyValues.map((value, i) => columnOf(source, group.key[i], value)),
    upto: placed.upto,
    asOf: placed.asOf,
  })
  if (forgotten > -Infinity) rejectIncomplete(group.features, out, placed.asOf, forgotten)
  return {
    group: group.name,
    key: Object.fromEntries(group.key.map((name, i) => [name, key[i]])),
    t,
    asOf: Number.isFinite(placed.asOf[0]) ? placed.asOf[0] : null,
    visibleEvents: forgottenEvents + (source.identity ? placed.upto[0] : visible),
    ofKey,
    features: featureValues(group.features, out, 0, strings),
  }
}

/**
 * For a group with batch runs in the ledger, the placement of the run in use at `t`: what had arrived by its time. Without runs, as if a
 * job ran on time.
 */
function asBatchRuns(group: GroupIR, store: SegmentLog & NamedValues, t: number): GroupIR {
  if (group.place.kind !== 'batch') return group
  const run = lastSwapBy(batchRunsIn(store), group.name, t)
  return run ? { ...group, place: { kind: 'lag', by: t - run.s } } : group
}

interface KeyEventsQuery extends Pick<FeaturesAtQuery, 'onProgress'> {
  readonly group: GroupIR
  readonly source: SourceIR
  readonly strings: Strings
  /** Physical values of the key. */
  readonly keyValues: readonly number[]
  readonly t: number
}

interface KeyEvents {
  readonly block: Block
  /** Number of forgotten events of the source. */
  readonly forgottenEvents: number
  readonly visible: number
  readonly ofKey: number
}

/** The events of the key with their original source positions, and the number of visible events of the source at `t`. */
function ownEvents(ir: PipelineIR, store: SegmentLog & NamedValues, query: KeyEventsQuery): KeyEvents {
  const { group, source, strings, keyValues, t, onProgress } = query
  const log = new Log(store, { sources: ir.sources, stringsOf: () => strings })
  const needed = columnsRead(ir).get(source.name)!
  const isWanted = (of: string, column: string) => of === source.name && needed.has(column)
  const blocks: Block[] = []
  let [visible, ofKey] = [0, 0]
  let forgottenEvents: number | undefined
  for (const segment of log.segments(0, log.end, { columnFilter: isWanted })) {
    onProgress?.(segment.first / log.end)
    forgottenEvents ??= eventsBeforeSegment(segment, source.name)
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    if (!block) continue
    const rows = visibleRows(group, block, t)
    if (rows === 0) break
    visible += placeReads(group.place, source, block, triggers(rows, t)).upto[0]
    const keyRows = rowsOfKey(group, block, keyValues, rows)
    ofKey += keyRows.filter(row => block.arrival[row] <= t).length
    if (source.identity) blocks.push(sliceBlock(block, 0, rows))
    else if (keyRows.length > 0) blocks.push(gatherBlock(block, keyRows))
  }
  return {
    block: blocks.length > 0 ? concatBlocks(blocks) : emptyBlock(source, needed),
    forgottenEvents: forgottenEvents ?? 0,
    visible,
    ofKey,
  }
}

const triggers = (rows: number, t: number) => ({ prefix: Int32Array.of(rows), time: Float64Array.of(t), own: false })

/** Number of visible events of a block at `t`, from the first; all of them under `corrected`. */
function visibleRows({ place }: GroupIR, { length, arrival }: Block, t: number): number {
  return place.kind === 'corrected' ? length : countUpTo(arrival, Float64Array.of(t))[0]
}

/** Rows of the key among the first `rows`. */
function rowsOfKey({ key }: GroupIR, block: Block, keyValues: readonly number[], rows: number): Uint32Array {
  const columns = key.map(name => block.columns[name])
  const keyRows: number[] = []
  for (let row = 0; row < rows; row++)
    if (columns.every(({ values, nulls }, i) => nulls?.[row] !== 1 && values[row] === keyValues[i])) keyRows.push(row)
  return Uint32Array.from(keyRows)
}

const columnOf = ({ columns }: SourceIR, name: string, value: number): ColumnData => ({
  values: definitionOf(columns, name).type === 'string' ? Int32Array.of(value) : Float64Array.of(value),
})
