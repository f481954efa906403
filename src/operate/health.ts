/** The contents of a data folder and its damage: the output of `spillway inspect --json`. */
import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError, sumBy } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import {
  logStartOf,
  type LogStart,
  DECISION_PROGRESS,
  Log,
  POSITION_PREFIX,
  readSegment,
  segmentPlace,
  type Segment,
  type StoredSegment,
  damagedSegments,
  type LogDamage,
  type StoredLog,
} from '../log/index.ts'
import { folderHolder, isFolderHeld, type DeadLetterCount, type DecisionSummary } from '../log/sqlite/index.ts'
import {
  checkObjectiveGroups,
  type DecisionProgress,
  FRESHNESS,
  type FreshnessObjective,
  OBJECTIVES_FILE,
  objectivesInForce,
  parseProgress,
  readObjectives,
  type StoredFreshness,
} from '../run/decide/index.ts'
import type { RestoreOrigin } from '../backup/index.ts'
import { SegmentOrder } from '../run/index.ts'
import { damagedDecisions } from '../run/history/index.ts'
import { type RunCapacity, runCapacity } from './capacity.ts'
import { FolderBackups } from './folder-backups.ts'
import { lastPipeline, type FolderLog } from './folder-log.ts'

/** The contents of a data folder. */
export interface FolderHealth {
  readonly folder: string
  readonly format: number
  /** The process that holds the folder, or the last one that did. */
  readonly holder: { readonly pid: number | undefined; readonly holds: boolean }
  readonly entries: number
  /** The first entry that is not forgotten; all events up to its `arrival`, UTC ms, are forgotten. Absent if the log is complete. */
  readonly begins?: LogStart
  readonly segments: { readonly count: number; readonly bytes: number; readonly averageBytes: number }
  /** UTC ms. */
  readonly firstArrival: number | undefined
  readonly lastArrival: number | undefined
  readonly sources: readonly { readonly source: string; readonly schemas: readonly number[]; readonly offsets: readonly number[] }[]
  readonly decisions: readonly DecisionSummary[]
  /** All decisions of entries below `entry` are recorded, and the first `skip` decisions of `entry`. */
  readonly decided: DecisionProgress
  /** The position of each reader, as the reader writes it. Names are `SOURCE=READER`, or `SOURCE=READER#PARTITION`. */
  readonly positions: readonly { readonly name: string; readonly position: string }[]
  readonly dead: readonly DeadLetterCount[]
  readonly settled: Readonly<Record<string, number>>
  /** Freshness objectives, with the share of an hour's decisions that met them. */
  readonly objectives: readonly ObjectiveReport[]
  /** As of the last sample of a run; absent if none has sampled the folder. */
  readonly capacity?: RunCapacity
  /** The last scheduled backup that was made, and the error of the last attempt if it failed. */
  readonly backup?: { readonly at?: number; readonly backup?: string; readonly to?: string; readonly error?: string }
  /** The backup that the folder was restored from. */
  readonly restored?: RestoreOrigin
  /** Sizes in bytes; of a folder, the sum of its files. */
  readonly files: Readonly<Record<string, number>>
  readonly verified: boolean
  readonly damage: readonly LogDamage[]
}

/** The depth of the report, and a callback for progress. */
export interface FolderHealthOptions {
  /** Read the whole log and all decisions, and list all damage. */
  readonly verify?: boolean
  readonly onProgress?: (entries: number, of: number) => void
}

/** Cost: two segments and the counts of the store; with `verify` the whole log. */
export function folderHealth(
  folder: string,
  reader: FolderLog,
  { verify = false, onProgress = () => {} }: FolderHealthOptions,
): FolderHealth {
  const holds = isFolderHeld(folder)
  const begins = logStartOf(reader)
  const { segments, bytes } = reader.logSize()
  const damage: LogDamage[] = []
  const ends = endsOf(reader, damage)
  const { objectives, problem } = readObjectiveReports(folder, reader)
  if (verify) {
    damage.length = 0
    damage.push(...damaged(reader, holds, onProgress))
  }
  const capacity = capacityIn(reader, damage)
  return {
    folder,
    format: reader.format,
    holder: { pid: folderHolder(folder), holds },
    ...ends,
    ...(begins.entry > 0 && { begins }),
    segments: { count: segments, bytes, averageBytes: segments === 0 ? 0 : Math.round(bytes / segments) },
    decisions: reader.models(),
    decided: parseProgress(reader.get(DECISION_PROGRESS)),
    positions: reader.named(POSITION_PREFIX).map(([name, position]) => ({ name: name.slice(POSITION_PREFIX.length), position })),
    dead: reader.deadLetters.counts(),
    settled: reader.deadLetters.outcomes(),
    objectives,
    ...(capacity && { capacity }),
    ...backupsOf(reader),
    files: filesOf(folder),
    verified: verify,
    damage: problem === undefined ? damage : [...damage, { place: OBJECTIVES_FILE, problem }],
  }
}

/** The capacity; undefined without a sample, and for a damaged time series, which is added to `damage`. */
function capacityIn(reader: FolderLog, damage: LogDamage[]): RunCapacity | undefined {
  try {
    return runCapacity(reader)
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    damage.push({ place: 'the time series', problem: `cannot be read: ${error.message}` })
    return undefined
  }
}

