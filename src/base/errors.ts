/**
 * The error class of Spillway. `code` is stable and documented in docs/errors.md; the message names the place and the fix.
 *
 * `place` is where the mistake is: `file.ts:14` for a definition, `file.ndjson:12` for a record.
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
}

/** Error codes, each with its cause in one line. The fixes are in docs/errors.md. */
export const errorCodes = {
  SPILL_NODE_TOO_OLD: 'the running Node is older than the one Spillway needs',
  SPILL_DEFINITION: 'a definition is wrong: an unknown field, a wrong type, a name used twice, a circle',
  SPILL_UNSUPPORTED: 'asked for something that does not exist yet, or not in this combination',
  SPILL_INPUT: 'an input file or option cannot be used',
  SPILL_SOURCE: 'a database that a source reads from cannot be reached, or has lost what was not read yet',
  SPILL_RANGE: 'a window holds more values, or larger ones, than exact arithmetic covers',
  SPILL_LIMIT: 'a named limit was passed',
  SPILL_CLOCK_EVICTED: 'a read asks for a clock whose state was forgotten',
  SPILL_SCHEMA: 'the events of the log cannot be read as a source is defined now',
  SPILL_CLOCK: 'the wall clock jumped ahead',
  SPILL_STORE: 'the data folder cannot be read or written: a full disk, a read-only folder',
  SPILL_BUSY: 'another process holds the data folder',
  SPILL_DATA: 'stored data is damaged, or of a format that this version does not read',
  SPILL_STATE: 'saved state is damaged, of another version or of other definitions',
  SPILL_STOPPED: 'the run that was asked is stopping, or was stopped',
  SPILL_IMPORT: 'an import of history into the data folder was broken off',
  SPILL_TOKEN: 'an HTTP request came without a token, or with one that is none',
  SPILL_ROLE: 'the token of an HTTP request may not do what it asks for',
  SPILL_SIGNATURE: 'a webhook came that is not signed by its secret, or not of now',
  SPILL_NOT_FOUND: 'an HTTP request names a source, group, model or path that there is not',
  SPILL_CONFLICT: 'what was asked for does not fit the state of what it would change',
  SPILL_REFUSED: 'the record that an HTTP request gave was refused',
  SPILL_OVERLOAD: 'more waits than the server takes at once: come again later',
  SPILL_ADDRESS: 'an action would have gone to a private address',
  SPILL_UNREACHABLE: 'the server of a client does not answer, or not as Spillway does',
  SPILL_GAP: 'a reader of decisions has missed some for good',
  SPILL_TRAINING: 'a model cannot be fitted on the rows that were given, or with the options',
  SPILL_ASSERT: 'an invariant of Spillway itself does not hold: a bug',
} as const

/** Code of a `SpillwayError`, such as `'SPILL_DEFINITION'`. */
export type ErrorCode = keyof typeof errorCodes
