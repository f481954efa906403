/**
 * The placements of a plan as edits of the user's files: `place` of each group that changes, and the import that has its words.
 *
 * It is found where the definition was made, by a reading of tokens that refuses whatever it is not sure of; what is refused is told, with what to write and where.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { PlacementIR } from '../../../define/ir/ir.ts'
import type { PlanEdit } from '../../domain/audit-report.ts'
import { isWhy } from '../../domain/plan-types.ts'
import { importSplice, isMember, spillwayImport, wordIn, type SpillwayImport } from './imports.ts'
import { placeSplice } from './options.ts'
import { placementText, wordsOf } from './placement-text.ts'
import { editsOf, spliced, type Splice } from './splice.ts'
import { tokensOf, type Token } from './tokens.ts'

export interface Change {
  readonly group: string
  readonly place: PlacementIR
  /** Where the group was defined, `FILE:LINE`, if that is known. */
  readonly at: string | undefined
}

export interface EditedFile {
  /** Absolute, and no link. */
  readonly path: string
  readonly before: string
  readonly after: string
}

export interface Edited {
  readonly files: readonly EditedFile[]
  readonly edits: readonly PlanEdit[]
  /** What to do by hand, in words: each change that is not among the edits. */
  readonly refused: readonly string[]
  readonly refusedGroups: readonly string[]
}

interface Refusal {
  readonly change: Change
  readonly why: string
}

/** `pipeline` is the file that was loaded; definitions may be in those that it imports. */
export function editPlacements(changes: readonly Change[], pipeline: string): Edited {
  const refusals: Refusal[] = []
  const byFile = new Map<string, Change[]>()
  for (const change of changes) {
    const path = fileOf(change, pipeline)
    if (path === undefined) refusals.push({ change, why: 'where it is defined is not known' })
    else byFile.set(path, [...(byFile.get(path) ?? []), change])
  }
  const edited = [...byFile].map(([path, own]) => editFile(path, own, refusals))
  const changed = edited.filter(({ splices }) => splices.length > 0)
  return {
    files: changed.map(({ path, text, splices }) => ({ path, before: text, after: spliced(text, splices) })),
    edits: changed.flatMap(({ text, splices, name }) => editsOf(name, text, splices)),
    refused: refusals.map(byHand),
    refusedGroups: refusals.map(({ change }) => change.group),
  }
}

function editFile(
  path: string,
  changes: readonly Change[],
  refusals: Refusal[],
): { path: string; name: string; text: string; splices: Splice[] } {
  const text = readFileSync(path, 'utf8')
  const name = changes[0].at!.replace(/:\d+$/, '')
  const tokens = tokensOf(text)
  if (!tokens) {
    for (const change of changes) refusals.push({ change, why: 'the file is not understood' })
    return { path, name, text, splices: [] }
  }
  const imported = spillwayImport(tokens)
  const splices: Splice[] = []
  const added = new Set<string>()
  for (const change of changes) {
    const missing = wordsOf(change.place).filter(word => wordIn(imported, word) === undefined)
    const place = placementText(change.place, word => wordIn(imported, word) ?? word)
    const splice = placeSplice({ text, tokens, imported, group: change.group, line: lineOf(change.at) }, place)
    const why = isWhy(splice) ? splice.why : whyNotImported(missing, tokens, imported, text)
    if (why === undefined) {
      splices.push(splice as Splice)
      for (const word of missing) added.add(word)
    } else refusals.push({ change, why })
  }
  const importing = importSplice(text, tokens, imported, [...added], unusedIn(tokens, imported, splices))
  return { path, name, text, splices: importing ? [importing, ...splices] : splices }
}

/** Words of placements that only stood where others stand now: lint would ask to take them out. */
function unusedIn(tokens: readonly Token[], imported: SpillwayImport, splices: readonly Splice[]): string[] {
  const put = splices.flatMap(({ text }) => tokensOf(text) ?? [])
  const left = tokens.filter(({ start }, at) => {
    const isImport = imported.statements.some(([from, to]) => at >= from && at < to)
    return !isImport && !splices.some(splice => start >= splice.start && start < splice.end)
  })
  const stood = tokens.filter(({ start }) => splices.some(splice => start >= splice.start && start < splice.end)).map(({ text }) => text)
  return ['stream', 'batch', 'hybrid', 'lag', 'partial', 'scheduled', 'every'].filter(
    word => imported.named.get(word) === word && stood.includes(word) && ![...left, ...put].some(({ text }) => text === word),
  )
}

/** A word that the file would have to import, and uses for something of its own. */
function whyNotImported(missing: readonly string[], tokens: readonly Token[], { list }: SpillwayImport, text: string): string | undefined {
  if (missing.length === 0) return undefined
  if (!list) return `the file does not import ${missing.join(' and ')}`
  if (/\/\/|\/\*/.test(text.slice(tokens[list.open].end, tokens[list.close].start))) return 'a comment stands in the import from spillway'
  const taken = missing.find(word =>
    tokens.some((token, at) => token.kind === 'word' && token.text === word && !isMember(tokens, at) && tokens[at + 1]?.text !== ':'),
  )
  return taken === undefined ? undefined : `'${taken}' is a name of the file's own`
}

function fileOf({ at }: Change, pipeline: string): string | undefined {
  const named = at?.replace(/:\d+$/, '')
  if (named === undefined) return undefined
  const found = [resolve(named), join(dirname(resolve(pipeline)), basename(named))].find(path => existsSync(path))
  return found === undefined ? undefined : realpathSync(found)
}

const lineOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Number(at.slice(at.lastIndexOf(':') + 1)))

const byHand = ({ change: { group, place, at }, why }: Refusal): string =>
  `${at === undefined ? '' : `${at} `}features '${group}': write place: ${placementText(place)} (not done here: ${why})`
