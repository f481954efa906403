/**
 * Applies a setting of training, the age of the model: which cases each fitted model learns from and scores.
 *
 * By default a model is fitted once, on the block `train`. With `every` a model is fitted for each period, on the labels settled by its
 * start; with `older` one for each judged block, on the labels settled the given age before its start. No model learns from a decision
 * whose label was not settled by then.
 */
import { SpillwayError, durationText, limits } from '../../../base/index.ts'
import { lowerBound } from '../../../columns/index.ts'
import type { Cases, RowRange } from '../../domain/cases.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { rejectSetting, checkedSpan } from './setting-checks.ts'

/** One fit: the cases that the model scores, and the cases that it may learn from. */
export interface ModelFit {
  readonly scores: RowRange
  readonly trainingRange: RowRange
}

/**
 * The fits of a setting, in order; each case is scored by one.
 *
 * @throws `SPILL_LIMIT` for more models than `AUDIT_TRAININGS_MAX`
 */
export function modelFits(
  setting: ElementSetting,
  { t, length, blocks }: Pick<Cases, 't' | 'length' | 'blocks'>,
  horizon: number,
): ModelFit[] {
  const begin = blocks.tune.from
  switch (setting.kind) {
    case 'now':
      return [{ scores: { from: 0, to: length }, trainingRange: blocks.train }]
    case 'older': {
      const by = checkedSpan('the age of models', setting.by, { zero: true })
      const models = [blocks.tune, blocks.select, blocks.report].map(({ from }) => ({
        from,
        trainingRange: settledBy(t, t[from] - by, horizon),
      }))
      return consecutiveFits(models, length)
    }
    case 'every': {
      const every = checkedSpan('the period of trainings', setting.every)
      const first = Math.floor(t[begin] / every) * every
      const count = Math.floor((t[length - 1] - first) / every) + 1
      if (count > limits.AUDIT_TRAININGS_MAX)
        throw new SpillwayError(
          'SPILL_LIMIT',
          `training every ${durationText(every)} makes ${count} models of this history, more than ${limits.AUDIT_TRAININGS_MAX} (AUDIT_TRAININGS_MAX); ask for a longer period`,
        )
      const times = Array.from({ length: count }, (_, i) => first + i * every)
      const models = times.map(time => ({ from: Math.max(begin, lowerBound(t, time)), trainingRange: settledBy(t, time, horizon) }))
      return consecutiveFits(models, length)
    }
    default:
      return rejectSetting('training', setting, "write 'every' or 'older'")
  }
}

/** The cases whose labels are settled at a time: those decided at least the label's horizon before. */
export const settledBy = (t: Float64Array, time: number, horizon: number): RowRange => ({ from: 0, to: lowerBound(t, time - horizon + 1) })

/** Fits of models that follow one another, each from a case on. The first one scores all cases before, so that every case has a score. */
export const consecutiveFits = (
  models: readonly { readonly from: number; readonly trainingRange: RowRange }[],
  length: number,
): ModelFit[] =>
  models
    .map(({ from, trainingRange }, i) => ({ trainingRange, scores: { from: i === 0 ? 0 : from, to: models[i + 1]?.from ?? length } }))
    .filter(({ scores }) => scores.to > scores.from)
