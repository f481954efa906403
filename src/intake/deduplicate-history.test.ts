import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import type { Block } from '../columns/block.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { sourceIR } from '../../test/source-ir.ts'
import { deduplicateHistory } from './deduplicate-history.ts'

interface Row {
  readonly key: number
  readonly id: number | null
  readonly part: number | null
  readonly value: number
  readonly arrival: number
}

const column = (name: string) => ({ name, type: 'int', nullable: true }) as const
const base = sourceIR(['key', 'id', 'part', 'value'].map(column), { key: 'key', id: 'id', dedupe: 20 })

function blockOf(rows: readonly Row[]): Block {
  const numbers = (pick: (row: Row) => number | null) => ({
    values: Float64Array.from(rows, row => pick(row) ?? 0),
    nulls: Uint8Array.from(rows, row => (pick(row) === null ? 1 : 0)),
  })
  const arrival = Float64Array.from(rows, row => row.arrival)
  const columns = { key: numbers(r => r.key), id: numbers(r => r.id), part: numbers(r => r.part), value: numbers(r => r.value) }
  return { length: rows.length, time: arrival, arrival, sourcePosition: arrival, columns }
}

/** Literal implementation of the semantics, over the list of accepted rows. */
function expected(rows: readonly Row[], source: SourceIR) {
  const accepted: Row[] = []
  return rows.map(row => {
    const sameId = accepted.filter(earlier => row.id !== null && earlier.key === row.key && earlier.id === row.id)
    const recent = sameId.filter(earlier => earlier.arrival >= row.arrival - source.dedupe)
    const equal = (earlier: Row) => earlier.part === row.part && earlier.value === row.value
    if (source.identity) {
      const latest = sameId.at(-1)
      if (latest && recent.includes(latest) && equal(latest)) return 'duplicate'
      const original = accepted.find(earlier => row.part !== null && earlier.key === row.key && earlier.part === row.part)
      if (original && row.arrival > original.arrival + source.revisable!) return 'stale'
    } else {
      if (recent.some(equal)) return 'duplicate'
      if (recent.length > 0) return 'conflict'
    }
    accepted.push(row)
    return 'accept'
  })
}

test('duplicates, conflicts and revisions follow the semantics, over random logs', () => {
  const next = random(11)
  const pick = (n: number) => Math.floor(next() * n)
  const decisions = new Set<string>()
  for (let round = 0; round < 400; round++) {
    const source: SourceIR = round % 2 === 0 ? base : { ...base, identity: ['part'], revisable: 30 }
    let arrival = 0
    const rows = Array.from({ length: 40 }, (): Row => {
      arrival += pick(6)
      return { key: pick(2), id: pick(6) === 0 ? null : pick(4), part: pick(6) === 0 ? null : pick(3), value: pick(2), arrival }
    })
    const expectedDecisions = expected(rows, source)
    const result = deduplicateHistory(source, blockOf(rows), undefined)
    const actual = rows.map(() => 'accept')
    for (const row of result.duplicates) actual[row] = 'duplicate'
    for (const row of result.conflicts) actual[row] = 'conflict'
    for (const row of result.stale) actual[row] = 'stale'
    assert.deepEqual(actual, expectedDecisions)
    const acceptedRows = expectedDecisions.flatMap((verdict, row) => (verdict === 'accept' ? [row] : []))
    assert.deepEqual(result.accepted ? [...result.accepted] : rows.map((_, row) => row), acceptedRows)
    for (const verdict of expectedDecisions) decisions.add(verdict)
  }
  assert.deepEqual([...decisions].sort(), ['accept', 'conflict', 'duplicate', 'stale'])
})

test('a history without anything to drop is returned unchanged', () => {
  const rows = [1, 2, 3].map(id => ({ key: 1, id, part: null, value: 1, arrival: id }))
  assert.equal(deduplicateHistory(base, blockOf(rows), undefined).accepted, undefined)
})
