/** Where a history does not reach: windows that begin before it, and ages that are longer than what is judged. */
import { groupReads } from '../../decision/reads.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { firstFrom } from '../../kernel/order.ts'
import type { Cases } from '../domain/cases.ts'
import type { Caveat } from '../domain/caveat.ts'

interface Reached {
  readonly ir: PipelineIR
  readonly model: ModelIR
  /** Asked for, ms. */
  readonly ages: readonly number[]
  readonly cases: Pick<Cases, 't' | 'blocks'>
  /** The first arrival of the history, UTC ms. */
  readonly first: number
}

/** What part of the judged decisions may lack before it is worth a word. */
const PART = 0.05

export function reachCaveats({ ir, model, ages, cases: { t, blocks }, first }: Reached): Caveat[] {
  const { from, to } = blocks.test
  const windows = groupReads(ir, model).flatMap(({ group: { name, features } }): Caveat[] => {
    const size = features.reduce((longest, { window }) => (window === 'lifetime' ? longest : Math.max(longest, window)), 0)
    const part = (firstFrom(t, 1, from, to, first + size) - from) / (to - from)
    return part > PART ? [{ kind: 'long window', group: name, about: name, size, history: t[to - 1] - first, part }] : []
  })
  const judged = t[to - 1] - t[from]
  return [...windows, ...ages.filter(age => age > judged).map((size): Caveat => ({ kind: 'long age', size, judged }))]
}
