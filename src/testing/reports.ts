/** Reports of a pipeline under test. */
import { SpillwayError, type StrictOmit } from '../base/index.ts'
import { reportRecords, type ReportRecord } from '../decision/index.ts'
import type { FeaturesOf } from '../define/feature/index.ts'
import type { Model, VectorOf } from '../define/model/index.ts'
import type { Pipeline } from '../define/index.ts'
import { reports } from '../replay/index.ts'
import type { TestLog } from './log.ts'

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
export function testReports({ ir, scores }: Pipeline, log: TestLog, name: string): TestReport<unknown>[] {
  const report = ir.reports?.find(candidate => candidate.name === name)
  if (!report) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${ir.name}' has no report '${name}'; make it one of its parts`)
  return [...reports({ ir, scores }, report, log.replay())].map(table => ({
    t: table.t,
    live: table.live,
    rows: reportRecords(ir, report, table) as TestReportRow<unknown>[],
  }))
}
