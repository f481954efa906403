/**
 * The model that a pipeline trains, as it runs: which scores its decisions have while features become older.
 *
 * The promoted champion scores the decisions that it has not learnt from: on those that it was fitted on any change of a feature looks like a loss. All other decisions are scored by walk-forward validation
 * (Hyndman, Athanasopoulos, *Forecasting: Principles and Practice*, 5.10): at each time of its schedule the model is fitted on the labels that were settled by then. Costs a fit for each time, at most AUDIT_TRAININGS_MAX.
 */
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { TrainIR } from '../../define/ir/ir.ts'
import { firstFrom } from '../../kernel/order.ts'
import { scheduledTimes } from '../../kernel/schedule.ts'
import type { PromotedChampion } from '../../operate/promoted-champion.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import type { Fitting } from './operators/training.ts'
import type { RunningScore } from './replay/scorer.ts'

/** In order, a score for each case; and, of the cases that are judged, by which models. */
export interface RunningModel {
  readonly scores: readonly RunningScore[]
  /** Models that were fitted, each as of its time. */
  readonly trainings: number
  /** Every so many of the schedule's times has one: 1 unless there are more than `AUDIT_TRAININGS_MAX`. */
  readonly step: number
  /** Judged decisions that the champion scores. */
  readonly byChampion: number
  /** Some of those it has learnt from, since nothing else could be fitted. */
  readonly hasLearnt: boolean
  /** All judged decisions. */
  readonly judged: number
}

export interface RunningModelGiven {
  readonly cases: Pick<Cases, 't' | 'length' | 'blocks'>
  readonly every: TrainIR['every']
  readonly champion: PromotedChampion | undefined
  /** Of the label, ms. */
  readonly horizon: number
  /** Rejects with `SPILL_TRAINING` where nothing can be fitted. */
  readonly fit: (learns: RowRange) => Promise<Omit<RunningScore, 'from' | 'to'>>
}

/** Rejects as `fit` does where neither the first model can be fitted nor a champion is there. */
export async function runningModelOf({ cases, every, champion, horizon, fit }: RunningModelGiven): Promise<RunningModel> {
  const { t, length, blocks } = cases
  const from = champion ? firstFrom(t, 1, 0, length, champion.learntTo + 1) : length
  const { fittings, step } = walkForward(every, cases, horizon)
  const fitted = await fittedScores(
    fittings.filter(({ scores }) => scores.from < from),
    fit,
    champion !== undefined,
  )
  const hasLearnt = champion !== undefined && fitted === undefined
  const championFrom = hasLearnt ? 0 : from
  const own = (fitted ?? []).map(one => ({ ...one, to: Math.min(one.to, championFrom) }))
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

/** Where a later training fails, the model before it goes on, as in a run. Nothing where the first fails and `hasOther`. */
async function fittedScores(
  fittings: readonly Fitting[],
  fit: RunningModelGiven['fit'],
  hasOther: boolean,
): Promise<RunningScore[] | undefined> {
  const found: RunningScore[] = []
  for (const { learns, scores } of fittings) {
    try {
      const { score, file } = await fit(learns)
      found.push({ ...scores, score, file })
    } catch (error) {
      if (!(error instanceof SpillwayError) || error.code !== 'SPILL_TRAINING') throw error
      const before = found.pop()
      if (before) found.push({ ...before, to: scores.to })
      else if (hasOther) return undefined
      else throw error
    }
  }
  return found
}

/**
 * The models of walk-forward validation, in order: each case in one. The first is fitted on the block `train` and scores that block too; each later one from a time of the schedule on, fitted on the
 * decisions whose labels were settled by then.
 */
export function walkForward(
  every: TrainIR['every'],
  { t, length, blocks: { train, tune, test } }: Pick<Cases, 't' | 'length' | 'blocks'>,
  horizon: number,
): { readonly fittings: Fitting[]; readonly step: number } {
  const firstAt = (time: number): number => firstFrom(t, 1, 0, length, time)
  const due = every ? [...scheduledTimes(every, t[tune.from] + 1, t[test.to - 1] + 1)] : []
  const step = Math.max(1, Math.ceil(due.length / (limits.AUDIT_TRAININGS_MAX - 1)))
  const later = due
    .filter((_, i) => (i + 1) % step === 0)
    .map(time => ({ begin: firstAt(time), learns: { from: 0, to: firstAt(time - horizon + 1) } }))
  const models = [{ begin: 0, learns: train }, ...later]
  const fittings = models.map(({ begin, learns }, i): Fitting => ({ learns, scores: { from: begin, to: models[i + 1]?.begin ?? length } }))
  return { fittings: fittings.filter(({ scores }) => scores.to > scores.from), step }
}
