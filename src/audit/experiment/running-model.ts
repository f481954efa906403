/**
 * The model without retraining, for a pipeline that trains it: which model scores which decisions while features become older.
 *
 * The promoted champion scores the decisions outside its training data, since on training data any change of a feature looks like a loss.
 * Walk-forward validation scores the others (Hyndman, Athanasopoulos, *Forecasting: Principles and Practice*, 5.10): at each scheduled time
 * the model is fitted on the labels settled by then. Cost: one fit per time, at most AUDIT_TRAININGS_MAX.
 */
import { SpillwayError, limits, type StrictOmit } from '../../base/index.ts'
import type { TrainIR } from '../../define/ir/index.ts'
import { lowerBound } from '../../columns/index.ts'
import { scheduledTimes } from '../../kernel/index.ts'
import type { PromotedChampion } from '../../operate/index.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { consecutiveFits, settledBy, type ModelFit } from './settings/training-setting.ts'
import type { RunningScore } from './replay/scorer.ts'

/** A score for each case, in order, and the models that score the judged cases. */
export interface RunningModel {
  readonly scores: readonly RunningScore[]
  /** The number of fitted models, each as of its time. */
  readonly trainings: number
  /** Every `step`-th scheduled time has a model; 1 up to `AUDIT_TRAININGS_MAX` times. */
  readonly step: number
  /** The number of judged decisions that the champion scores. */
  readonly byChampion: number
  /** True where its training data is among them, because no other model could be fitted. */
  readonly hasLearnt: boolean
  readonly judged: number
}

export interface RunningModelInput {
  readonly cases: Pick<Cases, 't' | 'length' | 'blocks'>
  readonly every: TrainIR['every']
  readonly champion: PromotedChampion | undefined
  /** The label's horizon, ms. */
  readonly horizon: number
  /** Fits a model. Rejects with `SPILL_TRAINING` where there is nothing to fit. */
  readonly fit: (trainingRange: RowRange) => Promise<StrictOmit<RunningScore, 'from' | 'to'>>
}

/** The models by range of cases. Rejects as `fit` does where the first model cannot be fitted and there is no champion. */
export async function fitRunningModel({ cases, every, champion, horizon, fit }: RunningModelInput): Promise<RunningModel> {
  const { t, length, blocks } = cases
  const from = champion ? lowerBound(t, champion.learntTo + 1) : length
  const { fittings, step } = walkForward(every, cases, horizon)
  const fitted = await fittedScores(
    fittings.filter(({ scores }) => scores.from < from),
    fit,
    champion !== undefined,
  )
  const hasLearnt = champion !== undefined && fitted === undefined
  const championFrom = hasLearnt ? 0 : from
  const own = (fitted ?? []).map(model => ({ ...model, to: Math.min(model.to, championFrom) }))
  const { test } = blocks
  return {
    scores: champion && championFrom < length ? [...own, { ...champion, from: championFrom, to: length }] : own,
    trainings: own.length,
    step,
    byChampion: Math.max(0, test.to - Math.max(test.from, championFrom)),
    hasLearnt,
    judged: test.to - test.from,
  }
}

/**
 * The fitted models. Where a later fit fails, the model before it continues, as in a run. `undefined` where the first fails and there is a
 * champion.
 */
async function fittedScores(
  fittings: readonly ModelFit[],
  fit: RunningModelInput['fit'],
  hasOther: boolean,
): Promise<RunningScore[] | undefined> {
  const models: RunningScore[] = []
  for (const { trainingRange, scores } of fittings) {
    try {
      const { score, file } = await fit(trainingRange)
      models.push({ ...scores, score, file })
    } catch (error) {
      if (!(error instanceof SpillwayError) || error.code !== 'SPILL_TRAINING') throw error
      const before = models.pop()
      if (before) models.push({ ...before, to: scores.to })
      else if (hasOther) return undefined
      else throw error
    }
  }
  return models
}

/**
 * The models of walk-forward validation, in order; each case belongs to one. The first is fitted on the block `train` and scores that block
 * too. Each later model takes over at a scheduled time, fitted on the decisions whose labels were settled by then.
 */
export function walkForward(
  every: TrainIR['every'],
  { t, length, blocks: { train, tune, test } }: Pick<Cases, 't' | 'length' | 'blocks'>,
  horizon: number,
): { readonly fittings: ModelFit[]; readonly step: number } {
  const due = every ? [...scheduledTimes(every, t[tune.from] + 1, t[test.to - 1] + 1)] : []
  const step = Math.max(1, Math.ceil(due.length / (limits.AUDIT_TRAININGS_MAX - 1)))
  const later = due
    .filter((_, i) => (i + 1) % step === 0)
    .map(time => ({ from: lowerBound(t, time), trainingRange: settledBy(t, time, horizon) }))
  return { fittings: consecutiveFits([{ from: 0, trainingRange: train }, ...later], length), step }
}
