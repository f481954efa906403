/**
 * Rewrites the placements of feature groups in the user's files, for `audit --apply`: the `place` of each changed group, and the import of
 * the placement functions.
 *
 * It finds the definition in the file's syntax tree and rejects anything ambiguous. A rejected change is reported with the text to write and its
 * place.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { durationText } from '../../../base/index.ts'
import type { PlacementIR, ScheduleIR } from '../../../define/ir/index.ts'
import type { PlanEdit } from '../../domain/audit-report.ts'
import { isInconclusive } from '../../domain/plan-types.ts'
import { importSplice, spillwayImport, localName, type SpillwayImport } from './imports.ts'
import { placeSplice } from './place-option.ts'
import { lineEdits, applySplices, type Splice } from './splice.ts'
import { parseFile, type ParsedFile } from './syntax.ts'

/** A placement to write. */
export interface PlacementChange {
  readonly group: string
  readonly place: PlacementIR
  /** Place of the definition, `FILE:LINE`, if it is known. */
  readonly at: string | undefined
}

/** Text of a file before and after the edit. */
export interface EditedFile {
  /** Absolute path, with links resolved. */
  readonly path: string
  readonly before: string
  readonly after: string
}

/** An edit of files. */
export interface PlacementEdit {
  readonly files: readonly EditedFile[]
  readonly edits: readonly PlanEdit[]
  /** The changes that the edit makes. */
  readonly changes: readonly PlacementChange[]
  /** Instructions for the other changes. */
  readonly rejected: readonly string[]
}

interface Rejection {
  readonly change: PlacementChange
  readonly why: string
}

/** The splices of one file. */
interface FileSplices {
  readonly path: string
  readonly text: string
  readonly splices: readonly Splice[]
  readonly rejections: readonly Rejection[]
}

/** Edits the definitions of groups. `pipeline` is the loaded file; definitions may be in its imports. */
export function editPlacements(changes: readonly PlacementChange[], pipeline: string): PlacementEdit {
  const byFile = Map.groupBy(changes, change => fileOf(change, pipeline))
  const unplaced = byFile.get(undefined) ?? []
  const edited = [...byFile].flatMap(([path, fileChanges]) => (path === undefined ? [] : [{ ...editFile(path, fileChanges), fileChanges }]))
  const changedFiles = edited.filter(({ splices }) => splices.length > 0)
  const rejections = [
    ...unplaced.map((change): Rejection => ({ change, why: 'where it is defined is not known' })),
    ...edited.flatMap(file => file.rejections),
  ]
  return {
    files: changedFiles.map(({ path, text, splices }) => ({ path, before: text, after: applySplices(text, splices) })),
    edits: changedFiles.flatMap(({ text, splices, fileChanges }) => lineEdits(nameOfFile(fileChanges[0].at!), text, splices)),
    changes: changes.filter(own => !rejections.some(({ change }) => change === own)),
    rejected: rejections.map(byHand),
  }
}

function editFile(path: string, changes: readonly PlacementChange[]): FileSplices {
  const text = readFileSync(path, 'utf8')
  const file = parseFile(path, text)
  if (!file) return { path, text, splices: [], rejections: changes.map(change => ({ change, why: 'the file is not understood' })) }
  const imported = spillwayImport(file)
  const isMissing = (word: string): boolean => localName(imported, word) === undefined
  const splices: Splice[] = []
  const rejections: Rejection[] = []
  const writtenWords = new Set<string>()
  for (const change of changes) {
    const functions = placementFunctions(change.place)
    const place = placementText(change.place, word => localName(imported, word) ?? word)
    const splice = placeSplice(file, imported, { group: change.group, line: lineOf(change.at) }, place)
    const why = isInconclusive(splice) ? splice.why : whyNotImported(functions.filter(isMissing), file, imported)
    if (why === undefined) {
      splices.push(splice as Splice)
      for (const word of functions) writtenWords.add(word)
    } else rejections.push({ change, why })
  }
  const importing = importSplice(text, imported, [...writtenWords].filter(isMissing), unusedIn(file, imported, splices, writtenWords))
  return { path, text, splices: importing ? [importing, ...splices] : splices, rejections }
}

