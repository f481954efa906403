/** The options of a call `features('name', { … })` or `table('name', { … })`, and the position of `place` in them. */
import { isInconclusive, type Inconclusive } from '../../domain/plan-types.ts'
import { isMember, type SpillwayImport } from './imports.ts'
import type { Splice } from './splice.ts'
import { closingBracket, lineAt, stringValue, type SourceToken } from './tokens.ts'

interface Property {
  /** Undefined for a spread and a computed name. */
  readonly name: string | undefined
  /** Token range, [from, to). */
  readonly from: number
  readonly to: number
}

/** Splice that writes a placement, or the reason why its effect is uncertain. Spread options are accepted if `place` follows them. */
export function placeSplice(
  {
    text,
    tokens,
    imported,
    group,
    line,
  }: { text: string; tokens: readonly SourceToken[]; imported: SpillwayImport; group: string; line: number | undefined },
  place: string,
): Splice | Inconclusive {
  const open = optionsOf(text, tokens, imported, group, line)
  if (typeof open !== 'number') return open
  const properties = propertiesOf(tokens, open)
  if (isInconclusive(properties)) return properties
  const named = properties.filter(({ name }) => name === 'place')
  const lastSpread = properties.findLastIndex(({ name }) => name === undefined)
  if (named.length > 1) return { why: 'place is written twice' }
  if (named.length === 1) {
    if (properties.indexOf(named[0]) < lastSpread) return { why: 'options are spread in behind place' }
    return valueSplice(text, tokens, named[0], place)
  }
  if (lastSpread >= 0) return { why: 'options are spread in, and place may be among them' }
  const values = properties.find(({ name }) => name === 'values') ?? properties.at(-1)
  return values ? insertion(text, tokens[values.from].start, place) : { why: 'it has no options' }
}

/** Token number of the brace that opens the options. */
function optionsOf(
  text: string,
  tokens: readonly SourceToken[],
  imported: SpillwayImport,
  group: string,
  line: number | undefined,
): number | Inconclusive {
  const calls = tokens.flatMap((_, at) => {
    const [open, name, comma, brace] = tokens.slice(at + 1, at + 5)
    if (open?.text !== '(' || stringValue(name) !== group || !isCallee(tokens, at, imported)) return []
    return [{ at, brace: comma?.text === ',' && brace?.text === '{' ? at + 4 : undefined }]
  })
  const matching = calls.filter(({ at }) => line === undefined || lineAt(text, tokens[at].start) === line)
  if (calls.length === 0) return { why: `no features('${group}', …) or table('${group}', …) of Spillway's is written out there` }
  if (matching.length !== 1)
    return { why: calls.length > 1 ? 'that name is given more than once there' : 'it is made on another line than it is written on' }
  const [{ brace }] = matching
  if (brace === undefined) return { why: 'its options are not written out in the call' }
  const end = closingBracket(tokens, brace)
  const after = end === undefined ? undefined : tokens[end + 1]?.text === ',' ? tokens[end + 2] : tokens[end + 1]
  return after?.text === ')' ? brace : { why: 'its options are more than one object literal' }
}

/** True if the token is a function of Spillway: `features`, its alias, or `spillway.features`. */
function isCallee(tokens: readonly SourceToken[], at: number, imported: SpillwayImport): boolean {
  if (tokens[at].kind !== 'word') return false
  return ['features', 'table'].some(word => {
    if (imported.named.get(word) === tokens[at].text && !isMember(tokens, at)) return true
    return (
      imported.namespace !== undefined &&
      tokens[at].text === word &&
      isMember(tokens, at) &&
      tokens[at - 2]?.text === imported.namespace &&
      !isMember(tokens, at - 2)
    )
  })
}

function propertiesOf(tokens: readonly SourceToken[], open: number): Property[] | Inconclusive {
  const close = closingBracket(tokens, open)!
  const properties: Property[] = []
  let from = open + 1
  for (let i = from; i <= close; i++) {
    if (i < close && '([{'.includes(tokens[i].text) && tokens[i].kind === 'sign') {
      const end = closingBracket(tokens, i)
      if (end === undefined) return { why: 'its brackets do not match' }
      i = end
      continue
    }
    if (i !== close && tokens[i].text !== ',') continue
    if (i > from) properties.push({ name: nameOf(tokens, from), from, to: i })
    from = i + 1
  }
  return properties
}

function nameOf(tokens: readonly SourceToken[], at: number): string | undefined {
  const token = tokens[at]
  if (token.kind === 'word' && (tokens[at + 1].text !== 'place' || !accessors.includes(token.text))) return token.text
  return token.kind === 'string' ? stringValue(token) : undefined
}

const accessors = ['get', 'set', 'async']

/** Replaces a word, a member or a call. An expression that chooses between placements is left to the user. */
function valueSplice(text: string, tokens: readonly SourceToken[], { from, to }: Property, place: string): Splice | Inconclusive {
  if (to === from + 1) return { start: tokens[from].start, end: tokens[from].end, text: `place: ${place}` }
  const value = tokens.slice(from + 2, to)
  if (tokens[from + 1].text !== ':' || !isPlain(value)) return { why: 'place is no placement that is written out, but chosen or computed' }
  const [start, end] = [value[0].start, value.at(-1)!.end]
  const gaps = value.slice(1).map((token, i) => text.slice(value[i].end, token.start))
  if (gaps.some(gap => gap.trim() !== '')) return { why: 'a comment stands inside its place' }
  return { start, end, text: place }
}

/** True for `word`, `a.word`, and a call of either. */
function isPlain(value: readonly SourceToken[]): boolean {
  let at = 0
  for (;;) {
    if (value[at]?.kind !== 'word') return false
    at++
    if (value[at]?.text !== '.') break
    at++
  }
  if (at === value.length) return true
  return value[at].text === '(' && closingBracket(value, at) === value.length - 1
}

/** Inserts before the property at `at`, on a separate line if that property has one. */
function insertion(text: string, at: number, place: string): Splice {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const indent = text.slice(lineStart, at)
  const newline = text[lineStart - 2] === '\r' ? '\r\n' : '\n'
  const gap = /^\s*$/.test(indent) && lineStart > 0 ? `${newline}${indent}` : ' '
  return { start: at, end: at, text: `place: ${place},${gap}` }
}
