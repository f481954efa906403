/**
 * Fingerprints of model inputs: equal for equal definitions of the feature, its key and its events. Placement and group names do not enter,
 * so an input keeps its fingerprint when its age changes.
 */
import { definitionOf } from '../../base/index.ts'
import { hash } from 'node:crypto'
import { canonicalJson, type InputIR, type ModelIR, type PipelineIR, expressionLeaves } from '../../define/ir/index.ts'
import { triggerColumns } from '../../define/model/index.ts'

/** Fingerprint of one input. */
export interface InputCode {
  readonly name: string
  readonly code: string
}

/** Fingerprints of all inputs of a model. */
export const inputCodes = (ir: PipelineIR, model: ModelIR): InputCode[] =>
  model.inputs.map(input => ({ name: input.name, code: codeOf(ir, model, input) }))

function codeOf(ir: PipelineIR, model: ModelIR, { expr }: InputIR): string {
  const columns = triggerColumns(ir, model)
  const leaves = expressionLeaves(expr).map(leaf => {
    if (leaf.op !== 'feature') return columns.find(({ name }) => name === leaf.name)
    const group = definitionOf(ir.groups, leaf.group)
    const { columns: of, key, time, identity, deleted } = definitionOf(ir.sources, group.source)
    const feature = group.features.find(({ name }) => name === leaf.name)
    return { feature, key: group.key, source: { columns: of, key, time, identity, deleted } }
  })
  return hash('sha256', canonicalJson([expr, leaves])).slice(0, 16)
}

/** Reasons why a version trained on `before` cannot score inputs `now`; empty if it can. */
export function changedInputs(before: readonly InputCode[], now: readonly InputCode[]): string[] {
  const codesBefore = new Map(before.map(({ name, code }) => [name, code]))
  const codesNow = new Map(now.map(({ name, code }) => [name, code]))
  return [
    ...before.filter(({ name }) => !codesNow.has(name)).map(({ name }) => `input '${name}' is gone`),
    ...now.filter(({ name }) => !codesBefore.has(name)).map(({ name }) => `input '${name}' is new`),
    ...now
      .filter(({ name, code }) => codesBefore.has(name) && codesBefore.get(name) !== code)
      .map(({ name }) => `input '${name}' is defined otherwise`),
  ]
}
