/** Random damage of records and files. */
import { gzipSync } from 'node:zlib'
import type { Random } from '../../src/base/random.ts'
import { below, chance, oneOf } from './generate.ts'

const NEWLINE = 0x0a

/** Values that no column accepts, or only some. */
const badValues = [
  '9007199254740993',
  '-9007199254740992',
  '1e400',
  'NaN',
  '-0',
  '1.5',
  '"x"',
  'true',
  'null',
  '[]',
  '{"a":{}}',
  '""',
  '"\\ud800"',
  '"2024-13-01"',
  '"9999-01-01"',
  '12.340000000000000001',
  '9e15',
  '"1"',
  '0x10',
  `${'['.repeat(80)}${']'.repeat(80)}`,
]

const badFields = [',"extra":1', ',"__proto__":{"at":1}', ',"at":1', ',"toString":null', '', ',"key":"z"']

/** One line of NDJSON or CSV, damaged; it stays one line. */
export function damagedLine(next: Random, line: string, format: 'ndjson' | 'csv'): Buffer {
  const bytes = Buffer.from(line.replaceAll('\n', ' '))
  switch (below(next, 4)) {
    case 0:
      return withoutNewlines(scatterBytes(next, bytes, 1 + below(next, 4)))
    case 1:
      return bytes.subarray(0, below(next, bytes.length + 1))
    case 2:
      return Buffer.from(bytes.toString('utf8').replace(format === 'csv' ? /[^,]+/ : /(?<=:)[^,}]+/, oneOf(next, badValues)))
    default:
      return format === 'csv'
        ? Buffer.from(`${line.replaceAll('\n', ' ')}${oneOf(next, [',', '"', ',"x"y', '\r', '"\n"'.slice(0, 1)])}`)
        : Buffer.from(line.replace(/\}$/, `${oneOf(next, badFields)}}`))
  }
}

/** Some bytes replaced by any others. */
export function scatterBytes(next: Random, bytes: Buffer, count: number): Buffer {
  const damaged = Buffer.from(bytes)
  for (let i = 0; i < count && damaged.length > 0; i++) damaged[below(next, damaged.length)] = below(next, 256)
  return damaged
}

function withoutNewlines(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map(byte => (byte === NEWLINE ? 0x20 : byte)))
}

/** Noise in the alphabet of a format, so that some of it passes the first checks. */
export function noise(next: Random, length: number): Buffer {
  const alphabet = Buffer.from('{}[]":,\n\r\\0123456789.eE-+ntfa;|\t \u00e4')
  const any = chance(next, 0.3)
  return Buffer.from(Array.from({ length }, () => (any ? below(next, 256) : alphabet[below(next, alphabet.length)])))
}

/** A file cut off or with bytes replaced. */
export function damagedFile(next: Random, bytes: Buffer): Buffer {
  return chance(next, 0.5) ? bytes.subarray(0, below(next, bytes.length)) : scatterBytes(next, bytes, 1 + below(next, 3))
}

export function packed(next: Random, bytes: Buffer): Buffer {
  return chance(next, 0.2) ? Buffer.concat([gzipSync(bytes), Buffer.from('behind the end')]) : gzipSync(bytes)
}
