/** What a data folder holds, as one object: what `spillway inspect --json` prints. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { Strings } from '../../columns/strings.ts'
import { beginsOf, type Begins } from '../../log/begins.ts'
import { DECIDED } from '../../log/decided.ts'
import { Log } from '../../log/log.ts'
import { isSqliteError } from '../../log/sqlite/data-folder.ts'
import { holderOf, isHeld } from '../../log/sqlite/lock.ts'
import type { LetterCount } from '../../log/sqlite/letter-reader.ts'
import type { ModelDecisions, SqliteReader } from '../../log/sqlite/reader.ts'
import { readSegment, type Segment } from '../../log/segment.ts'
import type { StoredSegment } from '../../log/store.ts'
import { damagedSegments, type Damage } from '../../log/verify.ts'
import { progressOf, type Progress } from '../../run/decide/decision-queue.ts'
import { OBJECTIVES_FILE } from '../../run/decide/objectives.ts'
import { OrderOf } from '../../run/groups/segment-order.ts'
import { damagedDecisions } from '../../run/history/verify-decisions.ts'
import { objectivesIn, type ObjectiveReport } from './folder-objectives.ts'

export interface FolderReport {
  readonly folder: string
  readonly format: number
  /** The process that holds the folder, or held it last. */
  readonly holder: { readonly pid: number | undefined; readonly holds: boolean }
  readonly entries: number
  /** Entries before this one were forgotten, with what arrived up to its `arrival`, UTC ms; absent if the log is whole. */
  readonly begins?: Begins
  readonly segments: { readonly count: number; readonly bytes: number; readonly averageBytes: number }
  /** UTC ms. */
  readonly firstArrival: number | undefined
  readonly lastArrival: number | undefined
  readonly sources: readonly { readonly source: string; readonly schemas: readonly number[]; readonly offsets: readonly number[] }[]
  readonly decisions: readonly ModelDecisions[]
  /** Decisions of all entries below `entry` are recorded, and the first `skip` of those that it makes. */
  readonly decided: Progress
  /** Where each file was read up to, by source and path. */
  readonly cursors: readonly { readonly name: string; readonly place: unknown }[]
  readonly dead: readonly LetterCount[]
  readonly settled: Readonly<Record<string, number>>
  /** Freshness objectives of the folder, and the decisions of an hour that met them. */
  readonly objectives: readonly ObjectiveReport[]
  /** Bytes; of a folder, those of all that is in it. */
  readonly files: Readonly<Record<string, number>>
  readonly verified: boolean
  readonly damage: readonly Damage[]
}

export interface ReportOptions {
  readonly verify: boolean
  readonly onProgress: (entries: number, of: number) => void
}

export function reportOf(folder: string, reader: SqliteReader, { verify, onProgress }: ReportOptions): FolderReport {
  const holds = isHeld(folder)
  const begins = beginsOf(reader)
  const { segments, bytes } = reader.segments()
  const damage: Damage[] = []
  const ends = endsOf(reader, damage)
  const { objectives, problem } = objectivesIn(folder, reader)
  if (verify) {
    damage.length = 0
    damage.push(...damaged(reader, holds, onProgress))
  }
  return {
    folder,
    format: reader.format,
    holder: { pid: holderOf(folder), holds },
    ...ends,
    ...(begins.entry > 0 && { begins }),
    segments: { count: segments, bytes, averageBytes: segments === 0 ? 0 : Math.round(bytes / segments) },
    decisions: reader.models(),
    decided: progressOf(reader.get(DECIDED)),
    cursors: reader.named('cursor/').map(([name, value]) => ({ name: name.slice('cursor/'.length), place: JSON.parse(value) as unknown })),
    dead: reader.letters.counts(),
    settled: reader.letters.outcomes(),
    objectives,
    files: filesOf(folder),
    verified: verify,
    damage: problem === undefined ? damage : [...damage, { what: OBJECTIVES_FILE, problem }],
  }
}

type Ends = Pick<FolderReport, 'entries' | 'firstArrival' | 'lastArrival' | 'sources'>

/** What the first and the last segment say; a damaged one says nothing, and is listed. */
function endsOf(reader: SqliteReader, damage: Damage[]): Ends {
  const stored = reader.lastSegment()
  const schemas = Map.groupBy(reader.schemas(), ({ source }) => source)
  const log = orDamaged(damage, stored, () => new Log(reader, { sources: [], stringsOf: () => new Strings() }))
  const read = (segment: StoredSegment | undefined) =>
    segment &&
    log &&
    orDamaged(damage, segment, () => readSegment(segment.bytes, { ...plain, columnsOf: log.schemas.columnsOf }, `segment ${segment.first}`))
  const [first, last] = [read(reader.segmentAt(0)), read(stored)]
  return {
    entries: stored ? stored.first + stored.entries : 0,
    firstArrival: first && firstArrivalOf(first),
    lastArrival: last && new OrderOf(last).lastArrival,
    sources: [...schemas].map(([source, versions]) => ({
      source,
      schemas: versions.map(({ version }) => version),
      offsets: log?.offsets[source] ?? [],
    })),
  }
}

const plain = { stringsOf: () => new Strings(), wanted: () => false }

function orDamaged<T>(damage: Damage[], segment: StoredSegment | undefined, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    const entries = segment && ([segment.first, segment.first + segment.entries - 1] as const)
    damage.push({
      what: `segment ${segment?.first ?? 0}`,
      ...(entries && { entries }),
      problem: error.message.replace(/^segment \d+ (of the log )?/, ''),
    })
    return undefined
  }
}

const firstArrivalOf = ({ sources, marks }: Segment): number =>
  Math.min(...sources.map(({ block }) => block.arrival[0]), ...marks.map(({ t }) => t))

/** Everything that can be read is read. SQLite's own look at its pages is one long read, which a run would feel. */
function* damaged(reader: SqliteReader, holds: boolean, onProgress: ReportOptions['onProgress']): Generator<Damage> {
  if (!holds) for (const problem of reader.faults()) yield { what: 'log.db', problem }
  yield* untilBroken(damagedSegments(reader, onProgress))
  yield* untilBroken(damagedDecisions(reader.decisions()))
  const entry = Math.max(progressOf(reader.get(DECIDED)).entry, ...reader.models().map(({ last }) => last + 1))
  const { entries } = endsOf(reader, [])
  if (entry > entries) yield { what: 'log', entries: [entries, entry - 1], problem: 'is missing, though its decisions are recorded' }
}

/** What SQLite cannot read ends a walk: behind it nothing is found. */
function* untilBroken(walk: Generator<Damage>): Generator<Damage> {
  try {
    yield* walk
  } catch (error) {
    if (!isSqliteError(error)) throw error
    yield { what: 'log.db', problem: `cannot be read further: ${error.message}` }
  }
}

function filesOf(folder: string): Record<string, number> {
  const files = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return Object.fromEntries(
    files.map(file => {
      const path = join(folder, file.name)
      if (!file.isDirectory()) return [file.name, statSync(path).size]
      return [`${file.name}/`, Object.values(filesOf(path)).reduce((sum, bytes) => sum + bytes, 0)]
    }),
  )
}
