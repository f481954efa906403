/** A random HTTP request: a JSON object, an array, a stream of lines, or a signed webhook, valid, damaged or noise, plain or as gzip. */
import { createHmac } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Random } from '../../src/base/random.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { rowKey } from './conservation.ts'
import { damagedFile, damagedLine, noise, packed } from './damage.ts'
import { below, chance, jsonLine, oneOf, randomRow } from './generate.ts'

export const doors = ['object', 'array', 'lines', 'decide', 'webhook'] as const
export type HttpDoor = (typeof doors)[number]

export interface Drawn {
  readonly door: HttpDoor
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The decompressed body; undefined for an invalid gzip. */
  readonly text: Buffer | undefined
  /** Number of records in it. */
  readonly records: number
  /** It is signed with another secret. */
  readonly isForged: boolean
  /** Rows, by `rowKey`, that the log must have if the request is accepted. */
  readonly sound: readonly string[]
  /** Of a webhook: the id in its headers. */
  readonly id: string | undefined
}

const RECORDS_MAX = 12
const DAMAGED_RECORDS = 0.25
const FORGED = 0.1
const PACKED = 0.3
const DAMAGED_PACKS = 0.2
const NOISE = 0.1

const KEY = Buffer.alloc(24, 7)
export const secret = `whsec_${KEY.toString('base64')}`

/** `now`: UTC ms of the server. */
export function drawRequest(next: Random, source: SourceIR, now: number): Drawn {
  const door = oneOf(next, source.id === undefined ? doors.filter(name => name !== 'webhook') : doors)
  const isSeveral = door === 'array' || door === 'lines'
  const rows = Array.from({ length: isSeveral ? below(next, RECORDS_MAX) : 1 }, () => randomRow(next, source))
  // An array is as damaged as each of its elements.
  const damagedShare = door === 'array' && chance(next, 0.5) ? 0 : DAMAGED_RECORDS
  const isDamaged = rows.map(() => chance(next, damagedShare))
  const texts = rows.map((row, i) => {
    const line = jsonLine(next, source, row)
    return isDamaged[i] ? damagedLine(next, line, 'ndjson') : Buffer.from(line)
  })
  const isNoise = chance(next, NOISE)
  const text = isNoise ? noise(next, below(next, 300)) : joinTexts(next, door, texts)
  const isPacked = chance(next, PACKED)
  const whole = isPacked ? packed(next, text) : text
  const body = isPacked && chance(next, DAMAGED_PACKS) ? damagedFile(next, whole) : whole
  const unpacked = isPacked ? gunzipped(body) : text
  const isForged = door === 'webhook' && chance(next, FORGED)
  const id = door === 'webhook' ? `msg_${below(next, 30)}` : undefined
  return {
    door,
    body,
    text: unpacked,
    records: rows.length,
    isForged,
    id,
    headers: {
      'content-type': door === 'lines' ? 'application/x-ndjson' : 'application/json',
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...(id !== undefined && signature(isForged ? Buffer.alloc(24, 8) : KEY, id, now, unpacked ?? body)),
    },
    sound: isNoise || unpacked === undefined ? [] : rows.filter((_, i) => !isDamaged[i]).map(row => rowKey(source, row)),
  }
}

function joinTexts(next: Random, door: HttpDoor, texts: readonly Buffer[]): Buffer {
  const space = () => Buffer.from(oneOf(next, ['', '', ' ', '\n', '\r\n\t ']))
  if (door === 'lines') {
    const ending = Buffer.from(oneOf(next, ['\n', '\n', '\r\n']))
    const lines = texts.flatMap(text => (chance(next, 0.1) ? [Buffer.from(' '), ending, text, ending] : [text, ending]))
    return Buffer.concat(chance(next, 0.3) ? lines.slice(0, -1) : lines)
  }
  if (door !== 'array') return Buffer.concat([space(), ...texts, space()])
  const elements = texts.flatMap((text, i) => [...(i > 0 ? [Buffer.from(',')] : []), space(), text, space()])
  return Buffer.concat([space(), Buffer.from('['), ...elements, Buffer.from(']'), space()])
}

function gunzipped(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes)
  } catch {
    return undefined
  }
}

/** By Standard Webhooks. */
function signature(key: Buffer, id: string, now: number, body: Buffer): Record<string, string> {
  const at = String(Math.floor(now / 1000))
  const signed = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signed}` }
}
