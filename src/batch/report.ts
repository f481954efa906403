/**
 * Makes a report from a log: the rows on which decisions about all live keys would be made at a time `s`, from all events that had arrived
 * by then.
 *
 * It reads the log as far back as a window or a live key reaches, and shares no state with the running process. Computed again from the
 * same log, a report has the same rows. A group placed batch is read from the stored result of its run; without that result it is computed
 * from the log, to the same values. The work is cut into steps of a segment or some thousand keys. Memory: windows, results, keys and rows.
 */
import { definitionOf, stopwatch, SpillwayError, limits } from '../base/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import { type ColumnData, Strings } from '../columns/index.ts'
import {
  columnsRead,
  type GroupRead,
  groupReads,
  readId,
  reportModel,
  type ReportModel,
  ReportRows,
  type ReportTable,
  ModelScorer,
  type ScoringDefinitions,
  TickKeys,
} from '../decision/index.ts'
import type { GroupIR, ReportIR, SourceIR } from '../define/ir/index.ts'
import type { OnnxFile } from '../define/model/index.ts'
import { Kernel, placementAt, rejectIncomplete } from '../kernel/index.ts'
import { logStartOf, Log, type NamedValues, type SavedStates, type SegmentLog } from '../log/index.ts'
import { hashReportRows, writeReportFile } from '../replay/index.ts'
import { championOf } from '../training/registry/index.ts'
import { arrivedBy } from './batch-input.ts'
import { readBatchValues, type BatchValues } from './batch-values.ts'
import { groupCode, windowReach } from './group-definition.ts'
import { batchRunsIn, readParts } from './ledger.ts'
import type { ReportResult, ReportJob } from './report-ledger.ts'

/**
 * Makes the rows, one step per iteration.
 * @throws `SPILL_CLOCK_EVICTED` if the log has forgotten live keys, `SPILL_DATA` if it is damaged, `SPILL_UNSUPPORTED` for a group placed
 * corrected.
 */
export function* reportTable(
  store: SegmentLog & NamedValues & SavedStates,
  job: ReportJob,
  scores: ScoringDefinitions['scores'],
): Generator<void, ReportTable> {
  const { ir, report, s } = job
  const { model, file } = scoredBy(store, job)
  const strings = new Strings()
  const keys = new TickKeys(ir, model, model.decide, strings)
  const feeds = groupReads(ir, model).map(read => openReportFeed(store, job, read, strings))
  yield* readLog(store, job, model, { strings, keys, feeds })
  const rows = new ReportRows(ir, report, strings)
  using scoring = new ModelScorer({ ir, scores: file ? new Map([...scores, [model.name, file]]) : scores }, model, [report.column], strings)
  const forgotten = logStartOf(store).arrival
  const live = keys.activeAt(s)
  rows.begin(s)
  for (let from = 0; from < live.length; from += limits.TICK_KEYS_AT_ONCE) {
    const chunk = live.subarray(from, from + limits.TICK_KEYS_AT_ONCE)
    const { length } = chunk
    const key: ColumnData = { values: report.column.type === 'string' ? Int32Array.from(chunk) : chunk.slice() }
    const asOf = feeds.map(feed => new Float64Array(length).fill(feed.asOf))
    const features = new Map(
      feeds.map((feed, i) => {
        const { group, key: by } = feed.read
        const out = feed.values(
          by.map(() => key),
          asOf[i],
        )
        if (feed.kernel && forgotten > -Infinity) rejectIncomplete(group.features, out, asOf[i], forgotten)
        return [readId({ group: group.name, key: by }), { read: feed.read, out }]
      }),
    )
    rows.add({ ...scoring.score({ length, columnOf: () => key, features }), length, key, asOf }, 0, length)
    yield
  }
  return rows.finish()
}

/** The model with the score of the version in use, and its ONNX file if it is a graph. */
function scoredBy(store: NamedValues, { ir, report, version }: ReportJob): { readonly model: ReportModel; readonly file?: OnnxFile } {
  const model = reportModel(ir, report)
  if (version === undefined) return { model }
  const definition = definitionOf(ir.models, model.name)
  const champion = championOf(store, ir, definition, version)
  if (typeof champion !== 'string') return { model: { ...model, score: champion.score }, ...(champion.file && { file: champion.file }) }
  throw new SpillwayError(
    'SPILL_INPUT',
    `report '${report.name}' was scored by version ${version} of model '${model.name}', and ${champion}`,
  )
}

interface ReportReaders {
  readonly strings: Strings
  readonly keys: TickKeys
  readonly feeds: readonly ReportFeed[]
}

