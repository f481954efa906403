/**
 * The decisions of `fraud.ts` (or of the same pipeline with other placements) over a generated file, in memory, for `fit.ts` and `ages.ts`.
 */
import type { PipelineIR } from 'spillway'
import { decide, load, type ReplayLog } from 'spillway/replay'
import { copyNumbers } from '../numbers.ts'
import pipeline from './fraud.ts'
import type { Scored } from './scored.ts'
import type { Truth } from './truth.ts'

export const readPayments = (path: string): Promise<ReplayLog> => load(pipeline, [{ source: 'payments', path }], { onRejected: () => {} })

/** `inputs`: by name, NaN for NULL; only the requested ones, since they are large. */
export function decided(
  log: ReplayLog,
  truth: ReadonlyMap<string, Truth>,
  { ir = pipeline.ir, inputs: names = [] }: { readonly ir?: PipelineIR; readonly inputs?: readonly string[] } = {},
): Scored & { readonly inputs: ReadonlyMap<string, Float64Array> } {
  const [model] = ir.models
  const { length } = log.histories.get('payments')!.block
  const numbers = () => new Float64Array(length)
  const inputs = new Map(names.map(name => [name, numbers()]))
  const scored = {
    t: numbers(),
    score: numbers(),
    amount: numbers(),
    card: new Int32Array(length),
    fraud: new Uint8Array(length),
    burst: new Int32Array(length).fill(-1),
    isTest: new Uint8Array(length),
  }
  const positionOf = new Map(model.inputs.map(({ name }, i) => [name, i]))
  for (const batch of decide({ ir, scores: pipeline.scores }, model, log)) {
    const { first } = batch
    scored.t.set(batch.t, first)
    copyNumbers(batch.score, batch.length, scored.score, first)
    copyNumbers(batch.vector[positionOf.get('amount')!], batch.length, scored.amount, first)
    for (const [name, column] of inputs) copyNumbers(batch.vector[positionOf.get(name)!], batch.length, column, first)
    for (let i = 0; i < batch.length; i++) {
      scored.card[first + i] = batch.key.values[i]
      const known = truth.get(log.strings.textOf(batch.id!.values[i]))
      if (!known) continue
      scored.fraud[first + i] = 1
      scored.burst[first + i] = known.burst ?? -1
      scored.isTest[first + i] = Number(known.test === true)
    }
  }
  return { ...scored, inputs }
}
