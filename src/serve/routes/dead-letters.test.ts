import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'

const shop = await open()
after(() => shop.close())
const { app } = shop

interface Listed {
  readonly letters: readonly { id: number; source: string; reason: string; raw: string; place: string }[]
  readonly counts: readonly object[]
}
const listed = async (query = '') => (await app.inject({ url: `/dead-letters${query}` })).json<Listed>()

test('dead letters are listed whole, by source and reason, and after an id', async () => {
  const wrong = [
    { ...pay(1), amount: -1 },
    { ...pay(2), card: undefined },
    { ...pay(3), amount: 'x' },
  ]
  await posted(app, '/sources/payments/events', wrong)
  await posted(app, '/sources/hooks/events', { id: 'h' })
  const { letters, counts } = await listed()
  assert.deepEqual(
    letters.map(({ id, source, reason, raw }) => [id, source, reason, JSON.parse(raw) as unknown]),
    [
      [1, 'payments', 'schema', { ...pay(1), amount: -1 }],
      [2, 'payments', 'key', JSON.parse(JSON.stringify(wrong[1])) as unknown],
      [3, 'payments', 'schema', { ...pay(3), amount: 'x' }],
      [4, 'hooks', 'map', { id: 'h' }],
    ],
  )
  assert.deepEqual(counts, [
    { source: 'hooks', reason: 'map', letters: 1 },
    { source: 'payments', reason: 'key', letters: 1 },
    { source: 'payments', reason: 'schema', letters: 2 },
  ])
  const ids = async (query: string) => (await listed(query)).letters.map(({ id }) => id)
  assert.deepEqual(await ids('?limit=2'), [1, 2])
  assert.deepEqual(await ids('?limit=2&after=2'), [3, 4])
  assert.deepEqual(await ids('?source=payments&reason=schema&after=1'), [3])
  assert.deepEqual((await listed('?reason=map')).counts, [{ source: 'hooks', reason: 'map', letters: 1 }])
})

test('unknown names are errors', async () => {
  for (const [query, status] of [
    ['source=payment', 404],
    ['reason=shema', 400],
    ['limit=0', 400],
    ['after=x', 400],
    ['state=dead', 400],
  ] as const)
    assert.equal((await app.inject({ url: `/dead-letters?${query}` })).statusCode, status, query)
})

test('an answer is limited by the bytes of its records', async () => {
  const large = 'x'.repeat(900_000)
  for (let i = 0; i < 6; i++) await posted(app, '/sources/payments/events', { ...pay(`large${i}`), amount: large })
  const { letters } = await listed('?after=4&limit=1000')
  assert.equal(letters.length, Math.ceil(limits.DEAD_LETTERS_LISTED_BYTES / 900_000))
  assert.equal((await listed(`?after=${letters.at(-1)!.id}`)).letters.length, 1, 'the rest is behind it')
})
