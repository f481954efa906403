/**
 * The ledger of reconciliations that a run made on its schedule: what was compared, how much of it was another and why. Each is a named value of the log's store, with its
 * report beside it under a name of its own.
 */
import type { Commit, StoredLog } from '../log/store.ts'
import { bases, type Basis, type ReconcileReport, type Reason } from './report.ts'

/** Sums over all inputs. */
export interface Sums {
  /** Values that were compared. */
  readonly values: number
  readonly reasons: Readonly<Record<Basis, Readonly<Partial<Record<Reason, number>>>>>
}

export interface ReconciliationRecord {
  /** Counts from 1. */
  readonly number: number
  /** When it began and ended, UTC ms by the wall clock. */
  readonly began: number
  readonly ended?: number
  /** One that is `running` in a log that nobody runs was broken off. */
  readonly state: 'running' | 'done' | 'failed' | 'broken off'
  readonly error?: string
  readonly done?: Reconciled
}

/** What came of one that is done. */
export interface Reconciled extends Sums {
  readonly seconds: number
  /** Decisions that were compared. */
  readonly decisions: number
  /** By model: the next one begins at this entry of the log. */
  readonly upTo: Readonly<Record<string, number>>
  readonly unexplained: number
  readonly sound: boolean
  /** Of this one and all before it. */
  readonly totals: Sums & { readonly unexplained: number }
}

const PREFIX = 'reconciliation/'
const REPORT = 'reconciliation-report/'
const LAST = 'last-reconciliation'
const DIGITS = 10
const named = (prefix: string, number: number): string => `${prefix}${String(number).padStart(DIGITS, '0')}`

type Put = NonNullable<Commit['put']>[number]

/** All that are kept, the oldest first. */
export const reconciliationsIn = (store: Pick<StoredLog, 'named'>): ReconciliationRecord[] =>
  store.named(PREFIX).map(([, text]) => JSON.parse(text) as ReconciliationRecord)

/** The last that is done; what is asked for often, so it has a name of its own. */
export function lastReconciliation(store: Pick<StoredLog, 'get'>): DoneRecord | undefined {
  const text = store.get(LAST)
  return text === undefined ? undefined : (JSON.parse(text) as DoneRecord)
}

export interface DoneRecord extends ReconciliationRecord {
  readonly ended: number
  readonly done: Reconciled
}

/** What one of them found; `undefined` if it is not done, or not kept. */
export function reportOf(store: Pick<StoredLog, 'get'>, number: number): ReconcileReport | undefined {
  const text = store.get(named(REPORT, number))
  return text === undefined ? undefined : (JSON.parse(text) as ReconcileReport)
}

export const recordPut = (record: ReconciliationRecord): Put => [named(PREFIX, record.number), JSON.stringify(record)]
export const donePuts = (record: DoneRecord, report: ReconcileReport): Put[] => [
  [LAST, JSON.stringify(record)],
  [named(REPORT, record.number), JSON.stringify(report)],
]
export const goneWith = (number: number): Put[] => [PREFIX, REPORT].map(prefix => [named(prefix, number), null])

export function reconciledBy(report: ReconcileReport, before: Reconciled | undefined, seconds: number): Reconciled {
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
    totals: { ...added(sums, before?.totals), unexplained: unexplained + (before?.totals.unexplained ?? 0) },
  }
}

function reasonsOf({ inputs }: ReconcileReport, basis: Basis): Partial<Record<Reason, number>> {
  return inputs.reduce<Partial<Record<Reason, number>>>((sums, input) => addedReasons(sums, input[basis].reasons), {})
}

const added = ({ values, reasons }: Sums, before: Sums | undefined): Sums => ({
  values: values + (before?.values ?? 0),
  reasons: {
    recorded: addedReasons(reasons.recorded, before?.reasons.recorded),
    corrected: addedReasons(reasons.corrected, before?.reasons.corrected),
  },
})

function addedReasons(a: Partial<Record<Reason, number>>, b: Partial<Record<Reason, number>> = {}): Partial<Record<Reason, number>> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as Reason[]
  return Object.fromEntries(names.map(name => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
