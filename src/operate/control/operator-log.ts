/**
 * The operator log of a data folder: each change by an operator is one line of JSON in `audit.ndjson`. The line is on the disk before
 * the operator gets an answer.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { SpillwayError, type StrictOmit, wallClock } from '../../base/index.ts'
import { makePrivateFolder } from '../../log/index.ts'

/** One line of the log. */
export interface OperatorLogEntry {
  /** UTC ms. */
  readonly at: number
  /** `cli:NAME` of the user of the operating system, or `token:NAME`. */
  readonly operator: string
  /** `tokens add`. */
  readonly command: string
  /** The object of the change: a token, a group, an effect. */
  readonly target: string
  readonly outcome: 'done' | 'rejected'
  /** The reason of a rejection, or further details. */
  readonly detail?: string
}

/** The path of the log in a data folder. */
export const operatorLogPath = (data: string): string => join(data, 'audit.ndjson')

/** Appends one entry and syncs the file. Throws `SPILL_STORE`. */
function writeOperatorLog(data: string, entry: OperatorLogEntry): void {
  const path = operatorLogPath(data)
  try {
    makePrivateFolder(data)
    const file = openSync(path, 'a', 0o600)
    try {
      writeSync(file, lineOf(entry))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw logError(path, error)
  }
}

const lineOf = ({ at, ...entry }: OperatorLogEntry): string => `${JSON.stringify({ at: new Date(at).toISOString(), ...entry })}\n`

const logError = (path: string, cause: unknown): SpillwayError =>
  new SpillwayError('SPILL_STORE', `cannot be written: ${(cause as Error).message}`, { place: path, cause })

/** Appends lines to one log without blocking the event loop. Lines that wait for the disk share one write and one sync. */
class OperatorLogAppender {
  readonly #data: string
  #waiting: { readonly lines: string[]; readonly written: Promise<void> } | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(data: string) {
    this.#data = data
  }

  /** Resolves when the line is on the disk. Rejects with `SPILL_STORE`. */
  append(line: string): Promise<void> {
    if (!this.#waiting) {
      const lines: string[] = []
      const write = async (): Promise<void> => {
        this.#waiting = undefined
        await this.#write(lines.join(''))
      }
      const written = this.#last.then(write, write)
      this.#last = written
      this.#waiting = { lines, written }
    }
    this.#waiting.lines.push(line)
    return this.#waiting.written
  }

  async #write(text: string): Promise<void> {
    const path = operatorLogPath(this.#data)
    try {
      makePrivateFolder(this.#data)
      const file = await open(path, 'a', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      throw logError(path, error)
    }
  }
}

/** One for each data folder whose log this process has appended to. */
const appenders = new Map<string, OperatorLogAppender>()

function appenderOf(data: string): OperatorLogAppender {
  let appender = appenders.get(data)
  if (!appender) appenders.set(data, (appender = new OperatorLogAppender(data)))
  return appender
}

/** Runs `act` and logs its outcome: an error is logged as a rejection and thrown again. */
export function withOperatorLog<T>(data: string, entry: StrictOmit<OperatorLogEntry, 'outcome'>, act: () => T): T {
  let result: T
  try {
    result = act()
  } catch (error) {
    writeOperatorLog(data, { ...entry, outcome: 'rejected', detail: (error as Error).message })
    throw error
  }
  writeOperatorLog(data, { ...entry, outcome: 'done' })
  return result
}

/**
 * As `withOperatorLog`, for asynchronous work that may add a detail to the entry. A rejection is logged by its code alone: its message
 * may quote a record, whose content does not belong in this log.
 */
export async function withOperatorLogAsync<T>(
  data: string,
  entry: StrictOmit<OperatorLogEntry, 'outcome'>,
  act: (setDetail: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const log = appenderOf(data)
  let { detail } = entry
  let result: T
  try {
    result = await act(text => (detail = text))
  } catch (error) {
    const { code = 'failed' } = error as { code?: string }
    await log.append(lineOf({ ...entry, outcome: 'rejected', detail: code }))
    throw error
  }
  await log.append(lineOf({ ...entry, outcome: 'done', ...(detail !== undefined && { detail }) }))
  return result
}

/** The entry of a change that a command makes: `command` such as `dlq drop`, `target` the objects that it changes. */
export const operatorAuditEntry = (command: string, target: string): StrictOmit<OperatorLogEntry, 'outcome'> => ({
  at: wallClock(),
  operator: operatorName(),
  command,
  target,
})

/** The operator in the operator log: `cli:ann`. */
export const operatorName = (): string => `cli:${userName()}`

/** The user's name, or the user id where the system has no name, as in some containers. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
