/**
 * Collects the stage times of decisions in blocks for the store, and encodes the blocks. They are measurements, not facts of the log: unsaved
 * ones are lost when the process ends, and no decision is lost with them.
 */
import { crc32 } from 'node:zlib'
import type { StageMs } from '../../base/node/index.ts'
import { type Clock, isSampled, stopwatch, limits, traceContextOf, traceContextText } from '../../base/index.ts'
import { ByteReader, ByteWriter, readNumbers, writeNumbers, type StoredStageTimes } from '../../log/index.ts'
import { stageSampleOf, type CommittedBatch, type StageSample } from './stage-times.ts'

export class StageRecorder {
  readonly #clock: Clock
  #samples: StageSample[] = []
  #number: number
  #isNew = false

  /** `clock`: the wall clock. `last`: number of the newest stored block. */
  constructor(clock: Clock, last: number) {
    this.#clock = clock
    this.#number = last + 1
  }

  /** Records decision batches that have become durable. Returns their samples. */
  record(batches: readonly CommittedBatch[]): StageSample[] {
    if (batches.length === 0) return []
    const now = stopwatch()
    const wall = this.#clock()
    const samples = batches.map(batch => stageSampleOf(batch, now, wall))
    this.#samples.push(...samples)
    this.#isNew = true
    return samples
  }

  /** Samples of the current block, which may not be stored yet. */
  get gathered(): readonly StageSample[] {
    return this.#samples
  }

  /** Is the block full? */
  get isFull(): boolean {
    return this.#samples.length >= limits.STAGE_BLOCK_BATCHES
  }

  /** The current block for the store, if it has new samples. A block that is not full is stored again when it grows. */
  flush(): StoredStageTimes | undefined {
    if (!this.#isNew) return undefined
    this.#isNew = false
    const { number, samples } = { number: this.#number, samples: this.#samples }
    if (this.isFull) {
      this.#number++
      this.#samples = []
    }
    const first = samples.reduce((least, sample) => Math.min(least, sample.first), Infinity)
    const last = samples.reduce((greatest, sample) => Math.max(greatest, sample.last), 0)
    return { number, first, last, bytes: encodeStageTimes(samples) }
  }
}

/** Blocks without trace contexts are of the first version; the second has contexts after the columns. */
const VERSION = 1
const CONTEXT_VERSION = 2
/** Encodes an unknown time. */
const UNKNOWN = -1

const stageNames = ['waited', 'intake', 'queued', 'features', 'inference', 'durable'] as const satisfies readonly (keyof StageMs)[]

const micros = (ms: number | undefined): number => (ms === undefined ? UNKNOWN : Math.max(0, Math.round(ms * 1000)))

/** Encodes a block of stage times: in columns, in whole microseconds. */
export function encodeStageTimes(samples: readonly StageSample[]): Uint8Array {
  const out = new ByteWriter()
  const models = [...new Set(samples.map(({ model }) => model))]
  const contexts = storedContexts(samples)
  out.varint(contexts.length > 0 ? CONTEXT_VERSION : VERSION)
  out.varint(samples.length)
  out.text(JSON.stringify(models))
  const numbers = new Float64Array(samples.length)
  const column = (numberOf: (sample: StageSample) => number) => {
    for (let i = 0; i < samples.length; i++) numbers[i] = numberOf(samples[i])
    writeNumbers(out, numbers, samples.length)
  }
  column(({ model }) => models.indexOf(model))
  column(({ first }) => first)
  column(({ first, last }) => last - first)
  column(({ count }) => count)
  column(({ sum }) => sum)
  column(({ at }) => Math.round(at * 1000))
  for (const name of stageNames) column(({ stages }) => micros(stages[name]))
  if (contexts.length > 0) out.text(JSON.stringify(contexts))
  const body = out.finish()
  const bytes = new Uint8Array(body.length + 4)
  bytes.set(body)
  new DataView(bytes.buffer).setUint32(body.length, crc32(body), true)
  return bytes
}

/** A trace context in a block: the row of its sample, entries, number of decisions, and the context as text. */
type StoredContext = readonly [row: number, first: number, last: number, count: number, context: string]

/** The contexts that their senders recorded. */
const storedContexts = (samples: readonly StageSample[]): StoredContext[] =>
  samples
    .flatMap(({ traces = [] }, row) =>
      traces
        .filter(({ context }) => isSampled(context.traceparent))
        .map(({ context, first, last, count }): StoredContext => [row, first, last, count, traceContextText(context)]),
    )
    .slice(0, limits.STAGE_CONTEXTS_MAX)

/** Decodes a block of stage times. Throws `SPILL_DATA` for damaged bytes. */
export function decodeStageTimes(bytes: Uint8Array): StageSample[] {
  const body = new Uint8Array(bytes.subarray(0, Math.max(0, bytes.length - 4)))
  const reader = new ByteReader(body, 'a block of stage times')
  if (bytes.length < 4 || new DataView(bytes.buffer, bytes.byteOffset).getUint32(body.length, true) !== crc32(body))
    reader.failDamaged('does not have the checksum that it was written with')
  const version = reader.varint()
  if (version !== VERSION && version !== CONTEXT_VERSION)
    reader.failDamaged(`is of format ${version}, and this Spillway reads up to ${CONTEXT_VERSION}`)
  const length = reader.varint()
  const models = JSON.parse(reader.text()) as string[]
  const column = () => readNumbers(reader, length)
  const [model, first, span, count, sum, at] = [column(), column(), column(), column(), column(), column()]
  const stages = stageNames.map(name => [name, column()] as const)
  const contexts = version === CONTEXT_VERSION ? (JSON.parse(reader.text()) as StoredContext[]) : []
  const tracesOf = Map.groupBy(contexts, ([row]) => row)
  return Array.from({ length }, (_, row) => ({
    model: models[model[row]],
    first: first[row],
    last: first[row] + span[row],
    count: count[row],
    sum: sum[row],
    at: at[row] / 1000,
    stages: Object.fromEntries(
      stages.filter(([, values]) => values[row] !== UNKNOWN).map(([name, values]) => [name, values[row] / 1000]),
    ) as unknown as StageMs,
    ...(tracesOf.has(row) && {
      traces: tracesOf.get(row)!.map(([, from, to, decisions, text]) => ({
        context: traceContextOf(text),
        first: from,
        last: to,
        count: decisions,
      })),
    }),
  }))
}
