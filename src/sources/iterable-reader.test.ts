import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { SuiteReading, SuiteRun } from '../testing/conformance/suite-run.ts'
import { testSourceReader } from '../testing/conformance/source-reader.ts'
import { iterableReader } from './iterable-reader.ts'

interface Row {
  readonly n: number
}

testSourceReader('an array', () => {
  const rows: Row[] = []
  let recordsTaken = 0
  const iterable = {
    *[Symbol.iterator]() {
      for (const row of rows) {
        recordsTaken++
        yield row
      }
    },
  }
  return {
    open: () => iterableReader(iterable),
    append: numbers => void rows.push(...numbers.map(n => ({ n }))),
    numberOf: ({ n }: Row) => n,
    recordsTaken: () => recordsTaken,
    hasPositions: false,
    canFollow: false,
  }
})

const readingOf = (rows: Iterable<Row> | AsyncIterable<Row>): SuiteReading =>
  new SuiteReading(new SuiteRun(row => (row as Row).n), iterableReader(rows), { follow: true, timeoutMs: 5000 })

test('records that are ready together are one batch, of bounded size', async () => {
  const reading = readingOf(
    (async function* () {
      for (let n = 0; n < limits.ITERABLE_RECORDS + 5; n++) yield { n }
      await pause(20)
      yield { n: -1 }
    })(),
  )
  await reading.ended
  assert.deepEqual(
    reading.run.batches.map(({ numbers }) => numbers.length),
    [limits.ITERABLE_RECORDS, 5, 1],
  )
})

test('an error comes after the records before it', async () => {
  const reading = readingOf(
    (async function* () {
      yield { n: 1 }
      throw new Error('the feed is down')
    })(),
  )
  await assert.rejects(reading.ended, { code: 'SPILL_SOURCE', message: "source 'suite': reader 'iterable' failed: the feed is down" })
  assert.deepEqual(reading.run.numbers(''), [1])
})

test('a generator that waits for a record does not delay the end, and is ended', async () => {
  let isEnded = false
  const { promise, resolve } = Promise.withResolvers<void>()
  const reading = readingOf(
    (async function* () {
      try {
        yield { n: 1 }
        await promise
        yield { n: 2 }
      } finally {
        isEnded = true
      }
    })(),
  )
  await reading.until(
    () => reading.run.numbers('').length === 1,
    () => new Error('no record came'),
  )
  reading.abort()
  await reading.ended
  resolve()
  await pause(1)
  assert.deepEqual([reading.run.numbers(''), isEnded], [[1], true])
})
