/** Which recorded decisions have no label that could be seen, for an action that the label names followed from their score. */
import { Firing } from '../action/firing.ts'
import type { Column } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import { readDecisions } from './decision-codec.ts'
import type { DecidedLog } from './decided-log.ts'

/** Rows of a stretch of scores, in order; nothing where the label of the model names no action. Conditions are those of today. */
export function censoring({ actions = [] }: PipelineIR, { label }: ModelIR): ((score: Column, length: number) => number[]) | undefined {
  const names = label?.kind === 'from' ? label.censoredBy : undefined
  if (!names) return undefined
  const firings = actions.filter(({ name }) => names.includes(name)).map(action => new Firing(action))
  return (score, length) => [...new Set(firings.flatMap(firing => firing.met(score, length)))].sort((a, b) => a - b)
}

/** Where the events stand whose decisions are so. 8 bytes each, and a pass over what is recorded of the model; nothing where the label names no action. */
export function censoredPositions(ir: PipelineIR, model: ModelIR, store: DecidedLog): ReadonlySet<number> | undefined {
  const censored = censoring(ir, model)
  if (!censored) return undefined
  const positions = new Set<number>()
  for (const { bytes } of store.decisionsFrom(model.name, 0)) {
    const { length, position, score } = readDecisions(bytes, new Strings())
    if (position) for (const row of censored(score, length)) positions.add(position[row])
  }
  return positions
}
