/** Texts for messages: values in one line, thrown values, suggestions of names. */
import { SpillwayError } from './errors.ts'

/** A value as text for a message: short, and in one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${inOneLine(value)}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return String(value)
  const { name } = value as { name?: unknown }
  if (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value))
    return typeof name === 'string' ? `'${name}'` : 'an object'
  return shortJson(value)
}

/**
 * Escapes characters that end a line, move the cursor or turn the direction of text, as `\u2028`, as JSON and JavaScript read
 * it.
 *
 * U+2028 and U+2029 end a `//` comment of JavaScript, so text behind them in a name would be code. Letters of all scripts stay.
 */
export const inOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escapeMark)

const escapeMark = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`

function shortJson(value: object): string {
  try {
    const text = JSON.stringify(value)
    return text.length <= 60 ? text : `${text.slice(0, 60)}…`
  } catch {
    return 'an object'
  }
}

/** The message of any thrown value, even one whose `message` throws. `who` names the thrower where the value is no error. */
export function thrownText(error: unknown, who: string): string {
  try {
    return error instanceof Error ? error.message || error.name : `${who} threw ${show(error)}`
  } catch {
    return `${who} threw something that has no message`
  }
}

/** Most names that a message lists. */
const NAMES_LISTED = 20

/** The names, if they are few enough for a message; otherwise empty. */
export const shortList = (names: readonly string[]): string => (names.length <= NAMES_LISTED ? names.join(', ') : '')

/** `; did you mean 'x'?`, or the list of names if it is short. */
export function didYouMean(unknownName: unknown, names: readonly string[]): string {
  const nearest = nearestName(unknownName, names)
  if (nearest !== undefined) return `; did you mean '${nearest}'?`
  const list = shortList(names)
  return list === '' ? '' : `; there is ${list}`
}

/** The name that an unknown name is likely to mean; `undefined` if none is like it. */
export function nearestName(unknownName: unknown, names: readonly string[]): string | undefined {
  const name = (typeof unknownName === 'string' ? unknownName : show(unknownName)).toLowerCase()
  const nearest = names.flatMap(candidate => {
    const likely = candidate.toLowerCase()
    const distanceMax = Math.max(1, Math.floor(Math.max(name.length, likely.length) / 3))
    // The distance is at least the difference of the lengths; a name of a request may be a megabyte.
    if (Math.abs(name.length - likely.length) > distanceMax) return []
    const distance = editDistance(name, likely)
    return distance <= distanceMax ? [{ candidate, distance }] : []
  })
  nearest.sort((a, b) => a.distance - b.distance)
  return nearest[0]?.candidate
}

/** The error `SPILL_NOT_FOUND` for a name that a pipeline does not define. `kind` is what it would name, such as `source`. */
export function unknownNameError(
  pipeline: string,
  kind: string,
  name: string,
  names: readonly string[],
  options?: { readonly place: string },
): SpillwayError {
  return new SpillwayError('SPILL_NOT_FOUND', `pipeline '${pipeline}' has no ${kind} '${name}'${didYouMean(name, names)}`, options)
}

/**
 * Edit distance with insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). Cost: the product
 * of the lengths.
 */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = rows[i - 1][j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution, isSwap ? rows[i - 2][j - 2] + 1 : Infinity))
    }
    rows.push(row)
  }
  return rows[from.length][to.length]
}
