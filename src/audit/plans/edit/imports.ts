/** The imports of a file from Spillway, and an edit of their names. */
import { stringValue, type SourceToken } from './tokens.ts'
import type { Splice } from './splice.ts'

/** Names that a file imports from Spillway. */
export interface SpillwayImport {
  /** Local names by exported name. */
  readonly named: ReadonlyMap<string, string>
  /** NAME of `import * as NAME`. */
  readonly namespace?: string
  /** Token numbers of the braces around the imported values; undefined without such a list. */
  readonly list?: { readonly open: number; readonly close: number }
  /** Token ranges of the import statements, [from, to). */
  readonly statements: readonly (readonly [number, number])[]
}

const PACKAGE = 'spillway'

/** Finds the imports of values from Spillway. */
export function spillwayImport(tokens: readonly SourceToken[]): SpillwayImport {
  const named = new Map<string, string>()
  const statements: (readonly [number, number])[] = []
  let namespace: string | undefined
  let list: SpillwayImport['list']
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i].text !== 'import' || tokens[i].kind !== 'word' || isMember(tokens, i)) continue
    const end = statementEnd(tokens, i)
    if (end === undefined || stringValue(tokens[end - 1]) !== PACKAGE || tokens[i + 1].text === 'type') continue
    statements.push([i, end])
    if (tokens[i + 1].text === '*' && tokens[i + 2].text === 'as') namespace = tokens[i + 3].text
    const open = tokens.findIndex((token, at) => at > i && at < end && token.text === '{')
    const close = tokens.findIndex((token, at) => at > open && at < end && token.text === '}')
    if (open < 0 || close < 0) continue
    list ??= { open, close }
    for (const [exported, local] of namesIn(tokens.slice(open + 1, close))) named.set(exported, local)
  }
  return { named, ...(namespace !== undefined && { namespace }), ...(list && { list }), statements }
}

/** Token number behind the module name of `import … from '…'`; undefined if a token does not belong to an import. */
function statementEnd(tokens: readonly SourceToken[], start: number): number | undefined {
  for (let i = start + 1; i < tokens.length; i++) {
    const { kind, text } = tokens[i]
    if (kind === 'string') return tokens[i - 1].text === 'from' ? i + 1 : undefined
    if (kind !== 'word' && !'{},*'.includes(text)) return undefined
  }
  return undefined
}

function namesIn(tokens: readonly SourceToken[]): (readonly [string, string])[] {
  const entries: SourceToken[][] = [[]]
  for (const token of tokens) {
    if (token.text === ',') entries.push([])
    else entries.at(-1)!.push(token)
  }
  return entries.flatMap(entry => {
    const [first, as, local] = entry
    if (!first || (first.text === 'type' && entry.length > 1)) return []
    return [[first.text, as?.text === 'as' ? local.text : first.text] as const]
  })
}

/** The local name of a word of Spillway; undefined if the file does not import it. */
export function localName({ named, namespace }: SpillwayImport, word: string): string | undefined {
  return named.get(word) ?? (namespace === undefined ? undefined : `${namespace}.${word}`)
}

/** Splice that adds and drops imported names, in the style of the list: one line, or one name a line. */
export function importSplice(
  text: string,
  tokens: readonly SourceToken[],
  { list }: SpillwayImport,
  add: readonly string[],
  drop: readonly string[],
): Splice | undefined {
  if (!list || (add.length === 0 && drop.length === 0)) return undefined
  const [from, to] = [tokens[list.open].end, tokens[list.close].start]
  const inside = text.slice(from, to)
  if (/\/\/|\/\*/.test(inside)) return undefined
  const entries = inside
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '' && !drop.includes(entry))
  const isSorted = entries.every((entry, i) => i === 0 || byName(entries[i - 1], entry) <= 0)
  const names = [...entries, ...add]
  if (isSorted) names.sort(byName)
  const lines = inside.split(/\r?\n/)
  if (lines.length === 1) return { start: from, end: to, text: inside.trim() === inside ? names.join(', ') : ` ${names.join(', ')} ` }
  const newline = inside.includes('\r\n') ? '\r\n' : '\n'
  const indent = /^\s*/.exec(lines[1])![0]
  const comma = /,\s*$/.test(inside) ? ',' : ''
  const isOneALine = lines.filter(line => line.trim() !== '').every(line => line.split(',').filter(name => name.trim() !== '').length === 1)
  const body = isOneALine ? names.join(`,${newline}${indent}`) : names.join(', ')
  return { start: from, end: to, text: `${newline}${indent}${body}${comma}${newline}${lines.at(-1)}` }
}

const byName = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0)

/** True if the token behind a point names a member. */
export const isMember = (tokens: readonly SourceToken[], at: number): boolean =>
  tokens[at - 1]?.text === '.' && tokens[at - 2]?.text !== '.'
