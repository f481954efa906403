/** The parts of a pipeline that depend on a source, a feature group or a model, as text for alerts. */
import type { PipelineIR } from '../../define/ir/index.ts'
import { affectedBy, type AlertSubject } from '../../monitor/index.ts'

/** `Affects models fraud, check; actions alert.` A feature group is not among its own dependents. */
export function dependentsText(ir: PipelineIR, subject: AlertSubject): string {
  const { groups, models, actions } = affectedBy(ir, subject)
  const parts = [
    ['feature groups', subject.kind === 'group' ? [] : groups],
    ['models', models],
    ['actions', actions],
  ] as const
  const named = parts.flatMap(([kind, names]) => (names.length === 0 ? [] : [`${kind} ${names.join(', ')}`]))
  return named.length === 0 ? 'Nothing in the pipeline reads it.' : `Affects ${named.join('; ')}.`
}
