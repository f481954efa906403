/**
 * Applies a setting of training, the age of the model: which cases each fitted model learns from and scores.
 *
 * By default a model is fitted once, on the block `train`. With `every` a model is fitted for each period, on the labels settled by its
 * start; with `older` one for each judged block, on the labels settled the given age before its start. No model learns from a decision
 * whose label was not settled by then.
 */
import { SpillwayError, durationText, limits } from '../../../base/index.ts'
import { firstEntryFrom } from '../../../kernel/index.ts'
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
  const from = (time: number): number => firstEntryFrom(t, 1, 0, length, time)
  const asOf = (time: number): RowRange => ({ from: 0, to: from(time - horizon + 1) })
  const begin = blocks.tune.from
  switch (setting.kind) {
    case 'now':
      return [{ scores: { from: 0, to: length }, trainingRange: blocks.train }]
    case 'older': {
      const by = checkedSpan('the age of models', setting.by, { zero: true })
      const begins = [blocks.tune, blocks.select, blocks.report].map(block => block.from)
      return scoringFrom(begins, length).map(scores => ({ scores, trainingRange: asOf(t[Math.max(begin, scores.from)] - by) }))
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
      const begins = times.map((time, i) => (i === 0 ? begin : from(time)))
      return scoringFrom(begins, length)
        .map((scores, i) => ({ scores, trainingRange: asOf(times[i]) }))
        .filter(({ scores }) => scores.to > scores.from)
    }
    default:
      return rejectSetting('training', setting, "write 'every' or 'older'")
  }
}

/** The ranges that models score. The first starts at case 0, so that every case has a score. */
const scoringFrom = (begins: readonly number[], length: number): RowRange[] =>
  begins.map((from, i) => ({ from: i === 0 ? 0 : from, to: begins[i + 1] ?? length }))
