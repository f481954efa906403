import { SpillwayError } from '../base/errors.ts'
import { durationMs, type Duration } from '../base/time.ts'
import { timestampMs } from '../base/exact.ts'
import type { Columns, RecordOf } from '../define/expression/kinds.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/features.ts'
import type { Model, VectorOf } from '../define/model/model.ts'
import type { Pipeline } from '../define/pipeline.ts'
import type { Report } from '../define/report/report.ts'
import type { RecordFor, Source } from '../define/source/source.ts'
import type { Refusal } from '../intake/refusal.ts'
import { decisionsOf, type TestDecision } from './decisions.ts'
import { featuresAt } from './features.ts'
import { labelsOf, type TestLabel } from './labels.ts'
import { TestLog } from './log.ts'
import { reportsOf, type ReportVector, type TestReport } from './reports.ts'

/** A key of a group: its one value, or one for each of its key columns. */
export type TestKey = string | number | boolean | readonly (string | number | boolean)[]

export interface TestRun {
  /** The virtual clock, UTC ms. It never goes back. */
  readonly now: number
  /** Records that were refused, with `send(…, { refused: true })`. */
  readonly refused: readonly Refusal[]
  /**
   * Appends records in order. Before each the clock moves to the arrival that its source gives it; one that is older than the
   * clock arrives late, now. Rejects with `SPILL_INPUT` for a record that is refused, unless `refused` allows it.
   */
  send<S extends Source>(source: S, records: readonly RecordFor<S>[], options?: { readonly refused?: boolean }): Promise<void>
  /**
   * Moves the clock by a duration, or to a moment (ISO 8601, or UTC ms). Every tick on the way is made, and one at its end: each at its own time,
   * from what had arrived by then. What is sent later arrives later than these ticks.
   */
  advance(by: Duration | { readonly to: string | number }): Promise<void>
  /**
   * Puts a request to a model that decides on request, now, and gives its decision. Rejects with `SPILL_INPUT` for fields that are not those of
   * the request.
   */
  request<I, C extends Columns>(model: Model<I, C>, fields: RecordOf<C>): Promise<TestDecision<VectorOf<Model<I>>>>
  /** The group's features at a key, through its placement, now. */
  features<E extends Entities, F>(group: Group<E, F>, key: TestKey): FeaturesOf<Group<E, F>>
  /** Every decision that the model has made so far, in order. A tick at the clock is made once the clock was moved to it, or past it. */
  decisions<I>(model: Model<I>): TestDecision<VectorOf<Model<I>>>[]
  /** What came of each of them, as known now. Throws `SPILL_INPUT` for a model without a label. */
  labels(model: Model): TestLabel[]
  /** A report at each of its times so far, in order; one at the clock is made once the clock was moved to it, or past it. */
  report<Of>(report: Report<Of>): TestReport<ReportVector<Of>>[]
}

export interface TestingOptions {
  /** Where the virtual clock starts: ISO 8601 with an offset or `Z`, or UTC ms. */
  readonly at: string | number
}

/**
 * Runs a pipeline in memory on a virtual clock. What it answers comes from the same intake, kernel and models as a replay, so a
 * test holds for production. Meant for small histories: every answer replays what was sent.
 */
export async function testing(pipeline: Pipeline, options: TestingOptions): Promise<TestRun> {
  const log = new TestLog(pipeline, momentMs(options.at))
  return {
    get now() {
      return log.now
    },
    get refused() {
      return log.refused
    },
    async send(source, records, { refused = false } = {}) {
      for (const record of records) log.append(source.name, record, refused)
    },
    async advance(by) {
      log.moveTo(typeof by === 'object' ? momentMs(by.to) : log.now + durationMs(by))
    },
    async request(model, fields) {
      log.ask(model.name, fields)
      return decisionsOf(pipeline, log, model.name).at(-1) as never
    },
    features: (group, key) => featuresAt(log, group.name, Array.isArray(key) ? key : [key]) as never,
    decisions: model => decisionsOf(pipeline, log, model.name) as never,
    labels: model => labelsOf(pipeline, log, model.name),
    report: report => reportsOf(pipeline, log, report.name) as never,
  }
}

function momentMs(moment: string | number): number {
  const ms = timestampMs(moment)
  if (ms === undefined)
    throw new SpillwayError('SPILL_INPUT', `'${moment}' is no moment; write UTC ms, or ISO 8601 with its offset: '2026-01-01T00:00Z'`)
  return ms
}
