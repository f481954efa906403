/**
 * Builds the model that computes the rows of a report: the report's own model, or one without a score. It decides about the keys that
 * are active at any given time.
 */
import type { ModelIR, PipelineIR, ReportIR } from '../define/ir/index.ts'
import type { EveryTrigger } from './liveness-columns.ts'

/** A model that decides about active keys. */
export interface ReportModel extends ModelIR {
  readonly decide: EveryTrigger
}

/** The model of a report. */
export function reportModel({ models }: Pick<PipelineIR, 'models'>, { name, of, column, live }: ReportIR): ReportModel {
  // The report's schedule determines the times; `every` does not matter.
  const decide: EveryTrigger = { kind: 'every', every: 1, live, column }
  if (of.kind === 'inputs') return { name, decide, inputs: of.inputs, score: { kind: 'linear', intercept: 0, terms: [] } }
  const { name: model, inputs, score } = models.find(candidate => candidate.name === of.model)!
  return { name: model, decide, inputs, score }
}
