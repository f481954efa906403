/** Recommendation and reason of a summary, a sentence each. */
import type { ElementPart } from '../domain/element-report.ts'
import { asSentence, changeIntervalText, isAvailable } from '../domain/figures.ts'
import { NOTHING_TO_CHOOSE, shortTitle } from '../domain/setting-text.ts'
import type { StalenessRow } from '../domain/summary.ts'
import { BY_PLAN, isSafeDayOld, NOT_OBSERVABLE, UNDECIDED } from '../plans/element-verdicts.ts'
import { conditionOf, type MainLoss } from './main-loss.ts'
import { capital, isScheduled, listText, monthText, nameOf, staysLive, type SummaryParts } from './summary-parts.ts'

/** `doubt`: why what is kept may not pay. */
export function recommendationText({ elements, plans }: SummaryParts, rows: readonly StalenessRow[], doubt: string | undefined): string {
  const before = new Map(plans.now.map(({ element, title }) => [element, title]))
  const changes = plans.proposed
    .filter(({ element, title }) => before.get(element) !== title)
    .map(({ element, title }) => {
      const part = elements.find(candidate => candidate.element === element)
      return `${part ? nameOf(part) : element}${part?.kind === 'group' ? ' as' : ''} ${title}`
    })
  const streamed = elements.flatMap((part, i) => streamedText(part, rows[i]) ?? [])
  const kept = elements.flatMap((part, i) => keptText(part, rows[i]) ?? [])
  const groups = elements.filter(({ kind }) => kind === 'group')
  const safe = groups.filter(isSafeDayOld)
  const isJoint = rows.some(({ choice }) => choice === 'not all at once')
  const isUnchanged = changes.length === 0 && plans.decision === 'keep what runs'
  const isKept = isUnchanged && streamed.length + kept.length === 0
  const keeps = [...(streamed.length > 0 ? [`streaming ${listText(streamed)}`] : []), ...(kept.length > 0 ? [listText(kept)] : [])]
  const clauses = [
    ...(changes.length > 0 ? [`run ${listText(changes)}`] : []),
    ...(isKept ? ['keep what runs'] : []),
    ...(keeps.length > 0 ? [`keep ${keeps.join(', ')}${doubt === undefined ? '' : `, though ${doubt}`}`] : []),
    ...(safe.length > 0 ? [`${safeText(safe, groups, isJoint)} be a day old${isUnchanged ? ' (no saving is shown)' : ''}`] : []),
  ]
  if (clauses.length > 0) return asSentence(capital(clauses.join('; ')))
  return isNothingKnown(elements) ? 'No verdict.' : 'Keep what runs.'
}

/** `"a" and "b" may each`, `any one feature group may` where all of them together lose. */
function safeText(safe: readonly ElementPart[], groups: readonly ElementPart[], isJoint: boolean): string {
  const isOfAll = safe.length > 2 && safe.length === groups.length
  if (safe.length > 1 && isJoint) return isOfAll ? 'any one feature group may' : `any one of ${listText(safe.map(nameOf))} may`
  return isOfAll ? 'each feature group may' : `${listText(safe.map(nameOf))} may${safe.length > 1 ? ' each' : ''}`
}

/** `"arrivals" (within 15 min)`; undefined where the history does not show that it must stay on stream. */
function streamedText(part: ElementPart, { within }: StalenessRow): string | undefined {
  if (!staysLive(part) || part.verdict.choice !== 'stream') return undefined
  return `${nameOf(part)}${typeof within === 'string' ? ` (within ${within})` : ''}`
}

/** `"usual" within 1 h`, `inference on event (or every 15 min)`; undefined where the history does not show that it must stay so. */
function keptText(part: ElementPart, { within }: StalenessRow): string | undefined {
  const { choice } = part.verdict
  if (!staysLive(part) || choice === 'stream') return undefined
  if (choice.startsWith('keep ')) {
    const kept = choice.slice('keep '.length)
    return `${nameOf(part)} ${isScheduled(part) ? kept.replace(/^within (.*)$/, 'at most $1 late') : kept}`
  }
  return `${nameOf(part)} ${shortTitle(choice)}${typeof within === 'string' ? ` (or ${within})` : ''}`
}

/** True if no level has an interval, and no verdict was reached without one. */
export const isNothingKnown = (elements: readonly ElementPart[]): boolean =>
  elements.every(
    ({ verdict, unplanned }) => unplanned !== undefined || [UNDECIDED, NOT_OBSERVABLE, NOTHING_TO_CHOOSE, BY_PLAN].includes(verdict.choice),
  ) &&
  elements.every(({ levels }) =>
    levels.every(
      ({ withoutRetrainingAtVolume, withRetraining }) =>
        !isAvailable(withoutRetrainingAtVolume.perWeek) && !(isAvailable(withRetraining) && isAvailable(withRetraining.perWeek)),
    ),
  )

export function reasonText({ elements, utility, plans }: SummaryParts, main: MainLoss | undefined): string {
  if (plans.net) return asSentence(`That is worth ${monthText(plans.net, '$')} net of costs, over what runs now`)
  if (main)
    return `${capital(conditionOf(main))}: ${changeIntervalText(main.change.share)} of the ${utility.name}, ${main.row.mode}, at equal alert volume.`
  if (isNothingKnown(elements))
    return asSentence(capital(elements.find(({ verdict }) => verdict.choice === UNDECIDED)?.verdict.why ?? 'the history shows nothing'))
  return 'No older setting is shown to lose anything.'
}
