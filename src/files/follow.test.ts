import assert from 'node:assert/strict'
import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { limits } from '../base/limits.ts'
import { fileStart, followNdjson, type FilePlace } from './follow.ts'

const folder = scratchFolder('follow')

const signal = new AbortController().signal

/** All records from a place to the end of the file, and the places behind them. */
async function read(path: string, from: FilePlace = fileStart, follow = false) {
  const records: unknown[] = []
  const places: string[] = []
  let place = from
  for await (const step of followNdjson(path, { from, follow, signal })) {
    step.batch.records.forEach((record, i) => {
      records.push(record)
      places.push(step.batch.origin.placeOf(step.batch.numberOf(i)))
    })
    for (const refusal of step.batch.undecodable) places.push(`${refusal.place} refused`)
    place = step.place
  }
  return { records, places, place }
}

test('reading goes on where it was, also in the middle of a line, and counts lines on', async () => {
  const path = join(folder, 'a.ndjson')
  writeFileSync(path, '\ufeff{"n":1}\n{"n":2}\n{"n":')
  const abort = new AbortController()
  const seen: unknown[] = []
  let place = fileStart
  for await (const step of followNdjson(path, { from: fileStart, follow: true, signal: abort.signal })) {
    seen.push(...step.batch.records)
    place = step.place
    abort.abort()
  }
  assert.deepEqual(seen, [{ n: 1 }, { n: 2 }])
  assert.deepEqual([place.offset, place.line], [19, 3])
  appendFileSync(path, '3}\nnonsense\n{"n":4}')
  const { records, places } = await read(path, place)
  assert.deepEqual(records, [{ n: 3 }, { n: 4 }], 'the last line counts at the end, newline or not')
  assert.deepEqual(
    places.map(text => text.slice(text.lastIndexOf('a.ndjson'))),
    ['a.ndjson:3', 'a.ndjson:4 refused', 'a.ndjson:5'],
  )
})

test('what is appended while the file is followed comes too', async () => {
  const path = join(folder, 'b.ndjson')
  writeFileSync(path, '')
  const abort = new AbortController()
  const seen: unknown[] = []
  for await (const { batch } of followNdjson(path, { from: fileStart, follow: true, signal: follower(path, abort) })) {
    seen.push(...batch.records)
    if (seen.length === 3) abort.abort()
  }
  assert.deepEqual(seen, [{ n: 0 }, { n: 1 }, { n: 2 }])
})

/** Appends three lines, in halves, while the loop reads. */
function follower(path: string, { signal: stop }: AbortController): AbortSignal {
  let n = 0
  const timer = setInterval(() => {
    appendFileSync(path, n % 2 === 0 ? `{"n":${n / 2}` : '}\n')
    if (++n === 6) clearInterval(timer)
  }, 5)
  return stop
}

test('a line without an end is passed over once, and its place is kept until then', async () => {
  const path = join(folder, 'c.ndjson')
  writeFileSync(path, `{"n":1}\n${'x'.repeat(limits.LINE_BYTES_MAX + 10)}\n{"n":2}\n`)
  const { records, places } = await read(path)
  assert.deepEqual(records, [{ n: 1 }, { n: 2 }])
  assert.equal(places.filter(place => place.endsWith('refused')).length, 1)
})

test('a file that became shorter, and another file under its name, are errors', async () => {
  const path = join(folder, 'd.ndjson')
  writeFileSync(path, '{"n":1}\n{"n":2}\n')
  const { place } = await read(path)
  truncateSync(path, 8)
  await assert.rejects(read(path, place), {
    code: 'SPILL_INPUT',
    message: /has become shorter while it was followed: 16 bytes were read, and it has 8/,
  })
  writeFileSync(join(folder, 'e.ndjson'), '{"n":1}\n{"n":2}\n{"n":3}\n')
  renameSync(join(folder, 'e.ndjson'), path)
  await assert.rejects(read(path, place), { code: 'SPILL_INPUT', message: /is not the file that was read up to byte 16/ })
  await assert.rejects(read(join(folder, 'nowhere')), { code: 'SPILL_INPUT', message: /does not exist/ })
})
