/** Ledger of a run's scheduled reconciliations. Each record is a named value of the log's store, with its report under a second name. */
import type { Commit, NamedValues } from '../log/store.ts'
import { comparisonBases, type ComparisonBasis, type ReconcileReport, type MismatchReason } from './report.ts'

/** Sums over all inputs. */
export interface ReconciliationSums {
  /** Compared values. */
  readonly values: number
  readonly reasons: Readonly<Record<ComparisonBasis, Readonly<Partial<Record<MismatchReason, number>>>>>
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
  readonly done?: ReconciliationResult
}

/** Result of a finished reconciliation. */
export interface ReconciliationResult extends ReconciliationSums {
  readonly seconds: number
  /** Compared decisions. */
  readonly decisions: number
  /** First entry of the next reconciliation, by model. */
  readonly upTo: Readonly<Record<string, number>>
  readonly unexplained: number
  readonly sound: boolean
  /** Sums of this and all earlier reconciliations. */
  readonly totals: ReconciliationSums & { readonly unexplained: number }
}

const PREFIX = 'reconciliation/'
const REPORT = 'reconciliation-report/'
const LAST = 'last-reconciliation'
const DIGITS = 10
const nameOf = (prefix: string, number: number): string => `${prefix}${String(number).padStart(DIGITS, '0')}`

type Put = NonNullable<Commit['put']>[number]

/** All stored records, oldest first. */
export const reconciliationsIn = (store: Pick<NamedValues, 'named'>): ReconciliationRecord[] =>
  store.named(PREFIX).map(([, text]) => JSON.parse(text) as ReconciliationRecord)

/** The last finished record. It is read often, so it has its own name. */
export function lastReconciliation(store: Pick<NamedValues, 'get'>): FinishedReconciliation | undefined {
  const text = store.get(LAST)
  return text === undefined ? undefined : (JSON.parse(text) as FinishedReconciliation)
}

/** A record with its result. */
export interface FinishedReconciliation extends ReconciliationRecord {
  readonly ended: number
  readonly done: ReconciliationResult
}

/** Report of a reconciliation; undefined if it is not finished or no longer stored. */
export function reconciliationReport(store: Pick<NamedValues, 'get'>, number: number): ReconcileReport | undefined {
  const text = store.get(nameOf(REPORT, number))
  return text === undefined ? undefined : (JSON.parse(text) as ReconcileReport)
}

/** Puts that store a record. */
export const putOfRecord = (record: ReconciliationRecord): Put => [nameOf(PREFIX, record.number), JSON.stringify(record)]
/** Puts that store a finished record and its report. */
export const putsOfResult = (record: FinishedReconciliation, report: ReconcileReport): Put[] => [
  [LAST, JSON.stringify(record)],
  [nameOf(REPORT, record.number), JSON.stringify(report)],
]
/** Puts that delete a record and its report. */
export const deletionsOf = (number: number): Put[] => [PREFIX, REPORT].map(prefix => [nameOf(prefix, number), null])

/** Result of a report, with the totals of the earlier ones. */
export function reconciliationResult(
  report: ReconcileReport,
  previous: ReconciliationResult | undefined,
  seconds: number,
): ReconciliationResult {
  const values = report.inputs.reduce((sum, { recorded }) => sum + recorded.compared, 0)
  const reasons = Object.fromEntries(comparisonBases.map(basis => [basis, reasonsOf(report, basis)])) as ReconciliationSums['reasons']
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

function reasonsOf({ inputs }: ReconcileReport, basis: ComparisonBasis): Partial<Record<MismatchReason, number>> {
  return inputs.reduce<Partial<Record<MismatchReason, number>>>((sums, input) => addReasons(sums, input[basis].reasons), {})
}

const addSums = ({ values, reasons }: ReconciliationSums, previous: ReconciliationSums | undefined): ReconciliationSums => ({
  values: values + (previous?.values ?? 0),
  reasons: {
    recorded: addReasons(reasons.recorded, previous?.reasons.recorded),
    corrected: addReasons(reasons.corrected, previous?.reasons.corrected),
  },
})

function addReasons(
  a: Partial<Record<MismatchReason, number>>,
  b: Partial<Record<MismatchReason, number>> = {},
): Partial<Record<MismatchReason, number>> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as MismatchReason[]
  return Object.fromEntries(names.map(name => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
