/** Values in messages. */

/** A value as a message shows it: short, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return String(value)
  const { name } = value as { name?: unknown }
  if (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value))
    return typeof name === 'string' ? `'${name}'` : 'an object'
  return shortJson(value)
}

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
