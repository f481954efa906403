import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import type { StoredDecisions } from '../store.ts'
import { SqliteReader } from './reader.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('finder')

test('the stretches of an entry are found among those of all segments, in order, until they are forgotten', async () => {
  const path = join(folder, 'log.db')
  const store = await SqliteStore.open(path)
  const next = random(7)
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const all: StoredDecisions[] = []
  let end = 0
  const firsts: number[] = []
  for (let i = 0; i < 60; i++) {
    const entries = int(1, 6)
    firsts.push(end)
    const bytes = () => Uint8Array.of(all.length)
    const decisions: StoredDecisions[] = []
    // Models that decide in one segment, on some of its entries each; or on none.
    for (const model of ['a', 'b', 'c'].slice(0, int(0, 3))) {
      const first = end + int(0, entries - 1)
      const last = int(first, end + entries - 1)
      decisions.push({ model, first, last, count: last - first + 1, bytes: bytes() })
    }
    all.push(...decisions)
    const segment = { first: end, entries, arrival: i, bytes: new Uint8Array(3) }
    // Decisions may be recorded later than their segment, in commits of their own.
    if (int(0, 1) === 0) await store.commit({ segment, decisions: decisions.map(copy) })
    else {
      await store.commit({ segment })
      for (const stretch of decisions) await store.commit({ decisions: [copy(stretch)] })
    }
    end += entries
  }
  const forgotten = firsts[20]
  const check = (reader: SqliteReader, from: number) => {
    for (let entry = -1; entry <= end; entry++) {
      const expected = entry < from ? [] : all.filter(({ first, last }) => first <= entry && entry <= last)
      assert.deepEqual(reader.decisionsAt(entry).map(plain), expected.map(plain), `entry ${entry}`)
    }
  }
  const reader = new SqliteReader(path)
  check(reader, 0)
  await store.commit({ forget: forgotten })
  check(reader, forgotten)
  reader.close()
  await store.close()
})

const copy = (stretch: StoredDecisions): StoredDecisions => ({ ...stretch, bytes: stretch.bytes.slice() })
const plain = ({ model, first, last, count, bytes }: StoredDecisions) => [model, first, last, count, [...bytes]]
