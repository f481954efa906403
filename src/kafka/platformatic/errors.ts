/** Sorts the errors of the client and of brokers into the kinds that a reader tells apart. */
import * as client from '@platformatic/kafka'
import { limits } from '../../base/index.ts'
import { KafkaError, type KafkaErrorKind } from '../port/driver.ts'
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

const [INVALID_TOPIC, INVALID_TIMESTAMP, UNSUPPORTED_FOR_MESSAGE_FORMAT, POLICY_VIOLATION] = [17, 32, 43, 44]
const [INVALID_TRANSACTION_TIMEOUT, INVALID_RECORD] = [50, 87]

/** Settings of a topic or of the brokers reject the request, however often it is repeated; each with its fix. */
const rejectedFixes: ReadonlyMap<number, string> = new Map([
  [INVALID_TOPIC, 'Name another topic'],
  [
    INVALID_TIMESTAMP,
    'Compare the clocks of this machine and of the brokers, and see message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic',
  ],
  [UNSUPPORTED_FOR_MESSAGE_FORMAT, 'Raise message.format.version of the topic to 0.11 or later'],
  [POLICY_VIOLATION, 'Allow it in the policy of the brokers, or name another topic'],
  [
    INVALID_TRANSACTION_TIMEOUT,
    `Set transaction.max.timeout.ms of the brokers to ${limits.KAFKA_TRANSACTION_MS} or more (KAFKA_TRANSACTION_MS)`,
  ],
  [
    INVALID_RECORD,
    'A topic with cleanup.policy=compact takes no record without a key, as rejected ones are: set cleanup.policy=delete there',
  ],
])

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
  ...Array.from(rejectedFixes.keys(), code => [code, 'rejected'] as const),
])

/** The error for an error code of Kafka. `reason`: that of the broker, in place of the general one. */
export function codeError(
  code: number,
  subject: string,
  { cause, reason }: { cause?: unknown; reason?: string | undefined } = {},
): KafkaError {
  const id = client.protocolErrorsCodesById[code] ?? `error ${code}`
  const message = reason ?? client.protocolErrors[id]?.message ?? 'unknown error'
  const fix = rejectedFixes.get(code)
  const text = fix === undefined ? message : `${message.replace(/\.?$/, '.')} ${fix}`
  return new KafkaError(kinds.get(code) ?? 'protocol', `${subject}: ${id}: ${text}`, { cause })
}

/** The error of a driver for an exception of the client. */
export function kafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  const errors = allErrors(error)
  const denied = securityError(errors)
  if (denied) return denied
  const unknown = unknownIn(errors)
  if (unknown) return new KafkaError(...unknown, { cause: error })
  const answer = answerIn(errors)
  if (answer) {
    const { subject, reason } = explanationOf(answer, errors)
    return codeError(answer.apiCode, subject, { cause: error, reason })
  }
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
export const apiCodeOf = (error: unknown): number | undefined => answerIn(allErrors(error))?.apiCode

/** An error code of an answer, as the client has it. */
interface AnswerError extends Error {
  readonly apiCode: number
  readonly serverErrorMessage?: string | null
  /** Of the code in the answer. */
  readonly path?: string
}

/** An answer with all of its errors. */
interface WholeAnswer {
  readonly errors: readonly AnswerError[]
  readonly response?: { readonly responses?: readonly { readonly name?: string }[] }
}

const RECORD_PATH = '/record_errors/'

/** The first code of an answer. The client adds a code of its own, −1, for each record that is the reason of another code. */
function answerIn(errors: readonly Error[]): AnswerError | undefined {
  const answers = errors.filter((each): each is AnswerError => typeof (each as { apiCode?: unknown }).apiCode === 'number')
  return answers.find(({ path }) => !path?.includes(RECORD_PATH)) ?? answers[0]
}

/** Names the topic of an answer to a request that appends records, and the reason of the first record, or of the batch. */
function explanationOf(answer: AnswerError, errors: readonly Error[]): { readonly subject: string; readonly reason: string | undefined } {
  const { path = '', serverErrorMessage } = answer
  const whole = errors.find(each => each instanceof client.ResponseError && each.errors.includes(answer)) as WholeAnswer | undefined
  const row = /^\/responses\/(\d+)\/partition_responses\//.exec(path)?.[1]
  const topic = row === undefined ? undefined : whole?.response?.responses?.[Number(row)]?.name
  const record = whole?.errors.find(each => each.path?.startsWith(path + RECORD_PATH))
  return {
    subject: topic === undefined ? 'the broker answers' : `topic '${topic}'`,
    reason: record?.serverErrorMessage ?? serverErrorMessage ?? undefined,
  }
}

/** An error with those that it collects or was caused by. */
function allErrors(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [new Error(String(error))]
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : []
  return [error, ...inner, ...(error.cause === undefined ? [] : [error.cause])].flatMap((each, i) => (i === 0 ? [error] : allErrors(each)))
}
