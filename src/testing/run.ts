/** The test harness: a pipeline in memory on a virtual clock. */
import { SpillwayError, durationMs, type Duration, show, timestampMs } from '../base/index.ts'
import type { ColumnSpecs, RecordOf, Pipeline, Report } from '../define/index.ts'
import type { Action, EffectRecord } from '../define/action/index.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/index.ts'
import type { Model, VectorOf } from '../define/model/index.ts'
import type { RecordFor, Source } from '../define/source/index.ts'
import type { Rejection } from '../intake/index.ts'
import { testDecisions, type TestDecision, testLabels, type TestLabel, testReports, type ReportVector, type TestReport } from './results.ts'
import { testEffects } from './effects.ts'
import { testFeatures } from './features.ts'
import { definedModel, TestLog } from './log.ts'

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
   * Effects of an action so far, in order, as its destination would receive them. Nothing is delivered. A decision whose score does not
   * meet the condition has no effect, and neither has a decision within the cooldown of its key.
   * @throws `SPILL_NOT_FOUND` for an unknown action; `SPILL_INPUT` for an inline answer (`answer`), and for an action of a trained model
   * without a score in `scores`.
   * @example
   *   const [{ key, score, due }] = run.effects(alert)
   */
  effects(action: Action): EffectRecord[]
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
  /**
   * Scores by the model's name: pure functions of the feature vector, which replace the models' own scores. A trained model has no version
   * in a test; without a function here its scores are NULL.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- a name has no type of its vector; users may annotate it
  readonly scores?: Readonly<Record<string, (vector: any) => number>>
}

/**
 * Runs a pipeline in memory on a virtual clock.
 *
 * Its results come from the same intake, kernel and models as a replay, so a test holds for production. Meant for small histories: every
 * query replays all events.
 * @throws (rejects with) `SPILL_INPUT` for an invalid start time and for a score that is no function; `SPILL_NOT_FOUND` for a score of an
 * unknown model.
 * @example
 *   const run = await testing(app, { at: '2026-01-01T00:00:00Z' })
 *   await run.send(payments, [{ card: 'c1', amount: 12, at: '2026-01-01T00:00:00Z' }])
 *   run.decisions(fraud)
 * @example
 *   // A trained model has no version in a test, so the test gives its scores.
 *   const run = await testing(app, { at: '2026-01-01T00:00:00Z', scores: { risk: vector => (vector.n > 2 ? 0.9 : 0.1) } })
 */
export async function testing(pipeline: Pipeline, options: TestingOptions): Promise<TestRun> {
  const log = new TestLog(withScores(pipeline, options.scores ?? {}), timeMs(options.at))
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
    effects: action => testEffects(log, action.name),
    labels: model => testLabels(log, model.name),
    report: report => testReports(log, report.name) as never,
  }
}

/** The pipeline with the scores of the test in place of its own. */
function withScores(pipeline: Pipeline, scores: NonNullable<TestingOptions['scores']>): Pipeline {
  for (const [name, compute] of Object.entries(scores)) {
    definedModel(pipeline, name)
    if (typeof compute !== 'function')
      throw new SpillwayError('SPILL_INPUT', `the score of model '${name}' is ${show(compute)}; write a function: vector => 0.9`)
  }
  const models = pipeline.ir.models.map(model =>
    Object.hasOwn(scores, model.name) ? { ...model, score: { kind: 'function' as const, version: 'testing' } } : model,
  )
  return { ...pipeline, ir: { ...pipeline.ir, models }, scores: new Map([...pipeline.scores, ...Object.entries(scores)]) }
}

function timeMs(time: string | number): number {
  const ms = timestampMs(time)
  if (ms === undefined)
    throw new SpillwayError('SPILL_INPUT', `'${time}' is not a time; write UTC ms, or ISO 8601 with its offset: '2026-01-01T00:00Z'`)
  return ms
}
