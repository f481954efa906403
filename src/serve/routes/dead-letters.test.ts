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
  readonly next?: number
}
interface Grouped {
  readonly causes: readonly { cause: string; source: string; reason: string; detail: string; letters: number }[]
  readonly unlisted: number
  readonly unread: number
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

test('the newest first, with a number from which the next page continues', async () => {
  const pageOf = async (query: string) => {
    const { letters, next } = await listed(query)
    return [letters.map(({ id }) => id), next]
  }
  assert.deepEqual(await pageOf('?order=newest&limit=3'), [[4, 3, 2], 2])
  assert.deepEqual(await pageOf('?order=newest&limit=3&before=2'), [[1], undefined])
  assert.deepEqual(await pageOf('?order=oldest&limit=3'), [[1, 2, 3], 3])
})

test('dead letters are grouped by cause, and listed by it', async () => {
  const grouped = async (query = '') => (await app.inject({ url: `/dead-letters/causes${query}` })).json<Grouped>()
  const { causes, unlisted, unread } = await grouped()
  assert.deepEqual(
    causes.map(({ source, reason, letters }) => [source, reason, letters]),
    [
      ['hooks', 'map', 1],
      ['payments', 'schema', 1],
      ['payments', 'key', 1],
      ['payments', 'schema', 1],
    ],
  )
  assert.match(causes[1].detail, /^'amount' needs .*, got …$/)
  assert.deepEqual([unlisted, unread], [0, 0])
  const ids = async (query: string) => (await listed(query)).letters.map(({ id }) => id)
  assert.deepEqual(await ids(`?cause=${causes[1].cause}`), [3])
  assert.deepEqual(await ids(`?cause=${causes[3].cause}&order=newest`), [1])
  assert.deepEqual(
    (await grouped('?source=hooks')).causes.map(({ reason }) => reason),
    ['map'],
  )
  assert.equal((await app.inject({ url: '/dead-letters/causes?reason=shema' })).statusCode, 400)
})

test('unknown names are errors', async () => {
  for (const [query, status] of [
    ['source=payment', 404],
    ['reason=shema', 400],
    ['limit=0', 400],
    ['after=x', 400],
    ['state=dead', 400],
    ['order=first', 400],
    ['before=3', 400],
    ['order=newest&after=3', 400],
    ['cause=x', 400],
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
