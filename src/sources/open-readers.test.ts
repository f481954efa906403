import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { payments, shop } from '../../test/serve/shop.ts'
import { positionName } from './reader/source-feed.ts'
import { openReaders } from './open-readers.ts'

const folder = scratchFolder('registry')
const env = { PG_URL: 'postgres://user:secret@127.0.0.1/shop' }
const path = join(folder, 'payments.ndjson')
writeFileSync(path, '')

const readerOf = (input: string) => openReaders(shop, [{ source: payments.name, input }], { env, data: folder })[0].reader

test('positions of data folders are found: names and texts are those of earlier versions', () => {
  const changes = { origin: 'o', relation: 1, columns: ['id'] }
  const stored: readonly (readonly [input: string, name: string, position: object | undefined, start: string])[] = [
    [path, `payments=${resolve(path)}`, { offset: 10, line: 3, inode: 7 }, `${path} from line 3 (byte 10)`],
    [path, `payments=${resolve(path)}`, { records: 7 }, `${path} after its first 7 records`],
    ['-', 'payments=standard input', undefined, 'standard input'],
    ['pg:outbox?payload=p', 'payments=pg:outbox', { origin: 'o', xid: '9', id: '4' }, 'table outbox behind id 4 of transaction 9'],
    ['pg:outbox', 'payments=pg:outbox', undefined, 'table outbox from the beginning'],
    [
      'pg-changes:orders?db=PG_URL',
      'payments=pg-changes:orders@spillway_payments',
      undefined,
      'changes of orders from now on, by a new slot spillway_payments',
    ],
    [
      'pg-changes:orders?slot=mine',
      'payments=pg-changes:orders@mine',
      { ...changes, state: 'copied', lsn: '0/1', file: { offset: 1, line: 5, inode: 2 } },
      'changes of orders from 0/1, after the rest of its copy from line 5',
    ],
    [
      'pg-changes:orders?slot=mine',
      'payments=pg-changes:orders@mine',
      { ...changes, state: 'changes', lsn: '0/2' },
      'changes of orders from 0/2',
    ],
    ['samples:', 'payments=samples:', undefined, 'sample events'],
  ]
  for (const [input, name, position, start] of stored) {
    const reader = readerOf(input)
    assert.equal(positionName(payments.name, reader.name), name)
    assert.equal(
      reader.describe!(position && JSON.stringify(position), () => undefined),
      start,
    )
  }
})

test('a stored text that is no position is rejected, with its place', () => {
  const rejected: readonly (readonly [input: string, position: string, place: RegExp])[] = [
    [path, '{"records":"7"}', /payments\.ndjson/],
    ['pg:outbox', '{"xid":"9","id":"4"}', /outbox/],
    ['pg:outbox', 'null', /outbox/],
    ['pg-changes:orders', '{"origin":"o","state":"copied","lsn":"0/1","file":{"line":1}}', /orders/],
    ['pg-changes:orders', '{"origin":"o","state":"changes"}', /orders/],
    ['pg-changes:orders', '{"origin":"o","state":"ended","lsn":"0/1"}', /orders/],
  ]
  for (const [input, position, message] of rejected)
    assert.throws(() => readerOf(input).describe!(position, () => undefined), { code: 'SPILL_DATA', message }, position)
})

test('a path with a colon that exists is a file', () => {
  const fileName = join(folder, 'mqtt:payments')
  writeFileSync(fileName, '')
  const workingFolder = process.cwd()
  process.chdir(folder)
  try {
    assert.equal(readerOf('mqtt:payments').name, resolve('mqtt:payments'))
  } finally {
    process.chdir(workingFolder)
  }
})

test('the same place twice for a source is rejected, and several iterables are not', () => {
  const inputs = [path, join(folder, '.', 'payments.ndjson')].map(input => ({ source: payments.name, input }))
  assert.throws(() => openReaders(shop, inputs, { env, data: folder }), {
    code: 'SPILL_INPUT',
    message: `source 'payments' reads ${resolve(path)} twice`,
  })
  const iterables = [[], []].map(input => ({ source: payments.name, input }))
  assert.equal(openReaders(shop, iterables, { env, data: folder }).length, 2)
})
