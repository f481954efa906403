/** Values in messages. */

/** A value as a message shows it: short, whatever it is. */
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
 * A text in one line, whatever it is: what ends a line, moves the cursor or turns the direction of what follows stands there as an escape, `\u2028`, as JSON and JavaScript
 * read it. U+2028 and U+2029 end a `//` comment of JavaScript, so that what stood behind them in a name would be code. Letters of all scripts stay as they are.
 */
export const inOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escaped)

/** What a terminal shows: as `inOneLine`, but for its own line ends and tabs. */
export const forTerminal = (text: string): string => text.replaceAll(/[^\n\t]+/g, inOneLine)

const escaped = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`

/** `an int`, `a string`, `an airport`. */
export const withArticle = (word: string): string => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`

function shortJson(value: object): string {
  try {
    const text = JSON.stringify(value)
    return text.length <= 60 ? text : `${text.slice(0, 60)}…`
  } catch {
    return 'an object'
  }
}
