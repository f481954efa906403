/** The model that makes the rows of a report: the report's own, or one that scores nothing, about the keys that are live at whatever times it is asked. */
import type { ModelIR, PipelineIR, ReportIR } from '../define/ir/ir.ts'
import type { Every } from './tellers.ts'

export interface ReportModel extends ModelIR {
  readonly decide: Every
}

export function reportModel({ models }: Pick<PipelineIR, 'models'>, { name, of, column, live }: ReportIR): ReportModel {
  // The schedule says when, and not multiples of anything.
  const decide: Every = { kind: 'every', every: 1, live, column }
  if (of.kind === 'inputs') return { name, decide, inputs: of.inputs, score: { kind: 'linear', intercept: 0, terms: [] } }
  const { name: model, inputs, score } = models.find(one => one.name === of.model)!
  return { name: model, decide, inputs, score }
}
