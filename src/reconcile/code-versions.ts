/** Whether decisions were made by other definitions than those that they are held against. */
import { canonicalJson } from '../define/ir/fingerprint.ts'
import type { ExprIR, InputIR, ModelIR, PipelineIR } from '../define/ir/ir.ts'
import type { StoredLog } from '../log/store.ts'
import { PIPELINE } from '../run/recovery/opening.ts'

export class CodeVersions {
  readonly #ir: PipelineIR
  readonly #fingerprint: string
  /** What ran last; of pipelines before it nothing is kept but their fingerprints. */
  readonly #last: { readonly fingerprint: string; readonly ir: PipelineIR } | undefined

  constructor({ ir, fingerprint }: { readonly ir: PipelineIR; readonly fingerprint: string }, store: Pick<StoredLog, 'get'>) {
    this.#ir = ir
    this.#fingerprint = fingerprint
    const text = store.get(PIPELINE)
    this.#last = text === undefined ? undefined : (JSON.parse(text) as { fingerprint: string; ir: PipelineIR })
  }

  /** May an input have meant something else to the pipeline of that fingerprint? Where it reads, `place`, is not part of what it means: cuts are recorded. */
  mayDiffer(fingerprint: string, model: ModelIR, input: InputIR): boolean {
    if (fingerprint === this.#fingerprint) return false
    if (this.#last?.fingerprint !== fingerprint) return true
    const then = meaningOf(this.#last.ir, model.name, input.name)
    return then === undefined || then !== meaningOf(this.#ir, model.name, input.name)
  }
}

/** Everything of a pipeline that says what an input is; `undefined` if it has none of that name. */
function meaningOf(ir: PipelineIR, modelName: string, name: string): string | undefined {
  const model = ir.models.find(one => one.name === modelName)
  const input = model?.inputs.find(one => one.name === name)
  if (!model || !input) return undefined
  const features = featuresOf(input.expr).map(leaf => {
    const group = ir.groups.find(one => one.name === leaf.group)!
    const source = ir.sources.find(one => one.name === group.source)!
    const { identity, deleted, key } = source
    return [group.source, group.key, group.features.find(one => one.name === leaf.name), { identity, deleted, key }]
  })
  return canonicalJson([input.expr, model.decide, features])
}

/** The features that an expression is made of. */
export function featuresOf(expr: ExprIR): Extract<ExprIR, { op: 'feature' }>[] {
  if (expr.op === 'feature') return [expr]
  if ('left' in expr) return [...featuresOf(expr.left), ...featuresOf(expr.right)]
  return 'of' in expr ? featuresOf(expr.of) : []
}
