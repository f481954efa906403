/** The test harness: a pipeline in memory on a virtual clock. */
import { SpillwayError, durationMs, type Duration, timestampMs } from '../base/index.ts'
import type { ColumnSpecs, RecordOf, Pipeline, Report } from '../define/index.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/index.ts'
import type { Model, VectorOf } from '../define/model/index.ts'
import type { RecordFor, Source } from '../define/source/index.ts'
import type { Rejection } from '../intake/index.ts'
import { testDecisions, type TestDecision, testLabels, type TestLabel, testReports, type ReportVector, type TestReport } from './results.ts'
import { testFeatures } from './features.ts'
import { TestLog } from './log.ts'

/** A key of a group: its single value, or one value per key column. */
export type TestKey = string | number | boolean | readonly (string | number | boolean)[]

/** A pipeline under test. */
export interface TestRun {
  /** The virtual clock, UTC ms. It never goes back. */
  readonly now: number
  /** Rejected records that `send(…, { rejected: true })` allowed. */
  readonly rejected: readonly Rejection[]
  /**
   * Appends records in order. Before each, the clock moves to the arrival that its source gives; an older record arrives late, now.
   * @throws (rejects with) `SPILL_INPUT` for a rejected record, unless `rejected` allows it.
   * @example
   *   await run.send(payments, [{ card: 'c1', amount: 12, at: '2026-01-01T00:00:00Z' }])
   */
  send<S extends Source>(source: S, records: readonly RecordFor<S>[], options?: { readonly rejected?: boolean }): Promise<void>
  /**
   * Moves the clock by a duration, or to a time (ISO 8601, or UTC ms). Every tick on the way happens, and one at its end: each at its own
   * time, from the events that had arrived by then. Later events arrive after these ticks.
   * @throws (rejects with) `SPILL_INPUT` for a time before the clock.
   * @example
   *   await run.advance('1h')
   */
  advance(by: Duration | { readonly to: string | number }): Promise<void>
  /**
   * Sends a request to a model that decides on request, now, and resolves with its decision.
   * @throws (rejects with) `SPILL_INPUT` for invalid fields.
   * @example
   *   const { score } = await run.request(fraud, { card: 'c1' })
   */
  request<I, C extends ColumnSpecs>(model: Model<I, C>, fields: RecordOf<C>): Promise<TestDecision<VectorOf<Model<I>>>>
  /**
   * Features of a group at a key, through its placement, as of now.
   * @throws `SPILL_NOT_FOUND` for an unknown group, `SPILL_KEY` for a wrong key.
   * @example
   *   run.features(spending, 'c1')
   */
  features<E extends Entities, F>(group: Group<E, F>, key: TestKey): FeaturesOf<Group<E, F>>
  /**
   * All decisions of a model so far, in order. A tick at the clock happens once the clock was moved to it, or past it.
   * @example
   *   run.decisions(fraud).at(-1)
   */
  decisions<I>(model: Model<I>): TestDecision<VectorOf<Model<I>>>[]
  /**
   * Labels of the decisions, as known now.
   * @throws `SPILL_INPUT` for a model without a label.
   * @example
   *   run.labels(fraud)
   */
  labels(model: Model): TestLabel[]
  /**
   * A report at each of its times so far, in order. A report at the clock is made once the clock was moved to it, or past it.
   * @throws `SPILL_NOT_FOUND` for an unknown report.
   * @example
   *   run.report(hourly).at(-1)
   */
  report<Of>(report: Report<Of>): TestReport<ReportVector<Of>>[]
}

/** Options of `testing`. */
export interface TestingOptions {
  /** Start of the virtual clock: ISO 8601 with an offset or `Z`, or UTC ms. */
  readonly at: string | number
}

/**
 * Runs a pipeline in memory on a virtual clock.
 *
 * Its results come from the same intake, kernel and models as a replay, so a test holds for production. Meant for small histories: every
 * query replays all events.
 * @throws (rejects with) `SPILL_INPUT` for an invalid start time.
 * @example
 *   const run = await testing(app, { at: '2026-01-01T00:00:00Z' })
 *   await run.send(payments, [{ card: 'c1', amount: 12, at: '2026-01-01T00:00:00Z' }])
 *   run.decisions(fraud)
 */
export async function testing(pipeline: Pipeline, options: TestingOptions): Promise<TestRun> {
  const log = new TestLog(pipeline, timeMs(options.at))
  return {
    get now() {
      return log.now
    },
    get rejected() {
      return log.rejected
    },
    async send(source, records, { rejected = false } = {}) {
      for (const record of records) log.append(source.name, record, rejected)
    },
    async advance(by) {
      log.moveTo(typeof by === 'object' ? timeMs(by.to) : log.now + durationMs(by))
    },
    async request(model, fields) {
      log.request(model.name, fields)
      return testDecisions(log, model.name).at(-1) as never
    },
    features: (group, key) => testFeatures(log, group.name, Array.isArray(key) ? key : [key]) as never,
    decisions: model => testDecisions(log, model.name) as never,
    labels: model => testLabels(log, model.name),
    report: report => testReports(log, report.name) as never,
  }
}

function timeMs(time: string | number): number {
  const ms = timestampMs(time)
  if (ms === undefined)
    throw new SpillwayError('SPILL_INPUT', `'${time}' is not a time; write UTC ms, or ISO 8601 with its offset: '2026-01-01T00:00Z'`)
  return ms
}