/** Applies the log up to the cut to all feeds and to the live keys. */
function* readLog(
  store: SegmentLog & NamedValues,
  { ir, report, s, cut }: ReportJob,
  model: ReportModel,
  { strings, keys, feeds }: ReportReaders,
): Generator<void> {
  checkReach(store, report, s)
  const log = new Log(store, { sources: ir.sources, stringsOf: () => strings })
  // Of a group with a stored result only the keys are read: they may be live.
  const groups = feeds.map(({ read: { group }, kernel }) => (kernel ? group : { ...group, features: [] }))
  const needed = columnsRead({ sources: ir.sources, groups, models: [model] })
  const used = new Set([...groups.map(({ source }) => source), ...keys.sources])
  const columnFilter = (source: string, column: string) => used.has(source) && needed.get(source)!.has(column)
  const reached = feeds.filter(({ kernel, asOf }) => kernel && asOf > -Infinity).map(({ read, asOf }) => asOf - windowReach(read.group))
  for (const segment of log.segments(log.firstEntrySince(Math.min(s - report.live, ...reached)), cut, { columnFilter })) {
    for (const { source, block } of segment.sources) {
      if (!used.has(source)) continue
      if (keys.sources.includes(source)) keys.add(source, arrivedBy(block, s))
      for (const { read, kernel, arrived } of feeds) if (read.group.source === source) kernel?.apply(arrivedBy(block, arrived))
    }
    yield
  }
}

/** Rejects a report whose live keys the log has forgotten. A window that reaches too far back is rejected by itself. */
function checkReach(store: NamedValues, { name, live }: ReportIR, s: number): void {
  const { arrival } = logStartOf(store)
  if (s - live > arrival) return
  throw new SpillwayError(
    'SPILL_CLOCK_EVICTED',
    `report '${name}' is about keys with an event since ${new Date(s - live).toISOString()}, and the log has forgotten what arrived up to ${new Date(arrival).toISOString()}`,
  )
}

/** Values of one group at one as-of time. */
interface ReportFeed {
  readonly read: GroupRead
  /** Receives the events that had arrived by `arrived`, UTC ms; absent if a batch result answers. */
  readonly kernel: Kernel | undefined
  readonly arrived: number
  readonly asOf: number
  /** Features of keys; `asOf` repeats that of the feed for each key. */
  readonly values: (keys: readonly ColumnData[], asOf: Float64Array) => FeatureColumn[]
}

/** Opens the feed of one group. */
function openReportFeed(
  store: NamedValues & SavedStates,
  { ir, s, runs }: Pick<ReportJob, 'ir' | 's' | 'runs'>,
  read: GroupRead,
  strings: Strings,
): ReportFeed {
  const { group } = read
  const source = definitionOf(ir.sources, group.source)
  const placed = placementAt(group.place, s, runs[group.name])
  const whole = definitionOf(ir.groups, group.name)
  const result = group.place.kind === 'batch' ? resultOf(store, whole, source, runs[group.name], strings) : undefined
  if (result) return { read, kernel: undefined, ...placed, values: valuesOf(result, whole, source, read, strings) }
  const kernel = new Kernel(group, source, { strings })
  return { read, kernel, ...placed, values: (keys, asOf) => kernel.read(keys, asOf) }
}

/** The result of the run at `time`, if all of its parts are stored intact. */
function resultOf(
  store: NamedValues & SavedStates,
  group: GroupIR,
  source: SourceIR,
  time: number | null | undefined,
  strings: Strings,
): BatchValues | undefined {
  const code = groupCode(group, source)
  const run = batchRunsIn(store).findLast(
    candidate => candidate.group === group.name && candidate.s === time && candidate.code === code && candidate.swapped !== undefined,
  )
  if (!run?.done) return undefined
  const { number, done } = run
  const parts = readParts(store, number, done.partitions)
  if (!parts.every(bytes => bytes !== undefined)) return undefined
  return readBatchValues(parts, group, source, strings, { run: number, asOf: run.s, visibleCount: done.known, keys: done.keys })
}

/** Keys without a row in the run get the values of a key without events. */
function valuesOf(result: BatchValues, whole: GroupIR, source: SourceIR, { group }: GroupRead, strings: Strings): ReportFeed['values'] {
  const emptyKernel = new Kernel(whole, source, { strings })
  const indexes = group.features.map(({ name }) => whole.features.findIndex(feature => feature.name === name))
  return (keys, asOf) => {
    const out = emptyKernel.read(keys, asOf)
    result.copyInto(out, keys, asOf.length)
    return indexes.map(index => out[index])
  }
}

/** Collaborators of `makeReport`. */
export interface MakeReportOptions {
  /** User functions by model. */
  readonly scores: ScoringDefinitions['scores']
  /** Path of the file. */
  readonly path: string
  /** Awaited between two steps. */
  readonly onStep?: () => Promise<void>
}

/**
 * Makes a report and writes it.
 * @throws as `reportTable` and `writeReportFile` do.
 */
export async function makeReport(
  store: SegmentLog & NamedValues & SavedStates,
  job: ReportJob,
  { scores, path, onStep }: MakeReportOptions,
): Promise<ReportResult> {
  const started = stopwatch()
  const steps = reportTable(store, job, scores)
  let next = steps.next()
  for (; !next.done; next = steps.next()) await onStep?.()
  const { value: table } = next
  const written = await writeReportFile(path, table)
  const seconds = (stopwatch() - started) / 1000
  return { live: table.live, rows: table.length, stale: table.stale, hash: hashReportRows(table), ...written, seconds }
}
