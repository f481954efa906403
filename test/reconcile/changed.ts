/** The pipeline of a case after a change of one feature's definition. */
import type { FeatureIR, PipelineIR } from '../../src/define/ir/ir.ts'
import type { Draw } from '../property/generate/draw.ts'

export interface ChangedFeature {
  readonly ir: PipelineIR
  readonly group: string
  readonly feature: string
}

/** Its window is a fifth as long, or its condition differs; `undefined` if no model reads a feature with a window. */
export function changedFeature(ir: PipelineIR, draw: Draw): ChangedFeature | undefined {
  const read = ir.models.flatMap(({ inputs }) => inputs.flatMap(({ expr }) => (expr.op === 'feature' ? [expr] : [])))
  const windowed = read.filter(({ group, name }) => {
    const { window, hop } = featureOf(ir, group, name)
    return window !== 'lifetime' && Math.floor(window / 5) >= hop
  })
  if (windowed.length === 0) return undefined
  const { group, name } = draw.pick(windowed)
  const shorter = (feature: FeatureIR): FeatureIR =>
    feature.name === name ? { ...feature, window: Math.floor((feature.window as number) / 5) } : feature
  const groups = ir.groups.map(one => (one.name === group ? { ...one, features: one.features.map(shorter) } : one))
  return { ir: { ...ir, groups }, group, feature: name }
}

const featureOf = ({ groups }: PipelineIR, group: string, name: string): FeatureIR =>
  groups.find(one => one.name === group)!.features.find(feature => feature.name === name)!
