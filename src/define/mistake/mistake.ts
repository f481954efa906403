/** Mistakes in a definition: one error each, with the user's file and line, and the fix. */
import { SpillwayError, type ErrorCode, didYouMean, durationMs, type Duration, show } from '../../base/index.ts'
import { callerLocation } from './caller.ts'
import { aggregateNames } from '../ir/ir.ts'

/** Throws a `SpillwayError` at the user's line; `SPILL_DEFINITION` unless `code` is given. */
export function mistake(message: string, definedAt = callerLocation(), code: ErrorCode = 'SPILL_DEFINITION'): never {
  throw new SpillwayError(code, message, { place: definedAt })
}

/** Throws `SPILL_UNSUPPORTED` at the user's line. */
export function unsupportedDefinition(message: string, definedAt = callerLocation()): never {
  return mistake(message, definedAt, 'SPILL_UNSUPPORTED')
}

/** A word with its indefinite article: `an int`, `a string`, `an airport`. */
export const withArticle = (word: string): string => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`

/** Milliseconds of a duration in a definition; `subject` begins the message. */
export function durationOf(subject: string, text: unknown, options?: { zero?: boolean }): number {
  try {
    return durationMs(text as Duration, options)
  } catch {
    return mistake(`${subject}: ${show(text)} is no duration; write '30s', '10m', '1h' or '7d'`)
  }
}

/** Runs a function of the user's. Its own errors, such as a method that does not exist, become mistakes at the user's line. */
export function callUserFunction<T>(subject: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof SpillwayError) throw error
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    throw new SpillwayError('SPILL_DEFINITION', `${subject}: ${message}${wordFix(message)}`, { place: callerLocation(stack), cause: error })
  }
}

/** Advice for a method that an expression does not have: some aggregates are functions, and inputs have none. */
function wordFix(message: string): string {
  const word = /\.(\w+) is not a function$/.exec(message)?.[1]
  if (word === undefined) return ''
  if (word === 'count' || word === 'share') return `; '${word}' is a function to import: ${word}(…)`
  if (isAggregate(word)) return `; '${word}' aggregates rows: make it a feature, in the values of features(…)`
  if (arithmetic.includes(word)) return `; only expressions have '${word}': derive from features in the inputs of a model`
  return didYouMean(word, aggregateNames)
}

const arithmetic = ['plus', 'minus', 'times', 'over']
const isAggregate = (word: string): boolean => aggregateNames.some(name => name === word)
