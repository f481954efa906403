import type { LabelIR } from '../define/ir/ir.ts'

/**
 * How long after a decision its label may still become known, ms. Before that only some are, and mostly the true ones: a sample of labels that are known is no sample
 * of what happens.
 */
export function horizonOf(label: LabelIR): number {
  return label.kind === 'from' ? label.negativeAfter : label.within + label.lasting
}
