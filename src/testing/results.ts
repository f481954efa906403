/** Decisions, labels and reports of a pipeline under test. */
import { decide, decisionRecords, label, reports } from '../replay/index.ts'
import { definedModel, type TestLog } from './log.ts'
import { SpillwayError, type StrictOmit } from '../base/index.ts'
import { reportRecords, type ReportRecord } from '../decision/index.ts'
import type { FeaturesOf } from '../define/feature/index.ts'
import type { Model, VectorOf } from '../define/model/index.ts'

/** A decision of a model under test: the feature vector as delivered, nested like the inputs of the model. */
export interface TestDecision<V> {
  /** UTC ms. */
  readonly t: number
  /** Key: the source key of the triggering event, or the key of the tick or request. */
  readonly key: string | number | boolean
  readonly vector: V
  /** NULL if an input without `ifNull` was NULL, and for a trained model without a score in `scores`. */
  readonly score: number | null
  /** Reason for a missing score although the vector may be complete. */
  readonly rejected?: string
}

/** Decisions of a model over all events and requests so far, in order. */
export function testDecisions(log: TestLog, name: string): TestDecision<unknown>[] {
  const { ir, scores } = log.pipeline
  const model = definedModel(log.pipeline, name)
  const replayed = log.replay()
  const recordOf = decisionRecords(ir, model, replayed)
  const decisions: TestDecision<unknown>[] = []
  for (const batch of decide({ ir, scores }, model, replayed)) {
    for (let row = 0; row < batch.length; row++) {
      const { t, key, vector, score, rejected } = recordOf(batch, row)
      decisions.push({ t, key: key!, vector, score, ...(rejected !== undefined && { rejected }) })
    }
  }
  return decisions
}

/** The label of a decision under test. */
export interface TestLabel extends Pick<TestDecision<unknown>, 't' | 'key'> {
  /** `not eligible` if the condition already held before (`begins`). */
  readonly label: boolean | 'unknown' | 'not eligible'
  /** `labelFrom`, `happens`, `doesNotHappen`: events of the decision that came too late to change its label. */
  readonly late: number
}

/** Labels of all decisions of a model as of the clock, in order of decisions. */
export function testLabels(log: TestLog, name: string): TestLabel[] {
  const { eligible, known, value, late } = label(log.pipeline, definedModel(log.pipeline, name), log.replay(), { at: log.now })
  return testDecisions(log, name).map(({ t, key }, i) => ({
    t,
    key,
    label: !eligible[i] ? 'not eligible' : known[i] ? value[i] === 1 : 'unknown',
    late: late[i],
  }))
}

/** Content of a report row: the vector of its model, or the features of its groups. */
export type ReportVector<Of> = Of extends Model ? VectorOf<Of> : { readonly [N in keyof Of]: FeaturesOf<Of[N]> }

/** One row of a report under test. */
export interface TestReportRow<V> extends StrictOmit<ReportRecord, 'key' | 'vector'> {
  readonly key: string | number | boolean
  readonly vector: V
}

/** One report under test. */
export interface TestReport<V> {
  /** As-of time, UTC ms. */
  readonly t: number
  /** Live keys; the rows are some or all of them. */
  readonly live: number
  readonly rows: TestReportRow<V>[]
}

/** Reports at each of their times up to the clock. */
export function testReports(log: TestLog, name: string): TestReport<unknown>[] {
  const { ir, scores } = log.pipeline
  const report = ir.reports?.find(candidate => candidate.name === name)
  if (!report) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${ir.name}' has no report '${name}'; make it one of its parts`)
  return [...reports({ ir, scores }, report, log.replay())].map(table => ({
    t: table.t,
    live: table.live,
    rows: reportRecords(ir, report, table) as TestReportRow<unknown>[],
  }))
}
