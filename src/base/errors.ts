/**
 * The error class of Spillway. `code` is stable and documented in docs/reference/errors.md; the message names the place and the fix.
 *
 * `place` is where the mistake is: `FILE:LINE` of the definition or the record.
 *
 * @example
 * try {
 *   t.decimal(16)
 * } catch (error) {
 *   if (!(error instanceof SpillwayError) || error.code !== 'SPILL_DEFINITION') throw error
 * }
 */
export class SpillwayError extends Error {
  override readonly name = 'SpillwayError'
  readonly code: ErrorCode
  readonly place: string | undefined

  constructor(code: ErrorCode, message: string, options: { place?: string | undefined; cause?: unknown } = {}) {
    super(options.place ? `${options.place} ${message}` : message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.place = options.place
  }

  /** The message without the place that it begins with, for a reader who sees that place elsewhere; the whole message if it begins otherwise. */
  problemAt(place = this.place): string {
    return place !== undefined && this.message.startsWith(`${place} `) ? this.message.slice(place.length + 1) : this.message
  }
}

/** Error codes, each with its cause in one line. The fixes are in docs/reference/errors.md. */
export const errorCodes = {
  SPILL_NODE_TOO_OLD: 'the running Node is older than the one Spillway needs',
  SPILL_DEFINITION: 'a definition is wrong: an unknown field, a wrong type, a name used twice, a circle',
  SPILL_UNSUPPORTED: 'a feature that does not exist yet, or not in this combination',
  SPILL_INPUT: 'an option, an argument or a value of a request cannot be used',
  SPILL_NOT_FOUND: 'a name is unknown: a source, group, feature, model, report, column, path, or a number of a record',
  SPILL_KEY: 'a key does not have the columns or types of its group',
  SPILL_FILE: 'a file is missing, or cannot be opened or written',
  SPILL_FORMAT: 'a file or a request is in a format that is not read',
  SPILL_TRUNCATED: 'a file or the body of a request is cut off or damaged',
  SPILL_HISTORY: 'a history or log does not suffice: it is empty, too short, or without known outcomes',
  SPILL_PACKAGE: 'an optional package is not installed',
  SPILL_SOURCE: 'the database of a source cannot be reached, or has lost events that were not read yet',
  SPILL_CONTRACT: 'an implementation of a port breaks the contract of the port',
  SPILL_RANGE: 'a window has more values, or larger values, than exact arithmetic covers',
  SPILL_LIMIT: 'a named limit was exceeded',
  SPILL_CLOCK_EVICTED: 'a read needs the state of an as-of time that was already removed',
  SPILL_SCHEMA: 'the events of the log do not fit the present definition of their source',
  SPILL_CLOCK: 'the wall clock jumped ahead, or a backup is of a later time',
  SPILL_STORE: 'the data folder cannot be read or written: a full disk, a read-only folder',
  SPILL_BACKUP: 'the target of a backup has no backup, is full, or cannot be read or written',
  SPILL_BUSY: 'another process holds the data folder',
  SPILL_FENCED: 'another gate has taken over the topics of this one',
  SPILL_DATA: 'stored data is damaged, or of a format that this version does not read',
  SPILL_STATE: 'saved state is damaged, or belongs to another version or other definitions',
  SPILL_THREAD: 'a worker thread ended without a result: it ran out of memory, or a native library ended it',
  SPILL_STOPPED: 'the run is stopping, or has stopped',
  SPILL_IMPORT: 'an import of history into the data folder did not complete',
  SPILL_TOKEN: 'an HTTP request has no token, or an invalid token',
  SPILL_ROLE: 'the token of an HTTP request does not permit the request',
  SPILL_SIGNATURE: 'a webhook has no valid signature, or an old timestamp',
  SPILL_CONFLICT: 'someone else has changed the target of a request, or is changing it',
  SPILL_PRECONDITION: 'the state of its target does not allow a request',
  SPILL_EXISTS: 'a name or a place is in use already',
  SPILL_CANCELLED: 'the requested job was cancelled',
  SPILL_REJECTED: 'the record of an HTTP request was rejected',
  SPILL_LISTEN: 'the server cannot listen on its address',
  SPILL_OVERLOAD: 'the server has too many pending requests: retry later',
  SPILL_ADDRESS: 'an action would send to a private address',
  SPILL_UNREACHABLE: 'the server of a client does not respond, or not as Spillway does',
  SPILL_GAP: 'a reader of decisions has missed decisions for good',
  SPILL_TRAINING: 'a model cannot be fitted on its rows, or with its options',
  SPILL_ASSERT: 'an invariant of Spillway itself does not hold: a bug',
} as const

/** Code of a `SpillwayError`, such as `'SPILL_DEFINITION'`. */
export type ErrorCode = keyof typeof errorCodes

/** Asserts an invariant: throws `SPILL_ASSERT` if it does not hold. Always on: a wrong value is worse than a stop. */
export function assert(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new SpillwayError('SPILL_ASSERT', `${invariant} (this is a bug in Spillway)`)
}

/** Throws `SPILL_ASSERT`, for a branch that is unreachable by its types. */
export function unreachable(value: never): never {
  throw new SpillwayError('SPILL_ASSERT', `unexpected ${JSON.stringify(value)} (this is a bug in Spillway)`)
}

/** An implementation and the contract of its port. */
export interface Contract {
  /** The implementation, for people: `source 'payments': reader 'kafka:payments'`. */
  readonly subject: string
  /** The text of each clause. */
  readonly clauses: Readonly<Record<string, string>>
}

/** The message for a broken clause. `problem` says what happened instead. */
export const brokenClauseText = ({ subject, clauses }: Contract, clause: string, problem: string): string =>
  `${subject} broke clause '${clause}' of its contract (${clauses[clause]}): ${problem}`

/** The error `SPILL_CONTRACT` for a broken clause. `problem` says what happened instead. */
export function contractError(contract: Contract, clause: string, problem: string, cause?: unknown): SpillwayError {
  return new SpillwayError('SPILL_CONTRACT', brokenClauseText(contract, clause, problem), { ...(cause !== undefined && { cause }) })
}

/** Message of a thread that failed. Classes do not survive the transfer between threads; code, message and place do. */
export interface FailureMessage {
  readonly kind: 'failed'
  readonly code: string | undefined
  readonly message: string
  /** Place of a `SpillwayError`; its message begins with the place. */
  readonly place?: string
}

/** Message of an error. */
export function failureMessage(error: unknown): FailureMessage {
  const { code, message } = error as Error & { code?: string }
  const place = error instanceof SpillwayError ? error.place : undefined
  return { kind: 'failed', code, message, ...(place !== undefined && { place }) }
}

/** Error of a message. An error with a foreign code, of the system or of a library, becomes a plain `Error` with that code. */
export function errorFromMessage({ code, message, place }: FailureMessage): Error & { readonly code?: string } {
  if (code === undefined) return new Error(message)
  if (!Object.hasOwn(errorCodes, code)) return Object.assign(new Error(message), { code })
  return place === undefined
    ? new SpillwayError(code as ErrorCode, message)
    : new SpillwayError(code as ErrorCode, message.slice(place.length + 1), { place })
}
