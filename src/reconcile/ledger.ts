/** Ledger of a run's scheduled reconciliations. Each record is a named value of the log's store, with its report under a second name. */
import type { Commit, StoredLog } from '../log/store.ts'
import { bases, type Basis, type ReconcileReport, type Reason } from './report.ts'

/** Sums over all inputs. */
export interface Sums {
  /** Compared values. */
  readonly values: number
  readonly reasons: Readonly<Record<Basis, Readonly<Partial<Record<Reason, number>>>>>
}

/** State of one reconciliation, as stored. */
export interface ReconciliationRecord {
  /** Number, from 1. */
  readonly number: number
  /** Start and end, UTC ms by the wall clock. */
  readonly began: number
  readonly ended?: number
  /** A `running` record in a log without a run means that the reconciliation was interrupted. */
  readonly state: 'running' | 'done' | 'failed' | 'broken off'
  readonly error?: string
  readonly done?: Reconciled
}

/** Result of a finished reconciliation. */
export interface Reconciled extends Sums {
  readonly seconds: number
  /** Compared decisions. */
  readonly decisions: number
  /** First entry of the next reconciliation, by model. */
  readonly upTo: Readonly<Record<string, number>>
  readonly unexplained: number
  readonly sound: boolean
  /** Sums of this and all earlier reconciliations. */
  readonly totals: Sums & { readonly unexplained: number }
}

const PREFIX = 'reconciliation/'
const REPORT = 'reconciliation-report/'
const LAST = 'last-reconciliation'
const DIGITS = 10
const nameOf = (prefix: string, number: number): string => `${prefix}${String(number).padStart(DIGITS, '0')}`

type Put = NonNullable<Commit['put']>[number]

/** All stored records, oldest first. */
export const reconciliationsIn = (store: Pick<StoredLog, 'named'>): ReconciliationRecord[] =>
  store.named(PREFIX).map(([, text]) => JSON.parse(text) as ReconciliationRecord)

/** The last finished record. It is read often, so it has its own name. */
export function lastReconciliation(store: Pick<StoredLog, 'get'>): DoneRecord | undefined {
  const text = store.get(LAST)
  return text === undefined ? undefined : (JSON.parse(text) as DoneRecord)
}

/** A record with its result. */
export interface DoneRecord extends ReconciliationRecord {
  readonly ended: number
  readonly done: Reconciled
}

/** Report of a reconciliation; undefined if it is not finished or no longer stored. */
export function reportOf(store: Pick<StoredLog, 'get'>, number: number): ReconcileReport | undefined {
  const text = store.get(nameOf(REPORT, number))
  return text === undefined ? undefined : (JSON.parse(text) as ReconcileReport)
}

/** Puts that store a record. */
export const recordPut = (record: ReconciliationRecord): Put => [nameOf(PREFIX, record.number), JSON.stringify(record)]
/** Puts that store a finished record and its report. */
export const donePuts = (record: DoneRecord, report: ReconcileReport): Put[] => [
  [LAST, JSON.stringify(record)],
  [nameOf(REPORT, record.number), JSON.stringify(report)],
]
/** Puts that delete a record and its report. */
export const goneWith = (number: number): Put[] => [PREFIX, REPORT].map(prefix => [nameOf(prefix, number), null])

/** Result of a report, with the totals of the earlier ones. */
export function reconciledBy(report: ReconcileReport, previous: Reconciled | undefined, seconds: number): Reconciled {
  const values = report.inputs.reduce((sum, { recorded }) => sum + recorded.compared, 0)
  const reasons = Object.fromEntries(bases.map(basis => [basis, reasonsOf(report, basis)])) as Sums['reasons']
  const unexplained = Math.max(reasons.recorded.unexplained ?? 0, reasons.corrected.unexplained ?? 0)
  const sums = { values, reasons }
  return {
    ...sums,
    seconds,
    decisions: report.decisions,
    upTo: report.upTo,
    unexplained,
    sound: report.sound,
    totals: { ...addSums(sums, previous?.totals), unexplained: unexplained + (previous?.totals.unexplained ?? 0) },
  }
}

function reasonsOf({ inputs }: ReconcileReport, basis: Basis): Partial<Record<Reason, number>> {
  return inputs.reduce<Partial<Record<Reason, number>>>((sums, input) => addReasons(sums, input[basis].reasons), {})
}

const addSums = ({ values, reasons }: Sums, previous: Sums | undefined): Sums => ({
  values: values + (previous?.values ?? 0),
  reasons: {
    recorded: addReasons(reasons.recorded, previous?.reasons.recorded),
    corrected: addReasons(reasons.corrected, previous?.reasons.corrected),
  },
})

function addReasons(a: Partial<Record<Reason, number>>, b: Partial<Record<Reason, number>> = {}): Partial<Record<Reason, number>> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as Reason[]
  return Object.fromEntries(names.map(name => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
