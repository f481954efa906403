/** Levels at which another number of decisions acts than now: what they gain or lose is in part that, and no skill. */
import { SAME_VOLUME } from './valuation.ts'
import type { ElementPart, Performance } from '../domain/audit-report.ts'
import { asIfText } from '../report/reading.ts'
import type { Caveat } from '../domain/caveat.ts'

/** Of each element, at its own threshold and at the equal volume, the level that differs most; none within a tenth. Where nothing acts, now or then, another caveat says it. */
export const volumeCaveats = (elements: readonly ElementPart[], now: number): Caveat[] =>
  elements.flatMap(part =>
    part.rungs.flatMap((rung): Caveat[] => {
      const level = `${part.title.replace(/ \(.*$/, '')} ${asIfText(part, rung)}`
      const of = (at: 'threshold' | 'volume', { actionsAWeek: actions }: Performance): Caveat[] => {
        if (!(now > 0) || Math.abs(actions - now) <= SAME_VOLUME * now) return []
        const size = Math.max(actions / now, now / Math.max(actions, 1e-9))
        return [{ kind: 'other volume', at, level, actions, now, size, about: `${part.element} ${at}` }]
      }
      const { frozen, frozenAtBudget, refit } = rung
      return [
        ...('why' in frozen.aWeek ? [] : [...of('threshold', frozen.performance), ...of('volume', frozenAtBudget.performance)]),
        ...('why' in refit ? [] : of('volume', refit.performance)),
      ]
    }),
  )