/** Placement functions that the edit leaves unused, which lint would report. */
function unusedIn(
  { names }: ParsedFile,
  { named, statements }: SpillwayImport,
  splices: readonly Splice[],
  writtenWords: ReadonlySet<string>,
): string[] {
  const uses = names.filter(({ start, isMember }) => !isMember && !isWithin(statements, start))
  const [replaced, remaining] = [true, false].map(
    isReplaced => new Set(uses.filter(({ start }) => isWithin(splices, start) === isReplaced).map(({ name }) => name)),
  )
  return ['stream', 'batch', 'hybrid', 'lag', 'partial', 'scheduled', 'every'].filter(
    word => named.get(word) === word && replaced.has(word) && !remaining.has(word) && !writtenWords.has(word),
  )
}

const isWithin = (ranges: readonly { readonly start: number; readonly end: number }[], at: number): boolean =>
  ranges.some(({ start, end }) => at >= start && at < end)

/** Why the missing words cannot be imported, for example a name that the file uses for something else. */
function whyNotImported(missingWords: readonly string[], { names }: ParsedFile, { list }: SpillwayImport): string | undefined {
  if (missingWords.length === 0) return undefined
  if (!list) return `the file does not import ${missingWords.join(' and ')}`
  if (list.hasComment) return 'a comment stands in the import from spillway'
  const clash = missingWords.find(word => names.some(({ name, isMember }) => name === word && !isMember))
  return clash === undefined ? undefined : `'${clash}' is a name of the file's own`
}

function fileOf({ at }: PlacementChange, pipeline: string): string | undefined {
  if (at === undefined) return undefined
  const file = nameOfFile(at)
  const path = [resolve(file), join(dirname(resolve(pipeline)), basename(file))].find(candidate => existsSync(candidate))
  return path === undefined ? undefined : realpathSync(path)
}

/** `FILE` of `FILE:LINE`. */
const nameOfFile = (at: string): string => at.replace(/:\d+$/, '')

const lineOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Number(at.slice(at.lastIndexOf(':') + 1)))

const byHand = ({ change: { group, place, at }, why }: Rejection): string =>
  `${at === undefined ? '' : `${at} `}features '${group}': write place: ${placementText(place)} (not done here: ${why})`

/** Functions of Spillway in the text of a placement. */
function placementFunctions(place: PlacementIR): string[] {
  return 'schedule' in place && place.schedule.kind === 'interval' ? [place.kind, 'every'] : [place.kind]
}

/** Source text of a placement. `word` translates a function name to the file's local name. */
function placementText(place: PlacementIR, word: (word: string) => string = name => name): string {
  if (!('schedule' in place)) return word(place.kind)
  const zone = place.schedule.kind === 'cron' && place.schedule.zone !== 'UTC' ? [`zone: ${quoted(place.schedule.zone)}`] : []
  const lasts = 'lasts' in place && place.lasts !== DEFAULT_LASTS ? [`lasts: ${quoted(durationText(place.lasts))}`] : []
  const options = [...zone, ...lasts]
  const schedule = scheduleText(place.schedule, word)
  return `${word(place.kind)}(${schedule}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
}

/** Default of `batch`, ms: two hours. */
const DEFAULT_LASTS = 7_200_000

function scheduleText(schedule: ScheduleIR, word: (word: string) => string): string {
  if (schedule.kind === 'cron') return quoted(schedule.cron)
  const phase = schedule.phase === 0 ? '' : `, { phase: ${quoted(durationText(schedule.phase))} }`
  return `${word('every')}(${quoted(durationText(schedule.every))}${phase})`
}

/** Single quotes; crons, zones and durations contain none. */
const quoted = (text: string): string => `'${text}'`
