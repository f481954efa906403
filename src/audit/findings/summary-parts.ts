/** Input of a summary, and names of its elements in sentences. */
import type { AuditReport } from '../domain/audit-report.ts'
import type { ElementPart } from '../domain/element-report.ts'

/** Parts of a report that the summary needs. */
export type SummaryParts = Pick<AuditReport, 'pipeline' | 'elements' | 'plans' | 'utility' | 'costs' | 'history'>

/** A feature group in quotes, a stage as it is, several groups as `all groups`. */
export const nameOf = ({ element, kind }: Pick<ElementPart, 'element' | 'kind'>): string =>
  kind === 'group' ? `"${element.slice('group/'.length)}"` : kind === 'groups' ? 'all groups together' : element

export const listText = (texts: readonly string[]): string => new Intl.ListFormat('en-GB').format(texts)

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
