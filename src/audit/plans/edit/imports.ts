/** What a file imports from Spillway, under which names; and the same import with words more and words less. */
import { stringOf, type Token } from './tokens.ts'
import type { Splice } from './splice.ts'

export interface SpillwayImport {
  /** By the name that Spillway exports: the one that the file uses. */
  readonly named: ReadonlyMap<string, string>
  /** `import * as NAME`. */
  readonly namespace?: string
  /** The numbers of the braces of the list of names, of values; absent where there is none. */
  readonly list?: { readonly open: number; readonly close: number }
  /** The numbers of the tokens of the statements, [from, to). */
  readonly statements: readonly (readonly [number, number])[]
}

const PACKAGE = 'spillway'

export function spillwayImport(tokens: readonly Token[]): SpillwayImport {
  const named = new Map<string, string>()
  const statements: (readonly [number, number])[] = []
  let namespace: string | undefined
  let list: SpillwayImport['list']
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i].text !== 'import' || tokens[i].kind !== 'word' || isMember(tokens, i)) continue
    const end = statementEnd(tokens, i)
    if (end === undefined || stringOf(tokens[end - 1]) !== PACKAGE || tokens[i + 1].text === 'type') continue
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

/** Behind the name of the module: `import … from '…'`, with nothing in between that no import has. */
function statementEnd(tokens: readonly Token[], start: number): number | undefined {
  for (let i = start + 1; i < tokens.length; i++) {
    const { kind, text } = tokens[i]
    if (kind === 'string') return tokens[i - 1].text === 'from' ? i + 1 : undefined
    if (kind !== 'word' && !'{},*'.includes(text)) return undefined
  }
  return undefined
}

function namesIn(tokens: readonly Token[]): (readonly [string, string])[] {
  const entries: Token[][] = [[]]
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

/** How the file says a word of Spillway's; undefined where it cannot yet. */
export function wordIn({ named, namespace }: SpillwayImport, word: string): string | undefined {
  return named.get(word) ?? (namespace === undefined ? undefined : `${namespace}.${word}`)
}

/** The list of names with `add` in it and without `drop`, as it is written: on one line or one name a line. */
export function importSplice(
  text: string,
  tokens: readonly Token[],
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
  const all = [...entries, ...add]
  if (isSorted) all.sort(byName)
  const lines = inside.split(/\r?\n/)
  if (lines.length === 1) return { start: from, end: to, text: inside.trim() === inside ? all.join(', ') : ` ${all.join(', ')} ` }
  const newline = inside.includes('\r\n') ? '\r\n' : '\n'
  const indent = /^\s*/.exec(lines[1])![0]
  const comma = /,\s*$/.test(inside) ? ',' : ''
  const isOneALine = lines.filter(line => line.trim() !== '').every(line => line.split(',').filter(name => name.trim() !== '').length === 1)
  const body = isOneALine ? all.join(`,${newline}${indent}`) : all.join(', ')
  return { start: from, end: to, text: `${newline}${indent}${body}${comma}${newline}${lines.at(-1)}` }
}

const byName = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0)

/** Behind a point: the name of a member. */
export const isMember = (tokens: readonly Token[], at: number): boolean => tokens[at - 1]?.text === '.' && tokens[at - 2]?.text !== '.'
