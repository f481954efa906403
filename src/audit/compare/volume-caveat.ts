/**
 * Caveats about levels at which another number of decisions acts than now: part of their gain or loss is a change of volume, not of skill.
 */
import { EQUAL_VOLUME_TOLERANCE } from './valuation.ts'
import type { ElementPart, Performance } from '../domain/element-report.ts'
import { conditionText } from '../report/report-text.ts'
import type { Caveat } from '../domain/caveat.ts'

/**
 * At most one caveat per element for each of the two: its own threshold, and the equal volume. Reports only changes above `EQUAL_VOLUME_TOLERANCE`.
 * Levels or baselines without actions have another caveat.
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
      const { frozen, frozenAtBudget, refit } = level
      return [
        ...('why' in frozen.perWeek ? [] : [...of('threshold', frozen.performance), ...of('volume', frozenAtBudget.performance)]),
        ...('why' in refit ? [] : of('volume', refit.performance)),
      ]
    }),
  )
