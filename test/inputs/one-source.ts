/** A pipeline of one source with a model that decides on each of its events, for the inputs of a run. */
import type { PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'

/** The wall clock of its runs, UTC ms: after every time of a valid record. */
export const NOW = 2_000_000

export const pipelineOf = (source: SourceIR): PipelineIR => ({
  version: 1,
  name: 'one',
  sources: [source],
  groups: [],
  models: [{ name: 'each', decide: { kind: 'on', source: source.name }, inputs: [], score: { kind: 'linear', intercept: 0, terms: [] } }],
})
