/** Sorts the errors of the client and of brokers into the kinds that a reader tells apart. */
import * as client from '@platformatic/kafka'
import { KafkaError, type KafkaErrorKind } from '../driver.ts'
import { securityError } from './security-errors.ts'

export const OFFSET_OUT_OF_RANGE = 1
export const CORRUPT_MESSAGE = 2
const UNKNOWN_TOPIC = 3

/** The partition has another leader, or none at the moment; or this one does not know yet that it leads. */
const leaderCodes = [5, 6, 9, 72, 74, 75, 78, 100, 103] as const

/** The cluster cannot serve now. −1 is an error inside the broker, which Java's consumer waits out too. */
const awayCodes = [-1, 7, 8, 13, 14, 15, 16, 19, 56, 89] as const

/** Topic, group, cluster, id of transactions, SASL. */
const deniedCodes = [29, 30, 31, 33, 34, 53, 58] as const

/** Another producer has taken over the id of the transactions. */
const fencedCodes = [47, 90] as const

/** A batch, a set of batches. */
const oversizedCodes = [10, 18] as const

const movedCodes: ReadonlySet<number> = new Set([UNKNOWN_TOPIC, ...leaderCodes])

/** Does this error code of a fetch mean that the leaders of the topic must be looked up again? */
export const isMoved = (code: number): boolean => movedCodes.has(code)

const kinds: ReadonlyMap<number, KafkaErrorKind> = new Map([
  [OFFSET_OUT_OF_RANGE, 'out-of-range'],
  [CORRUPT_MESSAGE, 'corrupt'],
  [UNKNOWN_TOPIC, 'missing'],
  ...[...leaderCodes, ...awayCodes].map(code => [code, 'unavailable'] as const),
  ...oversizedCodes.map(code => [code, 'oversized'] as const),
  ...deniedCodes.map(code => [code, 'denied'] as const),
  ...fencedCodes.map(code => [code, 'fenced'] as const),
])

/** The error for an error code of Kafka. */
export function codeError(code: number, subject: string, cause?: unknown): KafkaError {
  const id = client.protocolErrorsCodesById[code] ?? `error ${code}`
  const message = client.protocolErrors[id]?.message ?? 'unknown error'
  return new KafkaError(kinds.get(code) ?? 'protocol', `${subject}: ${id}: ${message}`, { cause })
}

/** The error of a driver for an exception of the client. */
export function kafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  const errors = allErrors(error)
  const denied = securityError(errors)
  if (denied) return denied
  const unknown = unknownIn(errors)
  if (unknown) return new KafkaError(...unknown, { cause: error })
  const code = codeIn(errors)
  if (code !== undefined) return codeError(code, 'the broker answers', error)
  const isAway = errors.some(each => each instanceof client.NetworkError || each instanceof client.TimeoutError)
  return new KafkaError(isAway ? 'unavailable' : 'protocol', errors.at(-1)!.message, { cause: error })
}

/** A topic or a partition that the client does not find: it has errors of its own for that, without a code. */
function unknownIn(errors: readonly Error[]): readonly [KafkaErrorKind, string] | undefined {
  for (const each of errors) {
    if (!(each instanceof client.UserError)) continue
    const topic = /^Unknown topic (.*)\.$/.exec(each.message)?.[1]
    if (topic !== undefined) return ['missing', `topic '${topic}' does not exist`]
    // A broker may not know a new partition yet.
    if (each.message === 'Unknown partition.') return ['unavailable', 'the broker does not know the partition']
  }
  return undefined
}

/** The error code of Kafka in an exception of the client, if it has one. */
export const apiCodeOf = (error: unknown): number | undefined => codeIn(allErrors(error))

const codeIn = (errors: readonly Error[]): number | undefined =>
  errors.map(each => (each as { apiCode?: unknown }).apiCode).find(each => typeof each === 'number')

/** An error with those that it collects or was caused by. */
function allErrors(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [new Error(String(error))]
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : []
  return [error, ...inner, ...(error.cause === undefined ? [] : [error.cause])].flatMap((each, i) => (i === 0 ? [error] : allErrors(each)))
}
