/** The ledger of jobs: one record per attempt, as a named value of the log's store. Each change returns the named values to commit. */
import type { NamedValues, NamedWrite } from '../log/index.ts'

/** One attempt of a job. */
export interface JobRecord {
  /** Number of the attempt, from 1, over all jobs of the ledger. */
  readonly number: number
  /** Wall clock, UTC ms. */
  readonly began: number
  /** Wall clock, UTC ms. Absent where the process was killed. */
  readonly ended?: number
  /** A `running` attempt of a stopped log was broken off, unless the next process resumes it. */
  readonly state: 'running' | 'done' | 'failed' | 'broken off'
  readonly error?: string
}

const DIGITS = 10

/** A number as part of a name: names sort in the order of their numbers. */
export const numberInName = (number: number): string => String(number).padStart(DIGITS, '0')

/** Records whose names begin with `prefix`, oldest first. */
export const jobRecordsIn = <R extends JobRecord>(store: Pick<NamedValues, 'named'>, prefix: string): R[] =>
  store.named(prefix).map(([, text]) => JSON.parse(text) as R)

/** The records of one kind of job, in memory. */
export class JobLedger<R extends JobRecord> {
  readonly #prefix: string
  readonly #records = new Map<number, R>()

  constructor(store: Pick<NamedValues, 'named'>, prefix: string) {
    this.#prefix = prefix
    for (const record of jobRecordsIn<R>(store, prefix)) this.#records.set(record.number, record)
  }

  /** All records, oldest first. */
  get records(): R[] {
    return [...this.#records.values()]
  }

  /** The number of the next attempt. */
  get next(): number {
    return (this.records.at(-1)?.number ?? 0) + 1
  }

  at(number: number): R | undefined {
    return this.#records.get(number)
  }

  put(record: R): NamedWrite {
    this.#records.set(record.number, record)
    return [this.#prefix + numberInName(record.number), JSON.stringify(record)]
  }

  /** Marks attempts that an earlier process left unfinished as `broken off`, but for those that are `resumable`. */
  markBrokenOff(resumable: (record: R) => boolean = () => false): NamedWrite[] {
    return this.records
      .filter(record => record.state === 'running' && !resumable(record))
      .map(record => this.put({ ...record, state: 'broken off' }))
  }

  /** Deletes the oldest of some records beyond the newest `kept`. */
  trim(records: readonly R[], kept: number): NamedWrite[] {
    return records.slice(0, Math.max(0, records.length - kept)).map(({ number }) => {
      this.#records.delete(number)
      return [this.#prefix + numberInName(number), null]
    })
  }
}
