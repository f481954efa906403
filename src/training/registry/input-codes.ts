/**
 * What an input of a model means, as one short text: equal for equal definitions of the feature, of its key and of the events it is made of. Where and how old it is
 * read (`place`) is no part of it, and neither are names of groups.
 */
import { createHash } from 'node:crypto'
import { leavesOf } from '../../decision/reads.ts'
import { canonicalJson } from '../../define/ir/fingerprint.ts'
import type { InputIR, ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { triggerColumns } from '../../define/model/trigger-columns.ts'

export interface InputCode {
  readonly name: string
  readonly code: string
}

export const inputCodes = (ir: PipelineIR, model: ModelIR): InputCode[] =>
  model.inputs.map(input => ({ name: input.name, code: codeOf(ir, model, input) }))

function codeOf(ir: PipelineIR, model: ModelIR, { expr }: InputIR): string {
  const columns = triggerColumns(ir, model)
  const leaves = leavesOf(expr).map(leaf => {
    if (leaf.op !== 'feature') return columns.find(({ name }) => name === leaf.name)
    const group = ir.groups.find(({ name }) => name === leaf.group)!
    const { columns: of, key, time, identity, deleted } = ir.sources.find(({ name }) => name === group.source)!
    const feature = group.features.find(({ name }) => name === leaf.name)
    return { feature, key: group.key, source: { columns: of, key, time, identity, deleted } }
  })
  return createHash('sha256')
    .update(canonicalJson([expr, leaves]))
    .digest('hex')
    .slice(0, 16)
}

/** Why a version that was trained on `before` cannot score what the model is given now: nothing if it can. */
export function changedInputs(before: readonly InputCode[], now: readonly InputCode[]): string[] {
  const then = new Map(before.map(({ name, code }) => [name, code]))
  const is = new Map(now.map(({ name, code }) => [name, code]))
  return [
    ...before.filter(({ name }) => !is.has(name)).map(({ name }) => `input '${name}' is gone`),
    ...now.filter(({ name }) => !then.has(name)).map(({ name }) => `input '${name}' is new`),
    ...now.filter(({ name, code }) => then.has(name) && then.get(name) !== code).map(({ name }) => `input '${name}' is defined otherwise`),
  ]
}
