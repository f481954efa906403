/**
 * `npm start`: the main job on the embedded default. Replays three million real flights, each as a departure and a landing, through the
 * pipeline of `examples/flights`; prints decisions with their features, their quality on later months, the speed, and then the latency
 * audit: the value of freshness here. Ends by itself.
 */
import pipeline, { late } from '../examples/flights/flights.ts'
import { flightsFile } from '../examples/flights/data.ts'
import { evaluate, evaluationText } from '../examples/flights/evaluate.ts'
import { ProgressLine } from '../src/cli/command/progress.ts'
import { replaySummaryText } from '../src/cli/replay/replay-summary.ts'
import { vectorRowReader } from '../src/model/index.ts'
import { auditFlights } from './audit-flights.ts'
import type { DecisionBatch } from '../src/replay/decide.ts'
import type { ReplayLog } from '../src/replay/log.ts'
import { replay } from '../src/replay/replay.ts'

/** One decision of this many batches is printed. */
const SHOWN_EVERY = 45

console.log(`Will this flight arrive late? Decided at departure, from the flights that have landed in the last hour.\n`)

const progress = new ProgressLine()
const decided = { t: [] as Float64Array[], score: [] as Float64Array[], delay: [] as Float64Array[] }
let outcomes: Uint8Array = new Uint8Array(0)
let history: ReplayLog | undefined
const samples: string[] = []
let batches = 0
const rowOf = (log: Pick<ReplayLog, 'strings'>) => vectorRowReader(late.ir.inputs, log.strings)
const delayAt = late.ir.inputs.findIndex(input => input.name === 'there.delay')

const summary = await replay(pipeline, {
  files: ['departures', 'landings'].map(source => ({ source, path: flightsFile })),
  onProgress: (stage, share) => progress.show(stage.replace(/ \S*\//, ' '), share),
  onLoaded: log => (history = log),
  onDecisions: keep,
  onLabels: (_, { value }) => (outcomes = value),
})
progress.clear()

console.log('Some decisions, with the features that they were made from:\n')
console.log(`${samples.join('\n')}\n`)
console.log('Quality, on the half of the flights that the model was not fitted on:\n')
const inputs = new Map([['there.delay', concatenate(decided.delay)]])
console.log(`${evaluationText(evaluate({ t: concatenate(decided.t), score: concatenate(decided.score), inputs }, outcomes))}\n`)
console.log(replaySummaryText(summary))
await auditFlights(history!)

function keep(batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>): void {
  decided.t.push(batch.t.slice())
  decided.score.push(numbers(batch.score, batch.length))
  decided.delay.push(numbers(batch.vector[delayAt], batch.length))
  if (batches++ % SHOWN_EVERY !== SHOWN_EVERY >> 1) return
  const row = batch.length >> 1
  const when = new Date(batch.t[row]).toISOString().slice(0, 16).replace('T', ' ')
  const score = batch.score.values[row].toFixed(3)
  samples.push(
    `  ${when} UTC  ${log.strings.textOf(batch.key.values[row])}  late with probability ${score}  ${vectorText(rowOf(log)(batch.vector, row))}`,
  )
}

/** A vector on one line, with three digits after the point. */
function vectorText(vector: object): string {
  return JSON.stringify(vector, (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value))
}

function numbers({ values, nulls }: DecisionBatch['score'], length: number): Float64Array {
  return Float64Array.from({ length }, (_, row) => (nulls?.[row] ? NaN : values[row]))
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
