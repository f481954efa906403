/** Mistakes in a definition: one error each, with the user's file and line, and the fix. */
import { SpillwayError, type ErrorCode, didYouMean, durationMs, type Duration, show } from '../../base/index.ts'
import { aggregateNames } from '../ir/ir.ts'
import { fileURLToPath } from 'node:url'
import { shortPath } from '../../base/node/index.ts'

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

const arithmetic = ['plus', 'minus', 'times', 'dividedBy']
const isAggregate = (word: string): boolean => aggregateNames.some(name => name === word)

const ownFolder = fileURLToPath(new URL('..', import.meta.url))
const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/

/**
 * Location in the user's code that called Spillway, `glucose.ts:14`: the innermost frame of a stack outside Spillway's own files.
 *
 * Paths are relative to the working directory, or a bare file name outside it, so that messages show no path of a machine. Cost:
 * a stack capture, about 10 µs; for definitions only, never for events.
 */
export function callerLocation(stack = currentStack()): string | undefined {
  for (const line of stack.split('\n')) {
    const match = frame.exec(line)
    if (!match) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (!isOwn(path)) return `${shortPath(path)}:${match[2]}`
  }
  return undefined
}

/** Captures 200 frames instead of ten: nested inputs are walked by recursion. */
function currentStack(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 200
  const { stack = '' } = new Error('location')
  Error.stackTraceLimit = stackTraceLimit
  return stack
}

/** Our own tests count as users. */
const isOwn = (path: string): boolean => path.startsWith(ownFolder) && !/\.test\.[jt]s$/.test(path)
