import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lostBytes, missingRows } from './conservation.ts'
import { holds, prove } from './prove.ts'
import { sweep } from '../sweep.ts'

test('no record of random files is unaccounted for', async () => {
  const result = await prove({ cases: sweep(200, 600), seed: 1 })
  assert.deepEqual(result.failures, [])
  assert.ok(holds(result), JSON.stringify(result))
})

test('lost, changed, truncated and invented records are detected', () => {
  const text = Buffer.from('header\none\n\ntwo "a\nb"\nthree\n')
  const piece = (line: number, raw: string, isHead = false) => ({ line, raw: Buffer.from(raw), isHead })
  const [one, two, three] = [piece(2, 'one'), piece(4, 'two "a\nb"'), piece(6, 'three')]
  const lost = (pieces: readonly ReturnType<typeof piece>[], isRejected = false) => lostBytes(text, pieces, { hasHeader: true, isRejected })
  assert.deepEqual(lost([three, one, two]), [])
  assert.deepEqual(lost([one, two, piece(6, 'th', true)]), [])
  assert.deepEqual(lost([one, three]), ['line 4 did not come out', 'line 5 did not come out'])
  assert.deepEqual(lost([one, two]), ['line 6 did not come out'])
  assert.deepEqual(lost([one, two], true), [])
  assert.deepEqual(lost([piece(2, 'ome'), two, three]), ['line 2 came out changed'])
  assert.deepEqual(lost([piece(2, 'on'), two, three])[0], 'line 2 came out cut')
  assert.deepEqual(missingRows(['a', 'a', 'b'], ['b', 'a', 'c']), ['a sound row was not accepted as it is: a'])
})
