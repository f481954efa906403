/** Random values of the records of a topic: rows of a source as JSON, JSON behind a schema's id, or Avro; damaged ones, noise and nothing. */
import type { Random } from '../../src/base/random.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { avroBytes } from '../kafka-formats/avro-bytes.ts'
import { zigzagVarint } from '../kafka/varint.ts'
import { framedValue } from '../kafka-formats/test-registry.ts'
import { sourceIR } from '../source-ir.ts'
import { damagedLine, noise, scatterBytes } from './damage.ts'
import { below, chance, jsonLine, oneOf, randomRow, type Row } from './generate.ts'

export const topicFormats = ['json', 'json-schema', 'avro'] as const
export type TopicFormat = (typeof topicFormats)[number]

/** A value, and what must become of its record. */
export interface TopicValue {
  /** Undefined: a tombstone. */
  readonly bytes: Buffer | undefined
  /** The row that must be accepted as it is, unless ids and maps say otherwise. */
  readonly row?: Row
  /** It cannot be an event. */
  readonly isDead?: true
}

/** A record that is larger than a run takes. */
export const LARGE_BYTES = 5_000_000
const LARGE = 0.002
const [NULLS, EMPTY, NOISE, DAMAGED] = [0.04, 0.03, 0.06, 0.3]
const FRAME_BYTES = 5

/** The source of Avro values, whose schema is `avroSchema`. */
export const avroSource: SourceIR = sourceIR(
  [
    { name: 'k', type: 'string', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
    { name: 'n', type: 'int', nullable: true },
    { name: 'note', type: 'string', nullable: true },
  ],
  { name: 'source', allowedLateness: 86_400_000, maxClockSkew: 60_000 },
)

export const avroSchema = JSON.stringify({
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'k', type: 'string' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'n', type: ['null', 'long'] },
    { name: 'note', type: ['null', 'string'] },
  ],
})

/** A row of `avroSource` in the order of its schema's fields. */
function avroRow({ k, at, n, note }: Row): Buffer {
  const optional = <T>(value: T | null, write: (value: T) => Buffer) =>
    value === null ? [zigzagVarint(0)] : [zigzagVarint(1), write(value)]
  return Buffer.concat([
    avroBytes(k as string),
    zigzagVarint(at as number),
    ...optional(n as number | null, zigzagVarint),
    ...optional(note as string | null, avroBytes),
  ])
}

export interface ValueSetting {
  readonly source: SourceIR
  readonly format: TopicFormat
  /** Ids in the registry, and one that it does not have. */
  readonly schemaId: number
  readonly unknownId: number
  /** An unknown id rejects its record. */
  readonly isLookedUp: boolean
}

export function randomTopicValue(next: Random, setting: ValueSetting): TopicValue {
  if (chance(next, LARGE)) return { bytes: largeValue(setting), isDead: true }
  if (chance(next, NULLS)) return { bytes: undefined, isDead: true }
  if (chance(next, EMPTY)) return { bytes: Buffer.alloc(0), isDead: true }
  if (chance(next, NOISE)) return { bytes: noise(next, below(next, 60)) }
  const row = setting.format === 'avro' ? randomAvroRow(next) : randomRow(next, setting.source)
  const isDamaged = chance(next, DAMAGED)
  if (setting.format === 'json') {
    const line = jsonLine(next, setting.source, row)
    return isDamaged ? { bytes: damagedLine(next, line, 'ndjson') } : { bytes: Buffer.from(line), row }
  }
  return isDamaged ? damagedFrame(next, setting, row) : { bytes: framedValue(setting.schemaId, contentOf(next, setting, row)), row }
}

function largeValue({ format, schemaId }: ValueSetting): Buffer {
  const content = Buffer.alloc(LARGE_BYTES, 'a')
  return format === 'json' ? content : framedValue(schemaId, content)
}

function randomAvroRow(next: Random): Row {
  return {
    k: oneOf(next, ['', 'a', 'ä', '😀', 'a longer text than twelve']),
    at: below(next, 1_500_000),
    n: oneOf(next, [null, 0, 1, -1, 63, 64, -65, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]),
    note: oneOf(next, [null, '', 'x', 'line\nline']),
  }
}

const contentOf = (next: Random, { format, source }: ValueSetting, row: Row): Buffer =>
  format === 'avro' ? avroRow(row) : Buffer.from(jsonLine(next, source, row))

function damagedFrame(next: Random, setting: ValueSetting, row: Row): TopicValue {
  const content = contentOf(next, setting, row)
  const whole = framedValue(setting.schemaId, content)
  const isAvro = setting.format === 'avro'
  switch (below(next, 5)) {
    case 0: {
      const bytes = framedValue(setting.unknownId, content)
      return setting.isLookedUp ? { bytes, isDead: true } : { bytes, row }
    }
    case 1: {
      const bytes = Buffer.from(whole)
      bytes[0] = 1 + below(next, 255)
      return { bytes, isDead: true }
    }
    case 2: {
      const bytes = whole.subarray(0, below(next, isAvro ? whole.length : FRAME_BYTES))
      return { bytes, isDead: true }
    }
    case 3:
      return isAvro ? { bytes: content } : { bytes: framedValue(setting.schemaId, damagedLine(next, content.toString(), 'ndjson')) }
    default: {
      const bytes = scatterBytes(next, whole.subarray(FRAME_BYTES), 1 + below(next, 3))
      return { bytes: Buffer.concat([whole.subarray(0, FRAME_BYTES), bytes]) }
    }
  }
}
