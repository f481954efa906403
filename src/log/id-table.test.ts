import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { IdTable } from './id-table.ts'

const always = () => true
const word = (next: () => number) => (next() * 2 ** 32) | 0

function filledTable(count: number, seed: number, afterAdd: (table: IdTable) => void) {
  const next = random(seed)
  const table = new IdTable()
  const hashes = Array.from({ length: count }, () => [word(next), word(next)] as const)
  hashes.forEach(([high, low], i) => {
    table.add(high, low, i * 3, i)
    afterAdd(table)
  })
  return { table, hashes }
}

function holdsAll({ table, hashes }: ReturnType<typeof filledTable>): void {
  const wrong = hashes.filter(([high, low], i) => table.find(high, low, 0, always) !== i * 3)
  assert.equal(wrong.length, 0)
  const next = random(99)
  for (let i = 0; i < 1000; i++) assert.equal(table.find(word(next), word(next), 0, always), -1)
}

test('finds ids placed one by one, across many splits', () => holdsAll(filledTable(100_000, 1, table => table.indexPending())))

test('finds ids placed together, and ids added after them', () => {
  const all = filledTable(200_000, 2, table => table.length === 150_000 && table.indexPending())
  assert.equal(all.table.find(1, 1, 0, always), -1)
  holdsAll(all)
})

test('finds hashes with equal first bits, whose part grows', () => {
  const next = random(3)
  const table = new IdTable()
  const lows = Array.from({ length: 20_000 }, () => word(next))
  lows.forEach((low, i) => table.add(7, low, i, i))
  assert.ok(lows.every((low, i) => table.find(7, low, 0, always) === i))
  assert.equal(table.find(8, lows[0], 0, always), -1)
})

test('finds the newest matching id of a hash, and none that is too old', () => {
  const table = new IdTable()
  for (let i = 0; i < 10; i++) table.add(-5, -6, i, 100 + i)
  assert.equal(table.find(-5, -6, 0, always), 9)
  assert.equal(
    table.find(-5, -6, 103, sequence => sequence < 5),
    4,
  )
  assert.equal(
    table.find(-5, -6, 105, sequence => sequence < 5),
    -1,
  )
  table.expire(104)
  assert.deepEqual([table.unexpired, table.oldest, table.newest], [6, 100, 109])
})
