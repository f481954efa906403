/**
 * Edits the user's files to the placements of a plan: the `place` of each changed group, and the import of the placement functions.
 *
 * It finds the definition in the file's syntax tree and rejects anything ambiguous. A rejected change is reported with the text to write and its
 * place.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { PlacementIR } from '../../../define/ir/index.ts'
import type { PlanEdit } from '../../domain/audit-report.ts'
import { isInconclusive } from '../../domain/plan-types.ts'
import { importSplice, spillwayImport, localName, type SpillwayImport } from './imports.ts'
import { placeSplice } from './options.ts'
import { placementText, placementFunctions } from './placement-text.ts'
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
  /** Instructions for the changes that are not among the edits. */
  readonly rejected: readonly string[]
  readonly rejectedGroups: readonly string[]
}

interface Rejection {
  readonly change: PlacementChange
  readonly why: string
}

/** Edits the definitions of groups. `pipeline` is the loaded file; definitions may be in its imports. */
export function editPlacements(changes: readonly PlacementChange[], pipeline: string): PlacementEdit {
  const rejections: Rejection[] = []
  const byFile = new Map<string, PlacementChange[]>()
  for (const change of changes) {
    const path = fileOf(change, pipeline)
    if (path === undefined) rejections.push({ change, why: 'where it is defined is not known' })
    else byFile.set(path, [...(byFile.get(path) ?? []), change])
  }
  const edited = [...byFile].map(([path, fileChanges]) => editFile(path, fileChanges, rejections))
  const changedFiles = edited.filter(({ splices }) => splices.length > 0)
  return {
    files: changedFiles.map(({ path, text, splices }) => ({ path, before: text, after: applySplices(text, splices) })),
    edits: changedFiles.flatMap(({ text, splices, name }) => lineEdits(name, text, splices)),
    rejected: rejections.map(byHand),
    rejectedGroups: rejections.map(({ change }) => change.group),
  }
}

function editFile(
  path: string,
  changes: readonly PlacementChange[],
  rejections: Rejection[],
): { path: string; name: string; text: string; splices: Splice[] } {
  const text = readFileSync(path, 'utf8')
  const name = changes[0].at!.replace(/:\d+$/, '')
  const file = parseFile(path, text)
  if (!file) {
    for (const change of changes) rejections.push({ change, why: 'the file is not understood' })
    return { path, name, text, splices: [] }
  }
  const imported = spillwayImport(file)
  const splices: Splice[] = []
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
  return { path, name, text, splices: importing ? [importing, ...splices] : splices }

  function isMissing(word: string): boolean {
    return localName(imported, word) === undefined
  }
}

/** Placement functions that the edit leaves unused, which lint would report. */
function unusedIn(
  { names }: ParsedFile,
  { named, statements }: SpillwayImport,
  splices: readonly Splice[],
  writtenWords: ReadonlySet<string>,
): string[] {
  const uses = names.filter(({ start, isMember }) => !isMember && !isWithin(statements, start))
  const replaced = uses.filter(({ start }) => isWithin(splices, start)).map(({ name }) => name)
  const remaining = uses.filter(({ start }) => !isWithin(splices, start)).map(({ name }) => name)
  return ['stream', 'batch', 'hybrid', 'lag', 'partial', 'scheduled', 'every'].filter(
    word => named.get(word) === word && replaced.includes(word) && !remaining.includes(word) && !writtenWords.has(word),
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
  const file = at?.replace(/:\d+$/, '')
  if (file === undefined) return undefined
  const path = [resolve(file), join(dirname(resolve(pipeline)), basename(file))].find(candidate => existsSync(candidate))
  return path === undefined ? undefined : realpathSync(path)
}

const lineOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Number(at.slice(at.lastIndexOf(':') + 1)))

const byHand = ({ change: { group, place, at }, why }: Rejection): string =>
  `${at === undefined ? '' : `${at} `}features '${group}': write place: ${placementText(place)} (not done here: ${why})`
