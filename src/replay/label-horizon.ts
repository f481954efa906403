import type { LabelIR } from '../define/ir/index.ts'

/**
 * The horizon of a label: how long after a decision the label may still become known, ms. Before that only some labels are known,
 * mostly positive ones, so known labels are a biased sample.
 */
export function labelHorizon(label: LabelIR): number {
  return label.kind === 'from' ? label.negativeAfter : label.within + label.lasting
}
