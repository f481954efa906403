/** The jobs of one trainable model: trainings, evaluations of its challengers, and drift checks. They share one retry delay. */
import type { PipelineIR } from '../../define/ir/index.ts'
import type { JobClock, Job } from '../../jobs/index.ts'
import type { Log, CommitWriter, NamedValues, SegmentLog } from '../../log/index.ts'
import { labelHorizon } from '../../replay/index.ts'
import type { ModelVersion } from '../../training/registry/index.ts'
import type { ChallengerJob, EvaluationPort } from './challenger-job.ts'
import type { DriftCheckPort } from './drift-job.ts'
import { isPermanentFailure, type ModelLifecycle } from './model-lifecycle.ts'
import type { TrainPort } from './training-job.ts'

/** Compute the jobs of trainable models, beside the loop. */
export interface ModelJobPorts {
  /** Without it no model is trained; existing versions are served and promoted. */
  readonly train: TrainPort
  /** Without it challenges never end. */
  readonly evaluateChallenger: EvaluationPort
  /** Without it drift is not checked. */
  readonly checkDrift: DriftCheckPort
}

export interface TrainingSchedulerOptions extends Partial<ModelJobPorts> {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues & SegmentLog
  readonly log: Log
  readonly jobClock: JobClock
  /** Are all decisions made that are due, of entries and of ticks? Later ones would be missing in evaluations and drift checks. */
  readonly isDecided: () => boolean
  readonly onReport: (report: string) => void
  /** Notified when a promotion waits for a turn. */
  readonly onReady: () => void
}

interface ModelJobsOptions extends TrainingSchedulerOptions {
  /** Waits until a promotion is a marker in the log. */
  readonly awaitMarker: (markerCommit: Promise<void>) => Promise<void>
}

/** A new version, and the marker of its promotion, if it is promoted. */
export interface RequestedVersion {
  readonly version: ModelVersion
  readonly markerCommit: Promise<void> | undefined
}

const when = (t: number): string => new Date(t).toISOString()

/** Trains versions of the model, by its schedule, by drift and on demand. */
export function trainingJob(lifecycle: ModelLifecycle, options: ModelJobsOptions): Job<RequestedVersion> {
  const { ir, store, log, jobClock, train, awaitMarker } = options
  const { retry, schedule, drift, promotionQueue, model } = lifecycle
  /** Had any event arrived by then? Without events there is nothing to learn. */
  let firstArrival: number | undefined
  const hasEventsBy = (at: number): boolean => {
    firstArrival ??= store.segmentAt(0)?.arrival
    return firstArrival !== undefined && firstArrival < at
  }
  return {
    name: model.name,
    retry,
    due: now => {
      const s = schedule.due(now)
      if (s !== undefined && hasEventsBy(s)) return { why: 'schedule', s }
      return drift?.due && { why: 'drift', s: drift.due.at, because: drift.due.because }
    },
    begin: ({ s: at, why, because }, began) => {
      const cut = log.end
      const version = lifecycle.beginVersion({ why, at, began, cut, ...(because !== undefined && { because }) })
      return {
        put: [lifecycle.put(version)],
        run: async signal => {
          const training = await train!({ ir, model: model.name, at, cut, champion: lifecycle.comparedScore(store) }, signal)
          const stored = await promotionQueue.enqueue(async () => {
            const finished = lifecycle.finish(version, training, jobClock.wall(), store)
            await store.commit({ put: finished.put })
            return finished
          })
          const markerCommit = stored.promotion && awaitMarker(stored.markerCommit)
          markerCommit?.catch(() => {})
          return { version: stored.version, markerCommit }
        },
        describe: outcome => `the training of model '${model.name}' of ${when(at)} ${outcome}; the previous score stays in use`,
        isFinal: isPermanentFailure,
        fail: (error, isFinal) => lifecycle.fail(version, error, jobClock.wall(), isFinal),
        interrupt: () => lifecycle.markBrokenOff(),
      }
    },
  }
}

/** Evaluates the challenger once the challenge is over and the labels of its decisions are settled. The result is requested like a promotion. */
export function evaluationJob(lifecycle: ModelLifecycle, options: ModelJobsOptions): Job<undefined> {
  const { ir, store, jobClock, evaluateChallenger, isDecided, awaitMarker } = options
  const { retry, promotionQueue, model } = lifecycle
  const { promote } = model.train
  /** The evaluation of the current challenge. */
  const current = (): ChallengerJob | undefined => {
    const { challenge } = lifecycle
    if (!evaluateChallenger || !challenge || promotionQueue.waiting || promote.kind === 'hand' || promote.shadow === undefined)
      return undefined
    const { version, entry, at: from } = challenge
    const to = from + promote.shadow
    return { ir, model: model.name, version, entry, from, to, at: to + labelHorizon(model.label) }
  }
  return {
    name: `evaluation of ${model.name}`,
    retry,
    due: now => {
      const s = current()?.at
      return s !== undefined && s < now && isDecided() ? { why: 'schedule', s } : undefined
    },
    begin: () => {
      const job = current()!
      return {
        put: [],
        run: async signal => {
          const report = await evaluateChallenger!(job, signal)
          const { promotion, markerCommit } = await promotionQueue.enqueue(async () => {
            const { challenge } = lifecycle
            if (!challenge || challenge.entry !== job.entry) return { promotion: undefined }
            const evaluation = lifecycle.recordEvaluation(challenge, report, jobClock.wall())
            await store.commit({ put: evaluation.put })
            return evaluation
          })
          if (promotion) awaitMarker(markerCommit).catch(() => {})
          return undefined
        },
        describe: outcome => `the evaluation of version ${job.version} of model '${model.name}' ${outcome}`,
        fail: () => [],
      }
    },
  }
}

/** Checks for drift while a version scores that has scored since before the check. */
export function driftCheckJob(lifecycle: ModelLifecycle, { ir, store, checkDrift, isDecided, onReport }: ModelJobsOptions): Job<undefined> {
  const { retry, drift, model } = lifecycle
  /** A check at which no version scored, with the number of promotions by then: it is not repeated every moment. */
  let unscored: string | undefined
  return {
    name: `drift check of ${model.name}`,
    retry,
    due: now => {
      const s = checkDrift && drift?.checkDue(now)
      const { promotions } = lifecycle
      if (s === undefined || !(s > (promotions.at(-1)?.at ?? -Infinity)) || !isDecided()) return undefined
      const check = `${s}, ${promotions.length}`
      if (unscored === check) return undefined
      if (lifecycle.scoringVersion(store) !== undefined) return { why: 'schedule', s }
      unscored = check
      return undefined
    },
    begin: ({ s: at }) => {
      const version = lifecycle.scoringVersion(store)!
      return {
        put: [],
        run: async signal => {
          const result = await checkDrift!({ ir, model: model.name, version, at }, signal)
          const previousRequest = drift!.due
          await store.commit({ put: [drift!.recordCheck(at, version, result, lifecycle.trainedAt)] })
          const { due } = drift!
          if (due && !previousRequest)
            onReport(`model '${model.name}' is trained again, since drift was found at ${when(at)}: ${due.because}`)
          return undefined
        },
        describe: outcome => `the drift check of model '${model.name}' of ${when(at)} ${outcome}`,
        isFinal: isPermanentFailure,
        fail: ({ message }, isFinal) =>
          isFinal ? [drift!.recordCheck(at, version, { rows: { reference: 0, recent: 0 }, silent: message }, -Infinity)] : [],
      }
    },
  }
}
