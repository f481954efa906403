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
