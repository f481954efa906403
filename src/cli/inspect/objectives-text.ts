/** Freshness objectives as a table. */
import { limits, spanTitle } from '../../base/index.ts'
import type { ObjectiveReport } from '../../operate/index.ts'
import { formatNumber, paddedTable } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** The objectives as a table; empty without objectives. */
export const objectivesText = (objectives: readonly ObjectiveReport[]): string =>
  objectives.length === 0
    ? ''
    : paddedTable(
        ['feature group', 'freshness objective', `decisions within it, in ${spanTitle(limits.FRESHNESS_WINDOW_MS)}`, 'until'],
        objectives.map(({ group, age, share, recent }) => [
          group,
          `${percent(share)} within ${spanTitle(age)}`,
          recent ? attainedText(recent, share) : 'none counted yet',
          recent ? timeText(recent.until) : '',
        ]),
      )

function attainedText({ decisions, within }: { readonly decisions: number; readonly within: number }, share: number): string {
  if (decisions === 0) return 'no decision'
  const verdict = within / decisions >= share ? 'met' : 'missed'
  return `${percent(within / decisions)} of ${formatNumber(decisions)}: ${verdict}`
}

/** Never rounded up to 100 %. */
const percent = (part: number): string => `${(Math.floor(part * 10_000) / 100).toString()} %`
