import assert from 'node:assert/strict'
import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { limits } from '../base/limits.ts'
import { fileStart, followNdjson, type FilePosition } from './follow-ndjson.ts'

const folder = scratchFolder('follow')

const signal = new AbortController().signal

/** All records from a position to the end of the file, and their positions. */
async function readToEnd(path: string, from: FilePosition = fileStart, follow = false) {
  const records: unknown[] = []
  const places: string[] = []
  let position = from
  for await (const step of followNdjson(path, { from, follow, signal })) {
    step.batch.records.forEach((record, i) => {
      records.push(record)
      places.push(step.batch.origin.placeOf(step.batch.numberOf(i)))
    })
    for (const rejection of step.batch.undecodable) places.push(`${rejection.place} rejected`)
    position = step.position
  }
  return { records, places, position }
}

test('resumes at its position, also in the middle of a line, with continuous line numbers', async () => {
  const path = join(folder, 'a.ndjson')
  writeFileSync(path, '\ufeff{"n":1}\n{"n":2}\n{"n":')
  const abort = new AbortController()
  const firstRecords: unknown[] = []
  let position = fileStart
  for await (const step of followNdjson(path, { from: fileStart, follow: true, signal: abort.signal })) {
    firstRecords.push(...step.batch.records)
    position = step.position
    abort.abort()
  }
  assert.deepEqual(firstRecords, [{ n: 1 }, { n: 2 }])
  assert.deepEqual([position.offset, position.line], [19, 3])
  appendFileSync(path, '3}\nnonsense\n{"n":4}')
  const { records, places } = await readToEnd(path, position)
  assert.deepEqual(records, [{ n: 3 }, { n: 4 }], 'the last line counts at the end, newline or not')
  assert.deepEqual(
    places.map(text => text.slice(text.lastIndexOf('a.ndjson'))),
    ['a.ndjson:3', 'a.ndjson:4 rejected', 'a.ndjson:5'],
  )
})

test('reads lines appended while it follows the file', async () => {
  const path = join(folder, 'b.ndjson')
  writeFileSync(path, '')
  const abort = new AbortController()
  const records: unknown[] = []
  for await (const { batch } of followNdjson(path, { from: fileStart, follow: true, signal: follower(path, abort) })) {
    records.push(...batch.records)
    if (records.length === 3) abort.abort()
  }
  assert.deepEqual(records, [{ n: 0 }, { n: 1 }, { n: 2 }])
})

/** Appends three lines, in halves, during the read. */
function follower(path: string, { signal: stop }: AbortController): AbortSignal {
  let n = 0
  const timer = setInterval(() => {
    appendFileSync(path, n % 2 === 0 ? `{"n":${n / 2}` : '}\n')
    if (++n === 6) clearInterval(timer)
  }, 5)
  return stop
}

test('skips a line beyond the limit once', async () => {
  const path = join(folder, 'c.ndjson')
  writeFileSync(path, `{"n":1}\n${'x'.repeat(limits.LINE_BYTES_MAX + 10)}\n{"n":2}\n`)
  const { records, places } = await readToEnd(path)
  assert.deepEqual(records, [{ n: 1 }, { n: 2 }])
  assert.equal(places.filter(place => place.endsWith('rejected')).length, 1)
})

test('a file that became shorter, and another file under its name, are errors', async () => {
  const path = join(folder, 'd.ndjson')
  writeFileSync(path, '{"n":1}\n{"n":2}\n')
  const { position } = await readToEnd(path)
  truncateSync(path, 8)
  await assert.rejects(readToEnd(path, position), {
    code: 'SPILL_FILE',
    message: /has become shorter since it was read: 16 bytes were read, and it has 8/,
  })
  writeFileSync(join(folder, 'e.ndjson'), '{"n":1}\n{"n":2}\n{"n":3}\n')
  renameSync(join(folder, 'e.ndjson'), path)
  await assert.rejects(readToEnd(path, position), { code: 'SPILL_FILE', message: /is not the file that was read up to byte 16/ })
  await assert.rejects(readToEnd(join(folder, 'nowhere')), { code: 'SPILL_FILE', message: /does not exist/ })
})

test('a file that is rotated while it is followed is an error, once all of it was read', async () => {
  const path = join(folder, 'rotated.ndjson')
  writeFileSync(path, '{"n":1}\n')
  const batches = followNdjson(path, { from: fileStart, follow: true, signal: new AbortController().signal })
  await batches.next()
  renameSync(path, `${path}.1`)
  appendFileSync(`${path}.1`, '{"n":2}\n')
  writeFileSync(path, '{"n":3}\n')
  const { value } = await batches.next()
  assert.equal(value?.position.offset, 16)
  await assert.rejects(batches.next(), { code: 'SPILL_FILE', message: /is not the file that was read up to byte 16/ })
})
