import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import type { OutputColumn, OutputValues } from '../files/io/output-table.ts'
import { RowHash } from './row-hash.ts'

const columns: OutputColumn[] = [
  { name: 'n', type: 'int' },
  { name: 'who', type: 'string' },
  { name: 'last', type: 'string', list: true },
]
const strings = new Strings()
const [a, e, long] = ['a', 'é', 'x'.repeat(100_000)].map(text => strings.idOf(text))

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(9)
  bytes[0] = 1
  bytes.writeDoubleLE(value, 1)
  return bytes
}
const count = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const text = (value: string): Buffer => Buffer.concat([count(Buffer.byteLength(value)), Buffer.from(value)])

const rows: OutputValues[] = [
  { values: Float64Array.of(-0, 0, 1.5), nulls: Uint8Array.of(0, 1, 0) },
  { values: Int32Array.of(a, e, long) },
  { values: Int32Array.of(a, e, 0, 0, long, 0), nulls: Uint8Array.of(0, 1, 0), width: 2, counts: Uint16Array.of(2, 0, 1) },
]

const hashOf = (...batches: readonly (readonly [number, readonly OutputValues[]])[]): string => {
  const hash = new RowHash(columns, strings)
  for (const [length, values] of batches) hash.add(length, values)
  return hash.digest()
}

test('the hash equals SHA-256 of the documented bytes', () => {
  const one = Buffer.of(1)
  const expected = createHash('sha256')
    .update('[{"name":"n","type":"int"},{"name":"who","type":"string"},{"list":true,"name":"last","type":"string"}]\n')
    .update(Buffer.concat([number(0), one, text('a'), one, count(2), text('a'), text('é')]))
    .update(Buffer.concat([Buffer.of(0), one, text('é'), Buffer.of(0)]))
    .update(Buffer.concat([number(1.5), one, text('x'.repeat(100_000)), one, count(1), text('x'.repeat(100_000))]))
    .digest('hex')
  assert.equal(hashOf([3, rows]), expected)
})

test('it does not depend on batches', () => {
  const [n, who, last] = rows
  const part = (from: number, to: number): readonly [number, OutputValues[]] => [
    to - from,
    [
      { values: n.values.slice(from, to), nulls: n.nulls?.slice(from, to) },
      { values: who.values.slice(from, to) },
      { values: last.values.slice(from * 2, to * 2), nulls: last.nulls?.slice(from, to), width: 2, counts: last.counts!.slice(from, to) },
    ],
  ]
  assert.equal(hashOf(part(0, 1), part(1, 3)), hashOf([3, rows]))
  assert.notEqual(hashOf(part(1, 3), part(0, 1)), hashOf([3, rows]))
})

test('many rows go through one buffer', () => {
  const length = 20_000
  const values = Float64Array.from({ length }, (_, row) => row)
  const hash = new RowHash([{ name: 'n', type: 'int' }], strings)
  hash.add(length, [{ values }])
  const expected = createHash('sha256').update('[{"name":"n","type":"int"}]\n')
  for (const value of values) expected.update(number(value))
  assert.equal(hash.digest(), expected.digest('hex'))
})
