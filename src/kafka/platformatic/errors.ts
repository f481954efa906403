/** Sorts the errors of the client and of brokers into the kinds that a reader tells apart. */
import * as client from '@platformatic/kafka'
import { KafkaError, type KafkaErrorKind } from '../driver.ts'

export const OFFSET_OUT_OF_RANGE = 1

/** The partition has another leader, or this one does not know yet that it leads. */
const moved = new Set([5, 6, 9, 74, 75, 76, 78, 100, 103])

/** Does this error code mean that the leaders of the topic must be looked up again? */
export const isMoved = (code: number): boolean => moved.has(code)

const kinds: Readonly<Record<number, KafkaErrorKind>> = {
  [OFFSET_OUT_OF_RANGE]: 'out-of-range',
  3: 'missing',
  100: 'missing',
  29: 'denied',
  30: 'denied',
  31: 'denied',
  58: 'denied',
  7: 'unavailable',
  8: 'unavailable',
  13: 'unavailable',
  14: 'unavailable',
  15: 'unavailable',
  16: 'unavailable',
  56: 'unavailable',
}

/** The error for an error code of Kafka. */
export function codeError(code: number, subject: string, cause?: unknown): KafkaError {
  const id = client.protocolErrorsCodesById[code] ?? `error ${code}`
  const message = client.protocolErrors[id]?.message ?? 'unknown error'
  return new KafkaError(kinds[code] ?? 'protocol', `${subject}: ${id}: ${message}`, { cause })
}

/** The error of a driver for an exception of the client. */
export function kafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  const errors = allErrors(error)
  const denied = errors.find(each => each instanceof client.AuthenticationError)
  if (denied) return new KafkaError('denied', denied.message, { cause: error })
  const code = errors.map(each => (each as { apiCode?: unknown }).apiCode).find(each => typeof each === 'number')
  if (code !== undefined) return codeError(code, 'the broker answers', error)
  const isAway = errors.some(each => each instanceof client.NetworkError || each instanceof client.TimeoutError)
  return new KafkaError(isAway ? 'unavailable' : 'protocol', errors.at(-1)!.message, { cause: error })
}

/** An error with those that it collects or was caused by. */
function allErrors(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [new Error(String(error))]
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : []
  return [error, ...inner, ...(error.cause === undefined ? [] : [error.cause])].flatMap((each, i) => (i === 0 ? [error] : allErrors(each)))
}
