/** The training cases of a model. */
import { limits, random } from '../../../base/index.ts'
import { firstEntryFrom } from '../../../kernel/index.ts'
import type { Cases, RowRange } from '../../domain/cases.ts'

/** The columns of the cases that training needs. */
export type LabelledCases = Pick<Cases, 'length' | 't' | 'label' | 'known' | 'eligible' | 'blocks'>

/** The seed of the training sample; the same for all plans, so that they differ in nothing else. */
const SAMPLE_SEED = 7

export interface TrainingCases {
  readonly cases: Uint32Array
  /** The labelled cases, of which `cases` is a sample if there are too many. */
  readonly labelled: number
}

/**
 * The labelled cases of a range, decided at most `over` ms before its last. A random sample of about AUDIT_TRAINING_ROWS, if there are
 * more.
 */
export function trainingCases(
  { known, eligible, t }: Pick<LabelledCases, 'known' | 'eligible' | 't'>,
  { from, to }: RowRange,
  over = Infinity,
  rowsMax: number = limits.AUDIT_TRAINING_ROWS,
): TrainingCases {
  const first = to > from && over < Infinity ? firstEntryFrom(t, 1, from, to, t[to - 1] - over) : from
  const rowsBuffer = new Uint32Array(Math.max(0, to - first))
  let labelled = 0
  for (let row = first; row < to; row++) if (known[row] === 1 && eligible[row] === 1) rowsBuffer[labelled++] = row
  const rows = rowsBuffer.subarray(0, labelled)
  if (labelled <= rowsMax) return { cases: rows, labelled }
  const next = random(SAMPLE_SEED)
  return { cases: rows.filter(() => next() < rowsMax / labelled), labelled }
}
