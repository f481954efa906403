/**
 * `npm start`: the main job on the embedded default. Replays three million real flights, each as a departure and a landing, through the
 * pipeline of `examples/flights`; prints four decisions, their quality on later months and the speed, and then the verdict of the latency
 * audit in dollars. `npm start -- --value 50` takes another value of a caught late arrival. Ends by itself.
 */
import { parseArgs } from 'node:util'
import pipeline, { late } from '../examples/flights/flights.ts'
import { flightsFile } from '../examples/flights/data.ts'
import { evaluate } from '../examples/flights/evaluate.ts'
import { ProgressLine } from '../src/cli/command/progress.ts'
import { vectorRowReader } from '../src/model/index.ts'
import { auditFlights } from './audit-flights.ts'
import type { DecisionBatch } from '../src/replay/decide.ts'
import type { ReplayLog } from '../src/replay/log.ts'
import { replay } from '../src/replay/replay.ts'

/** One decision of this many batches is printed. */
const SHOWN_EVERY = 45

const dollars = valueOption()
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

const inputs = new Map([['there.delay', concatenate(decided.delay)]])
const quality = evaluate({ t: concatenate(decided.t), score: concatenate(decided.score), inputs }, outcomes)
const seconds = summary.loadSeconds + summary.decideSeconds
const rejected = summary.sources.flatMap(({ rejected: reasons }) => Object.values(reasons)).reduce((sum, count) => sum + count, 0)
console.log(`Will this flight arrive late? Decided at departure, from the flights that landed in the last hour.

${samples.join('\n')}
  On ${count(quality.flights)} later flights: AUC ${quality.auc.toFixed(2)}; of the warnings for the most likely 10 %, ${percent(quality.alerts.precision)} are right.
  ${count(summary.events)} events in ${seconds.toFixed(0)} s (${count(Math.round(summary.events / seconds))} a second); ${count(rejected)} rejected.

How fresh must it be? Each stage is made older, and every flight is decided again.
`)
await auditFlights(history!, dollars)

function keep(batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>): void {
  decided.t.push(batch.t.slice())
  decided.score.push(numbers(batch.score, batch.length))
  decided.delay.push(numbers(batch.vector[delayAt], batch.length))
  if (batches++ % SHOWN_EVERY !== SHOWN_EVERY >> 1) return
  const row = batch.length >> 1
  const when = new Date(batch.t[row]).toISOString().slice(0, 16).replace('T', ' ')
  const origin = log.strings.textOf(batch.key.values[row])
  const { there, here } = rowOf(log)(batch.vector, row) as Record<'there' | 'here', { delay: number | null; landed: number }>
  samples.push(
    `  ${when}  from ${origin}: ${percent(batch.score.values[row]).padStart(4)} late.  Landings at the destination: ${delayText(there)}; here: ${delayText(here)}`,
  )
}

/** `61, 5 min early`. */
function delayText({ delay, landed }: { readonly delay: number | null; readonly landed: number }): string {
  return delay === null ? 'none' : `${landed}, ${Math.abs(delay).toFixed(0)} min ${delay < 0 ? 'early' : 'late'}`
}

function valueOption(): number | undefined {
  const { value } = parseArgs({ options: { value: { type: 'string' } } }).values
  if (value === undefined) return undefined
  if (Number(value) > 0) return Number(value)
  console.error(`--value ${value} is not dollars above 0; write for example: npm start -- --value 50`)
  process.exit(2)
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
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
