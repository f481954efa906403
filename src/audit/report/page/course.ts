/** What flows where, and how wide: the stages of a pipeline in the order in which an event passes them. */
import { spanTitle } from '../../../base/span.ts'
import type { AuditReport, ElementPart } from '../../domain/audit-report.ts'
import { widthsUpTo } from './ribbon.ts'
import type { Drawing } from './two-widths.ts'

/** What the river is at its ends and between stages. */
export const THIN = 3

export interface Stretch {
  readonly element: ElementPart
  /** Half of the decisions found it this old or fresher, and 95 in 100. */
  readonly p50: number
  readonly p95: number
}

export interface Course {
  readonly before: readonly Stretch[]
  readonly groups: readonly Stretch[]
  readonly after: readonly Stretch[]
  readonly training: ElementPart | undefined
}

/** The greatest age on the way, ms. */
export const oldest = ({ elements }: AuditReport): number => Math.max(0, ...elements.filter(isOnTheWay).map(({ now }) => now.age?.p95 ?? 0))

/** How old the model is lies beside the way of an event, and groups that are older together are on it one by one. */
const isOnTheWay = ({ kind }: ElementPart): boolean => kind !== 'training' && kind !== 'groups'

export function courseOf(report: AuditReport): Course {
  const { elements } = report
  const widthOf = widthsUpTo(oldest(report))
  const of = (kind: ElementPart['kind']): Stretch[] =>
    elements
      .filter(element => element.kind === kind)
      .map(element => ({ element, p50: widthOf(element.now.age?.p50 ?? 0), p95: widthOf(element.now.age?.p95 ?? 0) }))
  return {
    before: of('ingestion'),
    groups: of('group'),
    after: [...of('inference'), ...of('action')],
    training: elements.find(({ kind }) => kind === 'training'),
  }
}

export const words = (report: AuditReport): Pick<Drawing, 'title' | 'description'> => ({
  title: 'The way of an event to an action',
  description: `${report.elements
    .filter(({ kind }) => kind !== 'groups')
    .map(element => `${element.title}: ${element.now.title}, ${ageText(element)}`)
    .join('; ')}. The older, the wider.`,
})

export function ageText({ now: { age } }: ElementPart): string {
  if (age === null) return 'age not known'
  return age.p95 === age.p50 ? `age ${spanTitle(age.p50)}` : `p50 ${spanTitle(age.p50)}, p95 ${spanTitle(age.p95)}`
}
