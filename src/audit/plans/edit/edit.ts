/**
 * Edits the user's files to the placements of a plan: the `place` of each changed group, and the import of the placement functions.
 *
 * It finds the definition in the file's tokens and rejects anything ambiguous. A rejected change is reported with the text to write and its
 * place.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { PlacementIR } from '../../../define/ir/ir.ts'
import type { PlanEdit } from '../../domain/audit-report.ts'
import { isInconclusive } from '../../domain/plan-types.ts'
import { importSplice, isMember, spillwayImport, localName, type SpillwayImport } from './imports.ts'
import { placeSplice } from './options.ts'
import { placementText, placementFunctions } from './placement-text.ts'
import { lineEdits, applySplices, type Splice } from './splice.ts'
import { tokenize, type SourceToken } from './tokens.ts'

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
  readonly refused: readonly string[]
  readonly refusedGroups: readonly string[]
}

interface Refusal {
  readonly change: PlacementChange
  readonly why: string
}

/** Edits the definitions of groups. `pipeline` is the loaded file; definitions may be in its imports. */
export function editPlacements(changes: readonly PlacementChange[], pipeline: string): PlacementEdit {
  const refusals: Refusal[] = []
  const byFile = new Map<string, PlacementChange[]>()
  for (const change of changes) {
    const path = fileOf(change, pipeline)
    if (path === undefined) refusals.push({ change, why: 'where it is defined is not known' })
    else byFile.set(path, [...(byFile.get(path) ?? []), change])
  }
  const edited = [...byFile].map(([path, fileChanges]) => editFile(path, fileChanges, refusals))
  const changed = edited.filter(({ splices }) => splices.length > 0)
  return {
    files: changed.map(({ path, text, splices }) => ({ path, before: text, after: applySplices(text, splices) })),
    edits: changed.flatMap(({ text, splices, name }) => lineEdits(name, text, splices)),
    refused: refusals.map(byHand),
    refusedGroups: refusals.map(({ change }) => change.group),
  }
}

function editFile(
  path: string,
  changes: readonly PlacementChange[],
  refusals: Refusal[],
): { path: string; name: string; text: string; splices: Splice[] } {
  const text = readFileSync(path, 'utf8')
  const name = changes[0].at!.replace(/:\d+$/, '')
  const tokens = tokenize(text)
  if (!tokens) {
    for (const change of changes) refusals.push({ change, why: 'the file is not understood' })
    return { path, name, text, splices: [] }
  }
  const imported = spillwayImport(tokens)
  const splices: Splice[] = []
  const added = new Set<string>()
  for (const change of changes) {
    const missing = placementFunctions(change.place).filter(word => localName(imported, word) === undefined)
    const place = placementText(change.place, word => localName(imported, word) ?? word)
    const splice = placeSplice({ text, tokens, imported, group: change.group, line: lineOf(change.at) }, place)
    const why = isInconclusive(splice) ? splice.why : whyNotImported(missing, tokens, imported, text)
    if (why === undefined) {
      splices.push(splice as Splice)
      for (const word of missing) added.add(word)
    } else refusals.push({ change, why })
  }
  const importing = importSplice(text, tokens, imported, [...added], unusedIn(tokens, imported, splices))
  return { path, name, text, splices: importing ? [importing, ...splices] : splices }
}

/** Placement functions that the edit leaves unused, which lint would report. */
function unusedIn(tokens: readonly SourceToken[], imported: SpillwayImport, splices: readonly Splice[]): string[] {
  const inserted = splices.flatMap(({ text }) => tokenize(text) ?? [])
  const remaining = tokens.filter(({ start }, at) => {
    const isImport = imported.statements.some(([from, to]) => at >= from && at < to)
    return !isImport && !splices.some(splice => start >= splice.start && start < splice.end)
  })
  const replaced = tokens.filter(({ start }) => splices.some(splice => start >= splice.start && start < splice.end)).map(({ text }) => text)
  return ['stream', 'batch', 'hybrid', 'lag', 'partial', 'scheduled', 'every'].filter(
    word => imported.named.get(word) === word && replaced.includes(word) && ![...remaining, ...inserted].some(({ text }) => text === word),
  )
}

/** Why the missing words cannot be imported, for example a name that the file uses for something else. */
function whyNotImported(
  missing: readonly string[],
  tokens: readonly SourceToken[],
  { list }: SpillwayImport,
  text: string,
): string | undefined {
  if (missing.length === 0) return undefined
  if (!list) return `the file does not import ${missing.join(' and ')}`
  if (/\/\/|\/\*/.test(text.slice(tokens[list.open].end, tokens[list.close].start))) return 'a comment stands in the import from spillway'
  const clash = missing.find(word =>
    tokens.some((token, at) => token.kind === 'word' && token.text === word && !isMember(tokens, at) && tokens[at + 1]?.text !== ':'),
  )
  return clash === undefined ? undefined : `'${clash}' is a name of the file's own`
}

function fileOf({ at }: PlacementChange, pipeline: string): string | undefined {
  const file = at?.replace(/:\d+$/, '')
  if (file === undefined) return undefined
  const path = [resolve(file), join(dirname(resolve(pipeline)), basename(file))].find(candidate => existsSync(candidate))
  return path === undefined ? undefined : realpathSync(path)
}

const lineOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Number(at.slice(at.lastIndexOf(':') + 1)))

const byHand = ({ change: { group, place, at }, why }: Refusal): string =>
  `${at === undefined ? '' : `${at} `}features '${group}': write place: ${placementText(place)} (not done here: ${why})`
