/** Caveats about sweeps: of a history that is too short, and of levels at which another number of decisions acts than now. */
import { groupReads } from '../../decision/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { firstEntryFrom } from '../../kernel/index.ts'
import type { Cases } from '../domain/cases.ts'
import type { Caveat } from '../domain/caveat.ts'
import type { ElementPart, Performance } from '../domain/element-report.ts'
import { conditionText } from '../report/report-text.ts'
import { EQUAL_VOLUME_TOLERANCE } from './valuation.ts'

interface HistoryReachInputs {
  readonly ir: PipelineIR
  readonly model: ModelIR
  /** Ages of the sweep, ms. */
  readonly ages: readonly number[]
  readonly cases: Pick<Cases, 't' | 'blocks'>
  /** The first arrival of the history, UTC ms. */
  readonly first: number
}

/** Share of the judged decisions with an incomplete window above which a caveat appears. */
const INCOMPLETE_PART_MAX = 0.05

/** One caveat for each feature group with incomplete windows, and one for each age longer than the judged block. */
export function historyReachCaveats({ ir, model, ages, cases: { t, blocks }, first }: HistoryReachInputs): Caveat[] {
  const { from, to } = blocks.test
  const windows = groupReads(ir, model).flatMap(({ group: { name, features } }): Caveat[] => {
    const size = features.reduce((longest, { window }) => (window === 'lifetime' ? longest : Math.max(longest, window)), 0)
    const part = (firstEntryFrom(t, 1, from, to, first + size) - from) / (to - from)
    return part > INCOMPLETE_PART_MAX ? [{ kind: 'long window', group: name, about: name, size, history: t[to - 1] - first, part }] : []
  })
  const judged = t[to - 1] - t[from]
  return [...windows, ...ages.filter(age => age > judged).map((size): Caveat => ({ kind: 'long age', size, judged }))]
}

/**
 * A caveat for each level at which another number of decisions acts than `now`, by more than `EQUAL_VOLUME_TOLERANCE`: at the model's own
 * threshold, and at that of equal alert volume, which was set on an earlier block. Part of the gain or loss of such a level is a change of
 * volume, not of skill. Without actions now there is no caveat. `worstCaveats` keeps one for each element and threshold.
 */
export const volumeCaveats = (elements: readonly ElementPart[], now: number): Caveat[] =>
  elements.flatMap(part =>
    part.levels.flatMap((level): Caveat[] => {
      const levelText = `${part.title.replace(/ \(.*$/, '')} ${conditionText(part, level)}`
      const of = (at: 'threshold' | 'volume', { actionsPerWeek: actions }: Performance): Caveat[] => {
        if (!(now > 0) || Math.abs(actions - now) <= EQUAL_VOLUME_TOLERANCE * now) return []
        const size = Math.max(actions / now, now / Math.max(actions, 1e-9))
        return [{ kind: 'other volume', at, level: levelText, actions, now, size, about: `${part.element} ${at}` }]
      }
      const { withoutRetraining, withoutRetrainingAtVolume, withRetraining } = level
      return [
        ...('why' in withoutRetraining.perWeek
          ? []
          : [...of('threshold', withoutRetraining.performance), ...of('volume', withoutRetrainingAtVolume.performance)]),
        ...('why' in withRetraining ? [] : of('volume', withRetraining.performance)),
      ]
    }),
  )
