/** Input of a summary, and names of its elements in sentences. */
import type { AuditReport } from '../domain/audit-report.ts'
import type { ElementPart, Estimate, SweepLevel } from '../domain/element-report.ts'
import { roundedText } from '../domain/figures.ts'

/** Parts of a report that the summary needs. */
export type SummaryParts = Pick<AuditReport, 'pipeline' | 'elements' | 'plans' | 'utility' | 'costs' | 'history'>

/** A feature group in quotes, a stage as it is, several groups as `all groups`. */
export const nameOf = ({ element, kind }: Pick<ElementPart, 'element' | 'kind'>): string =>
  kind === 'group' ? `"${element.slice('group/'.length)}"` : kind === 'groups' ? 'all groups together' : element

/** True for an element that the history shows must stay as live as it runs, or within an age. */
export const staysLive = ({ kind, verdict: { choice }, unplanned, now }: ElementPart): boolean =>
  unplanned === undefined && ((kind === 'group' && choice.startsWith('keep ')) || (choice === now.title && LIVE.has(choice)))

/** Settings of a stage or group that are as fresh as can be. */
const LIVE: ReadonlySet<string> = new Set(['stream', 'hybrid', 'on event', 'inline'])

/** True if the proposed plan runs the element otherwise. */
export const isChangedBy = ({ now, proposed }: SummaryParts['plans'], { element }: ElementPart): boolean =>
  now.find(planned => planned.element === element)?.title !== proposed.find(planned => planned.element === element)?.title

/** True for a level that is fresher than the element is now. */
export const isFresher = ({ age }: SweepLevel, { now }: ElementPart): boolean => age < (now.age?.p50 ?? 0)

/** Index of the first level that is older than the element is now; undefined if none is. A group in batch runs has fresher levels. */
export function firstOlderIndex({ levels, now }: ElementPart): number | undefined {
  const index = levels.findIndex(({ age }) => age > (now.age?.p50 ?? 0))
  return index === -1 ? undefined : index
}

/** True for a group whose batch runs make it older than a stream. Its levels add to that age. */
export const isScheduled = ({ kind, now: { age } }: ElementPart): boolean =>
  kind === 'group' && age !== null && age.from === 'by its placement' && age.p50 > 0

export const listText = (texts: readonly string[]): string => new Intl.ListFormat('en-GB').format(texts)

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `$680,000 a month [$210,000, $1,300,000]`. */
export function monthText({ value, low, high }: Estimate, unit: string): string {
  const bound = (amount: number): string => roundedText(amount, unit === '$' ? '$' : '')
  return `${roundedText(value, unit)} a month [${bound(low)}, ${bound(high)}]`
}
