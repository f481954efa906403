/** Spillway's online store keeps the contract of `OnlineStore`, and each clause finds the stores that break it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InProcessOnlineStore } from '../../online/in-process-online-store.ts'
import type { OnlineQuery, OnlineRow, OnlineStore, OnlineWrite } from '../../online/online-store.ts'
import { onlineStoreClauses, testOnlineStore, type OnlineStoreHarness } from './online-store.ts'

let t = 1_000_000
const clock = { now: () => t, wait: (ms: number) => void (t += ms) }

testOnlineStore('in process', { ...clock, open: () => new InProcessOnlineStore(clock.now), writes: 3000 })

type Fault = (store: InProcessOnlineStore) => Partial<OnlineStore>

const harnessOf = (fault: Fault, timeoutMs = 30_000): OnlineStoreHarness => ({
  ...clock,
  timeoutMs,
  writes: 200,
  open: () => {
    const store = new InProcessOnlineStore(clock.now)
    const methods = ['write', 'read', 'consumed', 'activate', 'active', 'dropBefore', 'close'] as const
    const own = Object.fromEntries(methods.map(name => [name, (store[name] as (...values: unknown[]) => unknown).bind(store)]))
    return { ...(own as unknown as OnlineStore), ...fault(store) }
  },
})

/** Changes rows before they are written. */
const writing =
  (change: (row: OnlineRow) => OnlineRow): Fault =>
  store => ({ write: (write: OnlineWrite) => store.write({ ...write, rows: write.rows.map(change) }) })

/** Changes rows after they were read. */
const reading =
  (change: (rows: OnlineRow[]) => OnlineRow[]): Fault =>
  store => ({ read: async (queries: readonly OnlineQuery[]) => (await store.read(queries)).map(change) })

/** Each fault, the clause that finds it, and what the clause says. */
const faults: readonly (readonly [name: string, clause: RegExp, message: RegExp, Fault])[] = [
  [
    'activates by writing',
    /^an unknown key/,
    /not active/,
    store => ({
      async write(write) {
        await store.write(write)
        for (const { group, generation } of write.rows) await store.activate(group, generation)
      },
    }),
  ],
  ['never responds', /^an unknown key/, /did not respond within 20 ms/, () => ({ read: () => new Promise(() => {}) })],
  [
    'drops NULL',
    /^a row is read as it was written/,
    /nothing/,
    writing(row => ({ ...row, values: Object.fromEntries(Object.entries(row.values).filter(([, value]) => value !== null)) })),
  ],
  [
    'stores numbers with 15 digits',
    /^a row is read as it was written/,
    /large/,
    writing(row => ({
      ...row,
      values: Object.fromEntries(
        Object.entries(row.values).map(([name, value]) => [name, typeof value === 'number' ? Number(value.toPrecision(15)) : value]),
      ),
    })),
  ],
  ['sorts parts as numbers', /^one call reads/, /deep-equal/, reading(rows => rows.toSorted((a, b) => Number(a.part) - Number(b.part)))],
  [
    'reads each key once',
    /^one call reads/,
    /deep-equal/,
    store => ({
      read: queries =>
        store.read(queries.filter((query, i) => queries.findIndex(({ group, key }) => group === query.group && key === query.key) === i)),
    }),
  ],
  [
    'keeps the last write',
    /^a row is replaced only/,
    /older version/,
    store => {
      let versions = 0
      const kept = new Map<number, number>()
      return {
        write: write =>
          store.write({ ...write, rows: write.rows.map(row => (kept.set(++versions, row.version), { ...row, version: versions })) }),
        read: async queries => (await store.read(queries)).map(rows => rows.map(row => ({ ...row, version: kept.get(row.version)! }))),
      }
    },
  ],
  [
    'merges values',
    /^a row is replaced only/,
    /whole row/,
    store => {
      const merged = new Map<string, OnlineRow['values']>()
      return {
        write: write => store.write(write),
        read: async queries =>
          (await store.read(queries)).map(rows =>
            rows.map(row => {
              const values = { ...merged.get(row.key), ...row.values }
              merged.set(row.key, values)
              return { ...row, values }
            }),
          ),
      }
    },
  ],
  [
    'loses each tenth write',
    /^writes that come late/,
    /./,
    store => {
      const lost = new Set<number>()
      return {
        write: async write => {
          const version = write.rows[0]?.version ?? 0
          if (version % 10 === 0) lost.add(version)
          if (!lost.has(version)) await store.write(write)
        },
      }
    },
  ],
  [
    'writes positions first',
    /^a consumed position/,
    /is consumed, and the row/,
    store => ({
      async write({ rows, consumed }) {
        await store.write({ rows: [], ...(consumed && { consumed }) })
        await Promise.resolve()
        await store.write({ rows })
      },
    }),
  ],
  [
    'sets the last position',
    /^a consumed position/,
    /went back/,
    store => {
      const positions = new Map<string, number>()
      return {
        async write(write) {
          await store.write(write)
          for (const [name, position] of Object.entries(write.consumed ?? {})) positions.set(name, position)
        },
        consumed: async name => positions.get(name),
      }
    },
  ],
  [
    'activates key by key',
    /^readers see one generation/,
    /rows of two generations|before it is active/,
    store => {
      let reads = 0
      return {
        async read(queries) {
          const rows = await Promise.all(
            queries.map(async query => {
              if (reads++ % 7 === 0) await Promise.resolve()
              return store.read([query])
            }),
          )
          return rows.flat()
        },
      }
    },
  ],
  [
    'drops the active generation',
    /^a dropped generation/,
    /active generation was dropped/,
    store => ({ dropBefore: (group, n) => store.dropBefore(group, n).catch(() => {}) }),
  ],
  [
    'keeps dropped generations',
    /^a dropped generation/,
    /was activated/,
    () => ({
      dropBefore: async (_, n) => {
        if (n === 2 && drops++ % 2 === 0) throw Object.assign(new Error('active'), { code: 'SPILL_PRECONDITION' })
      },
    }),
  ],
  ['never expires rows', /^an expired row/, /expired row was written/, writing(({ expires: _expires, ...row }) => row)],
  [
    'writes the valid rows of an invalid write',
    /^an invalid row/,
    /a part of an invalid write/,
    store => ({
      async write(write) {
        for (const row of write.rows) await store.write({ ...write, rows: [row] })
      },
    }),
  ],
  [
    'keeps the objects of a writer',
    /^rows are copied/,
    /deep-equal/,
    store => {
      let last: OnlineRow | undefined
      return {
        write: async write => {
          last = write.rows[0]
          await store.write(write)
        },
        read: async () => [[last!]],
      }
    },
  ],
  ['reads after it is closed', /^a closed store/, /deep-equal/, () => ({ read: async queries => queries.map(() => []) })],
]

let drops = 0

for (const [name, clause, message, fault] of faults)
  test(`an online store that ${name} is found`, async () => {
    const { check } = onlineStoreClauses.find(candidate => clause.test(candidate.clause))!
    await assert.rejects(check(harnessOf(fault, name.startsWith('never responds') ? 20 : undefined)), message)
  })

test('each clause has a fault that it finds, and a correct store has none', async () => {
  for (const { clause, check } of onlineStoreClauses) {
    const found = faults.some(([, pattern]) => pattern.test(clause))
    assert.ok(found, `no fault for: ${clause}`)
    await check(harnessOf(() => ({})))
  }
})
