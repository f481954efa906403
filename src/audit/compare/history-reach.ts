/** Caveats about a history that is too short: for the windows of features, or for the ages of the sweep. */
import { groupReads } from '../../decision/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { firstEntryFrom } from '../../kernel/index.ts'
import type { Cases } from '../domain/cases.ts'
import type { Caveat } from '../domain/caveat.ts'

interface HistoryReachInputs {
  readonly ir: PipelineIR
  readonly model: ModelIR
  /** Ages of the sweep, ms. */
  readonly ages: readonly number[]
  readonly cases: Pick<Cases, 't' | 'blocks'>
  /** The first arrival of the history, UTC ms. */
  readonly first: number
}

/** Share of the judged decisions with an incomplete window above which a caveat appears. */
const INCOMPLETE_PART_MAX = 0.05

/** One caveat for each feature group with incomplete windows, and one for each age longer than the judged block. */
export function historyReachCaveats({ ir, model, ages, cases: { t, blocks }, first }: HistoryReachInputs): Caveat[] {
  const { from, to } = blocks.test
  const windows = groupReads(ir, model).flatMap(({ group: { name, features } }): Caveat[] => {
    const size = features.reduce((longest, { window }) => (window === 'lifetime' ? longest : Math.max(longest, window)), 0)
    const part = (firstEntryFrom(t, 1, from, to, first + size) - from) / (to - from)
    return part > INCOMPLETE_PART_MAX ? [{ kind: 'long window', group: name, about: name, size, history: t[to - 1] - first, part }] : []
  })
  const judged = t[to - 1] - t[from]
  return [...windows, ...ages.filter(age => age > judged).map((size): Caveat => ({ kind: 'long age', size, judged }))]
}
