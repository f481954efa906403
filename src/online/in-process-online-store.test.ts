import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { InProcessOnlineStore } from './in-process-online-store.ts'
import type { OnlineRow } from './online-store.ts'

const at = (t: { now: number }): InProcessOnlineStore => new InProcessOnlineStore(() => t.now)

const row = (key: string, version: number, changes: Partial<OnlineRow> = {}): OnlineRow => ({
  group: 'g',
  generation: 0,
  key,
  part: '',
  version,
  values: { n: version },
  ...changes,
})

/** Versions of a few rows, each of which lives for as long as its version says, in several orders. */
const history = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), part: fc.constantFrom('', '1'), version: fc.nat(9) }), {
  maxLength: 30,
})

test('any order of the same writes, with any repeats, gives the rows of a naive model at any time', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.infiniteStream(fc.nat()), fc.nat(12), async (writes, order, seconds) => {
      const rows = writes.map(({ key, part, version }) => row(key, version, { part, expires: (version + 1) * 1000 }))
      const shuffled = [...rows, ...rows]
        .map(each => [order.next().value as number, each] as const)
        .sort(([a], [b]) => a - b)
        .map(([, each]) => each)
      const clock = { now: 0 }
      const store = at(clock)
      await store.activate('g', 0)
      for (const [i, each] of shuffled.entries()) {
        // Time passes between the writes.
        if (i === Math.floor(shuffled.length / 2)) clock.now = seconds * 500
        await store.write({ rows: [each] })
      }
      clock.now = seconds * 1000
      const expected = ['a', 'b', 'c'].map(key =>
        ['', '1'].flatMap(part => {
          const versions = rows.filter(each => each.key === key && each.part === part)
          const newest = versions.toSorted((a, b) => b.version - a.version).slice(0, 1)
          return newest.filter(({ expires }) => expires! > clock.now)
        }),
      )
      assert.deepEqual(await store.read(['a', 'b', 'c'].map(key => ({ group: 'g', key }))), expected)
    }),
  )
})

test('memory holds the live rows, and not the expired ones', async () => {
  const clock = { now: 0 }
  const store = at(clock)
  for (; clock.now < 5000; clock.now++) await store.write({ rows: [row(`key ${clock.now}`, 1, { expires: clock.now + 100 })] })
  assert.ok(store.size <= 300, `${store.size} rows are stored, of which 100 have not expired`)
})

test('a write without rows and consumed positions changes nothing', async () => {
  const store = at({ now: 0 })
  await store.write({ rows: [] })
  assert.deepEqual([store.size, await store.consumed('x'), await store.read([])], [0, undefined, []])
})
