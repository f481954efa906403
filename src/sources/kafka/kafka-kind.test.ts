import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbersSource } from '../../../test/kafka/topic-run.ts'
import { kafkaKind } from './kafka-kind.ts'

const env = { KAFKA_BROKERS: '127.0.0.1:9092, 127.0.0.1:9093' }
const open = (address: string, brokers: Readonly<Record<string, string>> = env) =>
  kafkaKind.open(address, { source: numbersSource, map: undefined, env: brokers, data: '' })
const describe = (address: string) => open(address).describe!(undefined, () => undefined)

test('an address names a topic, and where to start', () => {
  assert.equal(open('kafka:rows?from=latest').name, 'kafka:rows', 'positions are stored under it')
  assert.equal(describe('kafka:rows'), 'kafka:rows from the first record')
  assert.equal(describe('kafka:rows?from=earliest'), 'kafka:rows from the first record')
  assert.match(describe('kafka:rows?group=g&from=latest&tombstones=skip'), /from the records that are written from now on$/)
  assert.match(describe('kafka:rows?from=2026-01-01T00:00Z'), /from the first record of 2026-01-01T00:00:00\.000Z or later$/)
  assert.match(describe('kafka:rows?from=2026-01-01T02:00+02:00'), /2026-01-01T00:00:00\.000Z/, 'an unescaped plus sign is meant')
  assert.match(describe('kafka:rows?from=1:40,0:1200'), /kafka:rows from offset 1200 \(partition 0\), offset 40 \(partition 1\)$/)
})

test('a mistake is an error that says what to write', () => {
  const rejects = (address: string, message: RegExp) => assert.throws(() => open(address), { code: 'SPILL_INPUT', message }, address)
  rejects('kafka:', /^kafka: names no topic: write kafka:payments, of letters, digits, \., _ and -$/)
  rejects('kafka:a b', /names no topic/)
  rejects('kafka:rows?form=latest', /has no option 'form'; did you mean 'from'\?/)
  for (const from of [
    'newest',
    '2026-01-01',
    '2026-01-01T00:00',
    '-5',
    '',
    '5',
    '0:',
    '0:5,',
    '0:5,00:7',
    '0:-1',
    '9999999:1',
    `0:${2 ** 53}`,
  ])
    rejects(`kafka:rows?from=${from}`, /has from=.*; it is earliest, latest, a time .*, or offsets by partition, such as 0:1200,1:40$/)
  rejects('kafka:rows?group=', /has group=; a group is a name without spaces/)
  rejects('kafka:rows?group=g&membership=static', /has membership=static; it is classic or consumer/)
  rejects('kafka:rows?membership=classic', /has a membership without the group that its runs share: add group=NAME/)
  rejects('kafka:rows?tombstones=yes', /has tombstones=yes; it is reject or skip/)
})

test('brokers that are not set, or no addresses, are an error that names the variable', () => {
  assert.throws(() => open('kafka:rows', {}), { code: 'SPILL_INPUT', message: /KAFKA_BROKERS is not set: set it to host:port,host:port$/ })
  assert.throws(() => open('kafka:rows', { KAFKA_BROKERS: 'broker' }), { code: 'SPILL_INPUT', message: /KAFKA_BROKERS is 'broker'/ })
})
