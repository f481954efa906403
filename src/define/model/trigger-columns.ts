/** Columns that a model's decisions have, by the model's trigger. */
import type { ColumnIR, ModelIR, PipelineIR, SourceIR } from '../ir/ir.ts'

/** Columns that the model's inputs may refer to, and that have the keys of the groups it reads. */
export function triggerColumns(ir: PipelineIR, { decide }: ModelIR): readonly ColumnIR[] {
  if (decide.kind === 'every') return [decide.column]
  return decide.kind === 'request' ? decide.columns : sourceNamed(ir, decide.source).columns
}

/** Column with the key of a decision. */
export function triggerKey(ir: PipelineIR, model: ModelIR): ColumnIR {
  const { decide } = model
  if (decide.kind === 'every') return decide.column
  const key = decide.kind === 'request' ? decide.key : sourceNamed(ir, decide.source).key
  return triggerColumns(ir, model).find(({ name }) => name === key)!
}

/** Column with the id of the triggering event, if the trigger is a source with ids. */
export function triggerId(ir: PipelineIR, { decide }: ModelIR): ColumnIR | undefined {
  if (decide.kind !== 'on') return undefined
  const { id, columns } = sourceNamed(ir, decide.source)
  return columns.find(({ name }) => name === id)
}

const sourceNamed = (ir: PipelineIR, name: string): SourceIR => ir.sources.find(source => source.name === name)!