function backupsOf(reader: FolderLog): Pick<FolderHealth, 'backup' | 'restored'> {
  const backups = new FolderBackups(reader)
  const [last, error, restored] = [backups.last(), backups.failure(), backups.origin()]
  const backup = { ...(last && { at: last.done.at, backup: last.done.backup, to: last.to }), ...(error !== undefined && { error }) }
  return { ...((last || error !== undefined) && { backup }), ...(restored && { restored }) }
}

type Ends = Pick<FolderHealth, 'entries' | 'firstArrival' | 'lastArrival' | 'sources'>

/** Data of the first and last segment. A damaged segment is added to `damage` and gives none. */
function endsOf(reader: FolderLog, damage: LogDamage[]): Ends {
  const stored = reader.lastSegment()
  const schemas = Map.groupBy(reader.schemas(), ({ source }) => source)
  const log = orDamaged(damage, stored, () => new Log(reader, { sources: [], stringsOf: () => new Strings() }))
  const read = (segment: StoredSegment | undefined) =>
    segment &&
    log &&
    orDamaged(damage, segment, () =>
      readSegment(segment.bytes, { ...plain, columnsOf: log.schemas.columnsOf }, segmentPlace(segment.first)),
    )
  const [first, last] = [read(reader.segmentAt(0)), read(stored)]
  return {
    entries: stored ? stored.first + stored.entries : 0,
    firstArrival: first && firstArrivalOf(first),
    lastArrival: last && new SegmentOrder(last).lastArrival,
    sources: [...schemas].map(([source, versions]) => ({
      source,
      schemas: versions.map(({ version }) => version),
      offsets: log?.offsets[source] ?? [],
    })),
  }
}

const plain = { stringsOf: () => new Strings(), columnFilter: () => false }

function orDamaged<T>(damage: LogDamage[], segment: StoredSegment | undefined, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    const entries = segment && ([segment.first, segment.first + segment.entries - 1] as const)
    damage.push({
      place: `segment ${segment?.first ?? 0}`,
      ...(entries && { entries }),
      problem: error.problemAt(segmentPlace(segment?.first ?? 0)),
    })
    return undefined
  }
}

const firstArrivalOf = ({ sources, markers }: Segment): number =>
  Math.min(...sources.map(({ block }) => block.arrival[0]), ...markers.map(({ t }) => t))

/** All damage in the folder. SQLite's integrity check is one long read that would slow a run, so a held folder is not checked by it. */
function* damaged(reader: FolderLog, holds: boolean, onProgress: NonNullable<FolderHealthOptions['onProgress']>): Generator<LogDamage> {
  if (!holds) for (const problem of reader.pageFaults()) yield { place: 'log.db', problem }
  yield* damagedSegments(reader, onProgress)
  yield* damagedDecisions(reader.newestDecisions())
  const entry = Math.max(parseProgress(reader.get(DECISION_PROGRESS)).entry, ...reader.models().map(({ last }) => last + 1))
  const { entries } = endsOf(reader, [])
  if (entry > entries) yield { place: 'log', entries: [entries, entry - 1], problem: 'is missing, though its decisions are recorded' }
}

/** Sizes of files and folders. A run may delete and rename files meanwhile. */
function filesOf(folder: string): Record<string, number> {
  const files = entriesIn(folder).sort((a, b) => (a.name < b.name ? -1 : 1))
  return Object.fromEntries(
    files.flatMap((file): [name: string, bytes: number][] => {
      const path = join(folder, file.name)
      if (file.isDirectory()) return [[`${file.name}/`, sumBy(Object.values(filesOf(path)), bytes => bytes)]]
      const size = statSync(path, { throwIfNoEntry: false })?.size
      return size === undefined ? [] : [[file.name, size]]
    }),
  )
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return []
    throw error
  }
}

/** A freshness objective with the recent decisions that met it. */
export interface ObjectiveReport extends FreshnessObjective {
  readonly group: string
  /** Counts of the hour up to `until`, UTC ms; absent if no run has counted decisions by the objectives. */
  readonly recent?: { readonly until: number; readonly decisions: number; readonly within: number }
}

/** The objectives of a folder. */
export interface ObjectiveReports {
  readonly objectives: readonly ObjectiveReport[]
  /** The problem of an invalid file. */
  readonly problem?: string
}

/** The objectives in force in a folder, with the decisions of the last hour. */
export function readObjectiveReports(folder: string, log: Pick<StoredLog, 'get'>): ObjectiveReports {
  const path = join(folder, OBJECTIVES_FILE)
  try {
    const file = readObjectives(path)
    const pipeline = lastPipeline(log)
    if (file && pipeline) checkObjectiveGroups(file, pipeline.ir, path)
    const groups = objectivesInForce(file?.groups ?? {}, pipeline?.ir ?? { groups: [] })
    const stored = JSON.parse(log.get(FRESHNESS) ?? 'null') as StoredFreshness | null
    const objectives = Object.entries(groups).map(([group, objective]): ObjectiveReport => {
      const counts = stored?.groups[group]
      return { group, ...objective, ...(counts && { recent: { until: stored.at, ...counts } }) }
    })
    return { objectives }
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    return { objectives: [], problem: error.problemAt(path) }
  }
}
