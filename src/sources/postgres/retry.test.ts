import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { ownServer, skip } from '../../../test/postgres/server.ts'
import { insert, outboxOf, outboxOptions } from '../../../test/postgres/outboxes.ts'
import { numbers, sourceOf, decidedNumbers, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import { pause } from '../../base/clock.ts'
import { readWithRetries } from './retry.ts'
import { readOutbox } from '../../../test/postgres/reading.ts'

const server = ownServer()

const rejection = (code: string) => Object.assign(new Error(`rejected ${code}`), { name: 'PostgresError', code })

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

interface Tried {
  readonly warnings: string[]
  /** Milliseconds between two attempts. */
  readonly pauses: number[]
}

/** Each attempt reaches the database, unless it `misses`, and fails with the next code, until there is none. */
async function tried(codes: readonly string[], misses = false, signal = new AbortController().signal): Promise<Tried> {
  const warnings: string[] = []
  const pauses: number[] = []
  const left = [...codes]
  const timer = mock.method(globalThis, 'setTimeout', (act: () => void, ms: number) => {
    pauses[pauses.length - 1] += ms
    setImmediate(act)
  })
  const attempt = async function* (reached: () => void): AsyncGenerator<string> {
    pauses.push(0)
    if (!misses) reached()
    const code = left.shift()
    if (code !== undefined) throw rejection(code)
    yield 'read'
  }
  try {
    const items = await listOf(readWithRetries(attempt, { source: 'rows', signal, onWarning: text => warnings.push(text) }))
    assert.deepEqual(items, ['read'])
  } finally {
    timer.mock.restore()
  }
  return { warnings, pauses }
}

test('retries temporary rejections, with growing pauses', async () => {
  for (const code of ['57014', '55006', '55P03', '40001', '40P01', '53000', '53100', '53200', '53300']) {
    const { warnings } = await tried([code])
    assert.deepEqual(warnings, [
      `source 'rows': PostgreSQL is unreachable; retrying: rejected ${code}`,
      `source 'rows': PostgreSQL is reachable again`,
    ])
  }
  assert.deepEqual((await tried(['57014', '57014', '55P03'])).pauses, [100, 200, 400, 0])
  const rejected = ['55006', '53300', '55006']
  assert.deepEqual((await tried(rejected)).pauses, [100, 200, 400, 0], 'a slot in use and a full server answer, and stay so for a time')
  assert.deepEqual((await tried(['57P01', '57P01'])).pauses, [100, 100, 0], 'who was reached, and is lost, is looked for at once')
})

test('a permanent rejection ends the source, and so does any rejection before the first contact', async () => {
  for (const code of ['53400', '42501', '57000'])
    await assert.rejects(tried([code]), { code: 'SPILL_SOURCE', message: `source 'rows': PostgreSQL rejects: rejected ${code} (${code})` })
  await assert.rejects(tried(['57014'], true), { code: 'SPILL_SOURCE', message: /rejects: rejected 57014/ })
  const stopped = new AbortController()
  const items = readWithRetries(
    async function* (): AsyncGenerator<string> {
      yield 'read'
      stopped.abort()
      throw rejection('57014')
    },
    { source: 'rows', signal: stopped.signal, onWarning: assert.fail },
  )
  assert.deepEqual(await listOf(items), ['read'])
})

test('a lock that outlasts the statement timeout ends nothing', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const warnings: string[] = []
  const stop = new AbortController()
  await server().withClient(1, async sql => {
    await sql.unsafe(outboxOf('locked'))
    await insert(sql, 'locked', 1)
    await sql`ALTER ROLE spillway SET statement_timeout = '200ms'`
    const options = outboxOptions(server(), 'locked', { follow: true, onWarning: text => void warnings.push(text) })
    const reading = readOutbox(run, sourceOf(numbers), options, stop.signal)
    while (decidedNumbers(store).length < 1) await pause(5)
    await sql`BEGIN`
    await sql`LOCK TABLE locked IN ACCESS EXCLUSIVE MODE`
    await insert(sql, 'locked', 2)
    while (warnings.length < 1) await pause(5)
    await sql`COMMIT`
    while (decidedNumbers(store).length < 2) await pause(5)
    await sql`ALTER ROLE spillway RESET statement_timeout`
    stop.abort()
    await reading
  })
  await run.stop()
  assert.match(warnings[0], /is unreachable; retrying: canceling statement due to statement timeout$/)
  assert.deepEqual(decidedNumbers(store), [1, 2])
})
