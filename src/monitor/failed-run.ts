/**
 * The end of a run that has failed. It commits nothing more, so changes of alerts that it could not commit, and a page about the failure, are
 * sent without a commit, and written to a file beside the log. The next start commits them: it continues the alerts under their ids, pages
 * nobody again, and resolves them when they are over.
 *
 * Without the file, which a full disk may prevent, the next alerts have the same ids all the same: their numbers follow from the log.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PipelineIR } from '../define/ir/index.ts'
import type { NamedValues, NamedWrite } from '../log/index.ts'
import type { Alert, AlertCause } from './alerts/alert.ts'
import { type NumberedAlert, putAlert } from './alerts/alert-store.ts'
import { affectedBy } from './alerts/reach.ts'
import { firstCommand, runbookOf } from './alerts/runbooks.ts'

const FILE = 'failed-run.json'
/** The file is readable by its owner alone, as the log is. */
const MODE = 0o600

const CAUSE: AlertCause = 'availability'

/** The page that a run has failed; undefined if an alert of its availability fires already. `alerts`: all of the run, oldest first. */
export function failurePage(
  ir: PipelineIR,
  data: string,
  alerts: readonly Alert[],
  reason: string,
  now: number,
): NumberedAlert | undefined {
  if (alerts.some(({ cause, state }) => cause === CAUSE && state === 'firing')) return undefined
  const number = numberOf(alerts.at(-1)) + 1
  const subject = { kind: 'pipeline', name: ir.name } as const
  const alert: Alert = {
    id: `${CAUSE}-${ir.name}-${number}`,
    pipeline: ir.name,
    cause: CAUSE,
    subject,
    severity: 'page',
    state: 'firing',
    opened: now,
    summary: `the run has failed: ${reason}`,
    affected: affectedBy(ir, subject),
    runbook: runbookOf(CAUSE),
    command: firstCommand({ cause: CAUSE, subject }, data),
    inhibited: [],
  }
  return { number, alert }
}

/** The number of an alert is the end of its id. */
const numberOf = (alert: Alert | undefined): number => Number(/\d+$/.exec(alert?.id ?? '')?.[0] ?? 0)

/** Named values that a run could not commit, in a file of its data folder. */
export class UncommittedValues {
  readonly #path: string
  #writes: readonly NamedWrite[]

  /** Reads those of the last run. `onReport` gets the problem of a file that cannot be read. */
  constructor(data: string, onReport: (report: string) => void) {
    this.#path = join(data, FILE)
    this.#writes = readWrites(this.#path, onReport)
  }

  get writes(): readonly NamedWrite[] {
    return this.#writes
  }

  /** Adds values, and writes the file. A full disk may prevent that. */
  add(writes: readonly NamedWrite[]): void {
    if (writes.length === 0) return
    this.#writes = [...this.#writes, ...writes]
    this.#store()
  }

  /** Forgets values that are committed now. */
  remove(committed: readonly NamedWrite[]): void {
    if (committed.length === 0) return
    this.#writes = this.#writes.filter(write => !committed.includes(write))
    this.#store()
  }

  #store(): void {
    try {
      if (this.#writes.length === 0) rmSync(this.#path, { force: true })
      else writeFileSync(this.#path, JSON.stringify(this.#writes), { mode: MODE })
    } catch {
      // The ids of the alerts are the same without it.
    }
  }

  /** A store as it is after the values are committed. */
  over(store: NamedValues): NamedValues {
    const writes = new Map(this.#writes)
    return {
      get: name => (writes.has(name) ? (writes.get(name) ?? undefined) : store.get(name)),
      named: prefix => {
        const values = new Map(store.named(prefix))
        for (const [name, value] of writes)
          if (value === null) values.delete(name)
          else if (name.startsWith(prefix)) values.set(name, value)
        return [...values].sort(([a], [b]) => (a < b ? -1 : 1))
      },
    }
  }
}

function readWrites(path: string, onReport: (report: string) => void): readonly NamedWrite[] {
  try {
    const writes = JSON.parse(readFileSync(path, 'utf8')) as NamedWrite[]
    if (Array.isArray(writes) && writes.every(write => Array.isArray(write) && typeof write[0] === 'string')) return writes
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return []
  }
  onReport(`alerts: ${path} cannot be read; alerts of the failed run are left out`)
  return []
}

/** The named value that stores a page. */
export const pageWrites = (page: NumberedAlert | undefined): readonly NamedWrite[] => (page ? putAlert(page) : [])
