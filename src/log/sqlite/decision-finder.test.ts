import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import type { StoredDecisionBatch } from '../store.ts'
import { SqliteReader } from './reader.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('finder')

test('finds the decision batches of each entry in order, until they are removed', async () => {
  const path = join(folder, 'log.db')
  const store = await SqliteStore.open(path)
  const next = random(7)
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const recorded: StoredDecisionBatch[] = []
  let end = 0
  const firsts: number[] = []
  for (let i = 0; i < 60; i++) {
    const entries = int(1, 6)
    firsts.push(end)
    const bytes = () => Uint8Array.of(recorded.length)
    const decisions: StoredDecisionBatch[] = []
    // Some models decide on some entries of a segment each, or none do.
    for (const model of ['a', 'b', 'c'].slice(0, int(0, 3))) {
      const first = end + int(0, entries - 1)
      const last = int(first, end + entries - 1)
      decisions.push({ model, first, last, count: last - first + 1, bytes: bytes() })
    }
    recorded.push(...decisions)
    const segment = { first: end, entries, arrival: i, bytes: new Uint8Array(3) }
    // Decisions may be recorded later than their segment, in separate commits.
    if (int(0, 1) === 0) await store.commit({ segment, decisions: decisions.map(copyOf) })
    else {
      await store.commit({ segment })
      for (const batch of decisions) await store.commit({ decisions: [copyOf(batch)] })
    }
    end += entries
  }
  const cut = firsts[20]
  const check = (reader: SqliteReader, from: number) => {
    for (let entry = -1; entry <= end; entry++) {
      const expected = entry < from ? [] : recorded.filter(({ first, last }) => first <= entry && entry <= last)
      assert.deepEqual(reader.decisionsAt(entry).map(fieldsOf), expected.map(fieldsOf), `entry ${entry}`)
    }
  }
  const reader = new SqliteReader(path)
  check(reader, 0)
  await store.commit({ forget: cut })
  check(reader, cut)
  reader.close()
  await store.close()
})

const copyOf = (batch: StoredDecisionBatch): StoredDecisionBatch => ({ ...batch, bytes: batch.bytes.slice() })
const fieldsOf = ({ model, first, last, count, bytes }: StoredDecisionBatch) => [model, first, last, count, [...bytes]]
