/**
 * TypeScript tokens with positions, sufficient to find a call and the properties of its object literal.
 *
 * Comments are skipped. The previous token decides whether a slash begins a regular expression. A wrong decision is noticed, since every
 * edit is checked before it is written.
 */
export interface SourceToken {
  /** A whole template is one token. */
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'sign'
  readonly text: string
  readonly start: number
  /** Offset behind the last character. */
  readonly end: number
}

const word = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy
const number = /0[xob]\w+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?[\d_]+)?n?/iy
const space = /\s+/y
const lineComment = /\/\/[^\n\r]*/y
const blockComment = /\/\*[\s\S]*?\*\//y
const string = /'(?:[^'\\\n\r]|\\[\s\S])*'|"(?:[^"\\\n\r]|\\[\s\S])*"/y
const regex = /\/(?![*/])(?:[^/\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[a-z]*/y

/** Words after which a value begins. */
const beforeValue = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'new',
  'instanceof',
  'do',
  'else',
  'yield',
  'await',
])

/** Tokens of a text; undefined for an unterminated string, comment or template. */
export function tokenize(text: string): SourceToken[] | undefined {
  const tokens: SourceToken[] = []
  let at = text.startsWith('#!') ? text.indexOf('\n') : 0
  if (at < 0) return tokens
  while (at < text.length) {
    const skipped = matchAt(space, text, at) ?? matchAt(lineComment, text, at) ?? matchAt(blockComment, text, at)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const token = tokenAt(text, at, tokens.at(-1))
    if (!token) return undefined
    tokens.push(token)
    at = token.end
  }
  return tokens
}

function tokenAt(text: string, at: number, before: SourceToken | undefined): SourceToken | undefined {
  const token = (kind: SourceToken['kind'], matched: string): SourceToken => ({ kind, text: matched, start: at, end: at + matched.length })
  const first = text[at]
  if (first === '`') {
    const end = templateEnd(text, at)
    return end === undefined ? undefined : token('template', text.slice(at, end))
  }
  if (first === "'" || first === '"') return wrap('string', matchAt(string, text, at))
  if (first === '/' && text[at + 1] === '*') return undefined
  if (first === '/' && startsValue(before)) return wrap('regex', matchAt(regex, text, at)) ?? token('sign', first)
  return wrap('word', matchAt(word, text, at)) ?? wrap('number', matchAt(number, text, at)) ?? token('sign', first)

  function wrap(kind: SourceToken['kind'], matched: string | undefined): SourceToken | undefined {
    return matched === undefined ? undefined : token(kind, matched)
  }
}

function startsValue(before: SourceToken | undefined): boolean {
  if (!before) return true
  if (before.kind === 'word') return beforeValue.has(before.text)
  return before.kind === 'sign' && before.text !== ')' && before.text !== ']' && before.text !== '}'
}

/** Offset behind the closing backtick. A substitution `${…}` contains TypeScript again. */
function templateEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return at + 1
    else if (text[at] === '$' && text[at + 1] === '{') {
      const end = substitutionEnd(text, at + 2)
      if (end === undefined) return undefined
      at = end
    }
  }
  return undefined
}

/** Offset of the brace that closes a substitution. */
function substitutionEnd(text: string, start: number): number | undefined {
  let depth = 0
  let before: SourceToken | undefined
  for (let at = start; at < text.length;) {
    const skipped = matchAt(space, text, at) ?? matchAt(lineComment, text, at) ?? matchAt(blockComment, text, at)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    before = tokenAt(text, at, before)
    if (!before) return undefined
    if (before.text === '{') depth++
    if (before.text === '}' && depth-- === 0) return at
    at = before.end
  }
  return undefined
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Token number of the bracket that closes the one at `open`. */
export function closingBracket(tokens: readonly SourceToken[], open: number): number | undefined {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].kind !== 'sign') continue
    if ('([{'.includes(tokens[i].text)) depth++
    if (')]}'.includes(tokens[i].text) && --depth === 0) return i
  }
  return undefined
}

/** Value of a string, or of a template without substitutions; undefined if it has escapes. */
export function stringValue(token: SourceToken | undefined): string | undefined {
  if (token?.kind !== 'string' && token?.kind !== 'template') return undefined
  const inner = token.text.slice(1, -1)
  return inner.includes('\\') || (token.kind === 'template' && inner.includes('${')) ? undefined : inner
}

/** Line number of an offset, from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length
