import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { faults, type Fault } from '../../../test/readers/broken-readers.ts'
import { MemoryTopic } from '../../../test/readers/memory-topic.ts'
import { readerClauses, type ReaderClause } from '../../sources/reader/source-reader.ts'
import { checkReaderClause, testSourceReader } from './source-reader.ts'

testSourceReader('a topic in memory with two partitions', () => new MemoryTopic())

class FaultyTopic extends MemoryTopic {
  readonly timeoutMs = 300
  readonly canFollow: boolean
  readonly #fault: Fault

  constructor(fault: Fault, canFollow: boolean) {
    super()
    this.#fault = fault
    this.canFollow = canFollow
  }

  override open() {
    return this.#fault(super.open())
  }
}

for (const [fault, [clause, change]] of Object.entries(faults))
  for (const canFollow of clause === 'resume' ? [true, false] : [true])
    test(`a reader that ${fault} does not pass clause '${clause}'${canFollow ? '' : ' of a place that cannot grow'}`, async () => {
      const error = await checkReaderClause(clause, () => new FaultyTopic(change, canFollow)).then(
        () => undefined,
        (thrown: Error) => thrown,
      )
      assert.ok(error, 'it passed')
      assert.match(error.message, /^source 'suite': reader '/)
      // The guard of every reading may find the fault first.
      const guarded = clause === 'resume' ? 'position' : 'assignment'
      if (fault !== 'throws at once') assert.match(error.message, new RegExp(`broke clause '(${clause}|${guarded})'`))
    })

test('every clause has a reader that breaks it', () => {
  const broken = new Set<ReaderClause>(Object.values(faults).map(([clause]) => clause))
  assert.deepEqual(
    Object.keys(readerClauses).filter(clause => !broken.has(clause as ReaderClause)),
    [],
  )
})

test('docs/extending/ports.md has each clause', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/extending/ports.md'), 'utf8')
  for (const [clause, text] of Object.entries(readerClauses)) assert.ok(page.includes(`| ${clause} | ${text} |`), clause)
})
