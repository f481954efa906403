/** The model's decisions over the whole file, in memory, for `fit.ts` and `ages.ts`. */
import type { Pipeline, PipelineIR } from 'spillway'
import { decide, label, load, type ReplayLog } from 'spillway/replay'
import { copyNumbers } from '../numbers.ts'
import { flightsFile } from './data.ts'
import pipeline from './flights.ts'

export interface Decisions {
  /** UTC milliseconds, ascending. */
  readonly t: Float64Array
  /** By input of the model; NaN for NULL. */
  readonly inputs: ReadonlyMap<string, Float64Array>
  /** Probability of being late. */
  readonly score: Float64Array
}

export const readLog = (path: string = flightsFile, of: Pipeline = pipeline): Promise<ReplayLog> =>
  load(
    of,
    ['landings', 'departures'].map(source => ({ source, path })),
    { onRejected: () => {} },
  )

/** 1 if the flight of a decision arrived late. The pipeline learns this when the flight lands. */
export const outcomesOf = (log: ReplayLog): Uint8Array => label(pipeline, pipeline.ir.models[0], log).value

/** `ir`: the pipeline of `flights.ts`, the same with its group placed elsewhere, or that of `weekly.ts`. */
export function decisions(log: ReplayLog, ir: PipelineIR = pipeline.ir): Decisions {
  const [model] = ir.models
  const { length } = log.histories.get('departures')!.block
  const inputs = new Map(model.inputs.map(({ name }) => [name, new Float64Array(length)]))
  const result = { t: new Float64Array(length), inputs, score: new Float64Array(length) }
  for (const batch of decide({ ir, scores: pipeline.scores }, model, log)) {
    const { first } = batch
    result.t.set(batch.t, first)
    for (const [i, column] of [...inputs.values()].entries()) copyNumbers(batch.vector[i], batch.length, column, first)
    copyNumbers(batch.score, batch.length, result.score, first)
  }
  return result
}
