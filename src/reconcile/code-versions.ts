/** Detects decisions that were made by other definitions than the current ones. */
import { canonicalJson, type ExprIR, type InputIR, type ModelIR, type PipelineIR } from '../define/ir/index.ts'
import type { NamedValues } from '../log/index.ts'
import { PIPELINE } from '../run/index.ts'

/** Compares the definitions of pipelines by their fingerprints. */
export class CodeVersions {
  readonly #ir: PipelineIR
  readonly #fingerprint: string
  /** The last pipeline that ran. Of earlier ones only the fingerprints are stored. */
  readonly #last: { readonly fingerprint: string; readonly ir: PipelineIR } | undefined

  constructor({ ir, fingerprint }: { readonly ir: PipelineIR; readonly fingerprint: string }, store: Pick<NamedValues, 'get'>) {
    this.#ir = ir
    this.#fingerprint = fingerprint
    const text = store.get(PIPELINE)
    this.#last = text === undefined ? undefined : (JSON.parse(text) as { fingerprint: string; ir: PipelineIR })
  }

  /**
   * True if an input may have had another meaning in the pipeline of that fingerprint. Placement is not part of the meaning, since
   * decisions record what they knew.
   */
  mayDiffer(fingerprint: string, model: ModelIR, input: InputIR): boolean {
    if (fingerprint === this.#fingerprint) return false
    if (this.#last?.fingerprint !== fingerprint) return true
    const lastMeaning = meaningOf(this.#last.ir, model.name, input.name)
    return lastMeaning === undefined || lastMeaning !== meaningOf(this.#ir, model.name, input.name)
  }
}

/** Definitions that determine an input; undefined if the pipeline has none of that name. */
function meaningOf(ir: PipelineIR, modelName: string, name: string): string | undefined {
  const model = ir.models.find(candidate => candidate.name === modelName)
  const input = model?.inputs.find(candidate => candidate.name === name)
  if (!model || !input) return undefined
  const features = featuresOf(input.expr).map(leaf => {
    const group = ir.groups.find(candidate => candidate.name === leaf.group)!
    const source = ir.sources.find(candidate => candidate.name === group.source)!
    const { identity, deleted, key } = source
    return [group.source, group.key, group.features.find(feature => feature.name === leaf.name), { identity, deleted, key }]
  })
  return canonicalJson([input.expr, model.decide, features])
}

/** Features in an expression. */
export function featuresOf(expr: ExprIR): Extract<ExprIR, { op: 'feature' }>[] {
  if (expr.op === 'feature') return [expr]
  if ('left' in expr) return [...featuresOf(expr.left), ...featuresOf(expr.right)]
  return 'of' in expr ? featuresOf(expr.of) : []
}
