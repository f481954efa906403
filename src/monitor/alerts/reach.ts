/** The parts of a pipeline that an alert's subject reaches, by the definitions alone, and the causes that explain other causes. */
import { groupReads } from '../../decision/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { AffectedParts, AlertCause, AlertSeverity, AlertSubject } from './alert.ts'

/** The feature groups, models and actions that depend on a subject, itself included. */
export function affectedBy(ir: PipelineIR, { kind, name }: AlertSubject): AffectedParts {
  const isAll = kind === 'pipeline'
  const groups = ir.groups.filter(group => isAll || (kind === 'group' ? group.name === name : kind === 'source' && group.source === name))
  const groupNames = new Set(groups.map(group => group.name))
  const models = ir.models.filter(
    model =>
      isAll ||
      (kind === 'model' && model.name === name) ||
      (kind === 'source' && model.decide.kind === 'on' && model.decide.source === name) ||
      groupReads(ir, model).some(({ group }) => groupNames.has(group.name)),
  )
  const modelNames = new Set(models.map(model => model.name))
  const actions = (ir.actions ?? []).filter(action => modelNames.has(action.model) || (kind === 'action' && action.name === name))
  return { groups: [...groupNames], models: [...modelNames], actions: actions.map(action => action.name) }
}

/** Is a subject among these parts? */
export function isReached({ groups, models, actions }: AffectedParts, { kind, name }: AlertSubject): boolean {
  switch (kind) {
    case 'group':
      return groups.includes(name)
    case 'model':
      return models.includes(name)
    case 'action':
      return actions.includes(name)
    case 'pipeline':
    case 'report':
    case 'source':
      return false
  }
}

/** Causes from the first in a chain to the last: an earlier one explains a later one that it reaches. */
const chain: readonly AlertCause[] = [
  'disk',
  'availability',
  'lag',
  'source-stopped',
  'dead-letters',
  'batch-run',
  'freshness',
  'drift',
  'effects',
  'deadline',
]

/** Causes of the whole pipeline: while one is a page, it explains every other cause but drift and reconciliations. */
const general: readonly AlertCause[] = ['disk', 'availability']
const unexplainedByGeneral: readonly AlertCause[] = ['disk', 'drift', 'reconciliation']

/** The identity of a condition. */
export interface ConditionKey {
  readonly cause: AlertCause
  readonly subject: AlertSubject
}

/** The identity of a condition with its present severity. */
export interface RankedCondition extends ConditionKey {
  readonly severity: AlertSeverity
}

/** Is a cause one of the whole pipeline, which explains others without lineage? */
export const isGeneral = (cause: AlertCause): boolean => general.includes(cause)

/** Is a condition that folds under an alert a notice of its own? A page of the whole pipeline explains other parts without lineage. */
export const isExtension = ({ cause, subject }: ConditionKey, folded: RankedCondition): boolean =>
  folded.severity === 'page' && isGeneral(cause) && folded.subject.kind !== subject.kind

/**
 * Does the first condition explain the second? A condition does not explain itself, and a ticket explains no page: it may stay open for days,
 * in which it would hide each page.
 */
export function explains(ir: PipelineIR, first: RankedCondition, second: RankedCondition): boolean {
  if (first.severity === 'ticket' && second.severity === 'page') return false
  if (isGeneral(first.cause)) {
    if (first.cause === second.cause || first.severity !== 'page') return false
    return !unexplainedByGeneral.includes(second.cause) && !(first.cause === 'availability' && second.cause === 'disk')
  }
  // A receiver that takes nothing is a fault of its own, whatever its decisions read. Rejections at ticket severity go on for weeks.
  if (second.cause === 'effects' || (first.cause === 'dead-letters' && second.cause === 'drift' && first.severity === 'ticket'))
    return false
  // A source whose reader stands still has no records, and nothing waits behind one that has stopped.
  const isSameSubject = first.subject.kind === second.subject.kind && first.subject.name === second.subject.name
  const [from, to] = [chain.indexOf(first.cause), chain.indexOf(second.cause)]
  if (from < 0 || to <= from) return false
  return isSameSubject || isReached(affectedBy(ir, first.subject), second.subject)
}
