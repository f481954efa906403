import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import type { DecisionTrace } from '../../operate/decisions.ts'

let shop: Shop
let data: readonly string[]
before(async () => {
  shop = await Shop.ran()
  data = ['--data', shop.data]
})
after(() => shop[Symbol.dispose]())

test('prints the timeline of a decision', async () => {
  const { status, out } = await called('trace', '1', ...data)
  assert.equal(status, 0)
  const happened = out.split('\n').map(line => line.replace(/^ {2}\S+Z +(\S+ (?:µs|ms|s|min|h|days?|weeks?))? +/, ''))
  assert.deepEqual(happened, [
    'risk  a  score 2  (entry 1)',
    "  { id: '3', card: 'a', till: 2, price: 2.5, abroad: false, at: 1767225600000 }",
    "event of 'sales' happened",
    'received: the first record of its turn',
    'its turn began',
    'ingested, by the log',
    'appended to the log',
    'features computed',
    'scored',
    'durable',
  ])
})

test('prints one JSON object per decision', async () => {
  const [{ decision, on, moments }] = await calledJson<DecisionTrace>('trace', '3', ...data)
  assert.deepEqual([decision.model, on?.kind, typeof moments?.durable], ['seen', 'event', 'number'])
})

test('errors for entries, models and keys without a decision', async () => {
  const nothing = await called('trace', '9', ...data)
  assert.deepEqual([nothing.status, nothing.out], [1, ''])
  assert.match(nothing.err, /^SPILL_NOT_FOUND: no decision was made by entry 9; the last that made one is 3$/)
  const other = await called('trace', '1', '--model', 'seen', '--key', 'b', ...data)
  assert.match(other.err, /^SPILL_NOT_FOUND: no decision of model 'seen' about key 'b' was made by entry 1; /)
  assert.match((await called('trace', 'shop/tell/00', ...data)).err, /^SPILL_NOT_FOUND: there is no effect with the id 'shop\/tell\/00'$/)
})

for (const [args, message] of [
  [[], /^name the entry of the log that made the decision/m],
  [['1', '2'], /^expected one entry, but also got 2$/m],
  [['first'], /^'first' is neither the number of an entry nor the id of an effect$/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, err } = await called('trace', ...args)
    assert.equal(status, 2)
    assert.match(err, message)
  })
