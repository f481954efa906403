/** Ledger of a run's reconciliations. Each record is a named value of the log's store, with its report under a second name. */
import { jobRecordsIn, numberInName, type JobRecord, type JobStart } from '../jobs/index.ts'
import { namedJson, type NamedValues, type NamedWrite } from '../log/index.ts'
import { comparisonBases, type ComparisonBasis, type ReconcileReport, type MismatchReason } from './reconcile-report.ts'

/** Sums over all inputs. */
export interface ReconciliationSums {
  /** Compared values. */
  readonly values: number
  readonly reasons: Readonly<Record<ComparisonBasis, Readonly<Partial<Record<MismatchReason, number>>>>>
}

/** State of one reconciliation, as stored. */
export interface ReconciliationRecord extends JobRecord {
  /** Absent in the records of earlier versions, which had schedules alone. */
  readonly why?: JobStart['why']
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

/** Records are stored under names that begin so. */
export const RECONCILIATIONS = 'reconciliation/'
const LAST = 'last-reconciliation'
const reportNameOf = (number: number): string => `reconciliation-report/${numberInName(number)}`

/** All stored records, oldest first. */
export const reconciliationsIn = (store: Pick<NamedValues, 'named'>): ReconciliationRecord[] => jobRecordsIn(store, RECONCILIATIONS)

/**
 * The last finished reconciliation that compared values. One that had none to compare proves nothing, so its end and its position alone
 * replace those of the last. A repair clears `unexplained`. It is read often, so it has its own name.
 */
export const lastReconciliation = (store: Pick<NamedValues, 'get'>): FinishedReconciliation | undefined => namedJson(store, LAST)

/** A record with its result. */
export interface FinishedReconciliation extends ReconciliationRecord {
  readonly ended: number
  readonly done: ReconciliationResult
}

/** Report of a reconciliation; undefined if it is not finished or no longer stored. */
export const reconciliationReport = (store: Pick<NamedValues, 'get'>, number: number): ReconcileReport | undefined =>
  namedJson(store, reportNameOf(number))

/** Values that store a finished reconciliation, beside its record, and its report. `previous`: the last one until now. */
export const putsOfResult = (record: FinishedReconciliation, report: ReconcileReport, previous?: FinishedReconciliation): NamedWrite[] => [
  [LAST, JSON.stringify(previous && record.done.values === 0 ? extended(previous, record) : record)],
  [reportNameOf(record.number), JSON.stringify(report)],
]

/** The last reconciliation, with the end and the position of a later one. */
const extended = (last: FinishedReconciliation, { ended, done: { seconds, upTo } }: FinishedReconciliation): FinishedReconciliation => ({
  ...last,
  ended,
  done: { ...last.done, seconds, upTo },
})

/** The value that stores that no unexplained values are left: a repair has noted all of them. */
export function putsWithoutUnexplained(store: Pick<NamedValues, 'get'>): NamedWrite[] {
  const last = lastReconciliation(store)
  if (!last || last.done.unexplained === 0) return []
  return [[LAST, JSON.stringify({ ...last, done: { ...last.done, unexplained: 0, sound: true } })]]
}

/** The value that deletes the report of a reconciliation. */
export const deletionOfReport = ({ number }: ReconciliationRecord): NamedWrite => [reportNameOf(number), null]

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
