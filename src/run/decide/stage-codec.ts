/** The binary format of stage times: a block of decision batches, in columns, in whole microseconds. */
import { crc32 } from 'node:zlib'
import type { StageMs } from '../../base/node/index.ts'
import { ByteReader, ByteWriter, readNumbers, writeNumbers } from '../../log/index.ts'
import type { StageSample } from './stage-times.ts'

const VERSION = 1
/** Encodes an unknown time. */
const UNKNOWN = -1

const stageNames = ['waited', 'taken', 'queued', 'features', 'inference', 'durable'] as const satisfies readonly (keyof StageMs)[]

const micros = (ms: number | undefined): number => (ms === undefined ? UNKNOWN : Math.max(0, Math.round(ms * 1000)))

/** Encodes a block of stage times. */
export function encodeStageTimes(samples: readonly StageSample[]): Uint8Array {
  const out = new ByteWriter()
  const models = [...new Set(samples.map(({ model }) => model))]
  out.varint(VERSION)
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
  const body = out.finish()
  const bytes = new Uint8Array(body.length + 4)
  bytes.set(body)
  new DataView(bytes.buffer).setUint32(body.length, crc32(body), true)
  return bytes
}

/** Decodes a block of stage times. Throws `SPILL_DATA` for damaged bytes. */
export function decodeStageTimes(bytes: Uint8Array): StageSample[] {
  const body = new Uint8Array(bytes.subarray(0, Math.max(0, bytes.length - 4)))
  const reader = new ByteReader(body, 'a block of stage times')
  if (bytes.length < 4 || new DataView(bytes.buffer, bytes.byteOffset).getUint32(body.length, true) !== crc32(body))
    reader.failDamaged('does not have the checksum that it was written with')
  const version = reader.varint()
  if (version !== VERSION) reader.failDamaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
  const length = reader.varint()
  const models = JSON.parse(reader.text()) as string[]
  const column = () => readNumbers(reader, length)
  const [model, first, span, count, sum, at] = [column(), column(), column(), column(), column(), column()]
  const stages = stageNames.map(name => [name, column()] as const)
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
  }))
}
