/** The conformance suite of `OnlineStore`: what writers and readers rely on, clause by clause. */
import assert from 'node:assert/strict'
import { show } from '../../base/index.ts'
import type { OnlineRow, OnlineStore, OnlineValue } from '../../online/index.ts'
import { clausesOver, inTime, testClauses, type ContractClause } from './clauses.ts'
import { KEYS, randomWrites, rowOf, shuffledTwice, stateKey } from './online-store-samples.ts'

/** Opens the stores that `testOnlineStore` checks. */
export interface OnlineStoreHarness {
  /** Opens an empty store; each clause opens its own, and closes it. */
  readonly open: () => OnlineStore | Promise<OnlineStore>
  /** The clock of the store, UTC ms. */
  readonly now: () => number
  /** Waits until the clock of the store has moved by this time, or moves it. */
  readonly wait: (ms: number) => void | Promise<void>
  /** Number of writes in the clause about late, repeated and shuffled writes. Default 1000. */
  readonly writes?: number
  /** Time within which a clause must end, ms. Default 30,000. */
  readonly timeoutMs?: number
}

const WRITES = 1000

const write = (store: OnlineStore, ...rows: readonly OnlineRow[]): Promise<void> => store.write({ rows })

async function rowsOf(store: OnlineStore, key: string, group = 'spending'): Promise<OnlineRow[]> {
  const [rows] = await store.read([{ group, key }])
  return rows
}

async function versionOf(store: OnlineStore, key: string): Promise<number | undefined> {
  const [row] = (await rowsOf(store, key)) as (OnlineRow | undefined)[]
  return row?.version
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  )
}

/** A clause over a new store, whose check must end in time. */
const clauseOf = clausesOver<OnlineStoreHarness, [store: OnlineStore, harness: OnlineStoreHarness]>(async (harness, check) => {
  const store = await harness.open()
  await inTime(Promise.resolve(check(store, harness)), harness.timeoutMs)
  await store.close()
})

/** The clauses of the contract, in order. */
export const onlineStoreClauses: readonly ContractClause<OnlineStoreHarness>[] = [
  clauseOf('an unknown key has no rows, nor has any key before its group has an active generation', async store => {
    assert.deepEqual(await store.read([]), [])
    await write(store, rowOf('"a"', 1))
    assert.deepEqual(await rowsOf(store, '"a"'), [], 'a row of a generation that is not active is read')
    assert.equal(await store.active('spending'), undefined)
    await store.activate('spending', 1)
    assert.deepEqual(
      await store.read([
        { group: 'spending', key: '"z"' },
        { group: 'other', key: '"a"' },
      ]),
      [[], []],
    )
    assert.equal(await versionOf(store, '"a"'), 1, 'a row of the active generation is not read')
  }),
  clauseOf('a row is read as it was written: NULL is null, and a missing value is absent', async store => {
    await store.activate('spending', 1)
    const values: Record<string, OnlineValue> = {
      sum: 0.1,
      large: Number.MAX_SAFE_INTEGER,
      small: 5e-324,
      text: 'two\nlines, "quotes", ü, 試, 😀',
      empty: '',
      yes: true,
      nothing: null,
      last: [3, 2, 1],
      names: ['a', null],
    }
    const row = rowOf('"a"', 1, { values, expires: 2 ** 43 })
    const plain = rowOf('"b"', 2, { values: {} })
    await write(store, row, plain)
    assert.deepEqual(await rowsOf(store, '"a"'), [row])
    assert.deepEqual(await rowsOf(store, '"b"'), [plain])
  }),
  clauseOf('one call reads several groups and keys, in the order of the queries, with parts in order', async store => {
    await store.activate('spending', 1)
    await store.activate('logins', 4)
    const parts = ['2', '10', ''].map(part => rowOf('"a"', 1, { part }))
    const login = rowOf('"a"', 5, { group: 'logins', generation: 4 })
    await write(store, ...parts, login, rowOf('"b"', 2))
    const queries = [
      { group: 'logins', key: '"a"' },
      { group: 'spending', key: '"b"' },
      { group: 'spending', key: '"a"' },
      { group: 'spending', key: '"none"' },
      { group: 'logins', key: '"a"' },
    ]
    assert.deepEqual(await store.read(queries), [[login], [rowOf('"b"', 2)], [parts[2], parts[1], parts[0]], [], [login]])
  }),
  clauseOf('a row is replaced only by a greater version, whole', async store => {
    await store.activate('spending', 1)
    await write(store, rowOf('"a"', 2, { values: { n: 2, old: true } }))
    await write(store, rowOf('"a"', 1))
    assert.equal(await versionOf(store, '"a"'), 2, 'an older version has replaced a newer one')
    await write(store, rowOf('"a"', 2, { values: { n: -1 } }))
    assert.deepEqual((await rowsOf(store, '"a"'))[0].values, { n: 2, old: true }, 'an equal version has replaced a row')
    await write(store, rowOf('"a"', 10))
    assert.deepEqual(await rowsOf(store, '"a"'), [rowOf('"a"', 10)], 'a greater version has not replaced the whole row')
    await write(store, rowOf('"b"', 3), rowOf('"b"', 1), rowOf('"b"', 2))
    assert.equal(await versionOf(store, '"b"'), 3, 'within one write an older version has replaced a newer one')
  }),
  clauseOf('writes that come late, twice and in any order end in one state', async (store, { writes: count = WRITES }) => {
    const writes = randomWrites(count)
    const expected = new Map<string, OnlineRow>()
    const positions: Record<string, number> = {}
    for (const { rows, consumed } of writes) {
      for (const row of rows) expected.set(stateKey(row), row)
      Object.assign(positions, consumed)
    }
    const inFlight: Promise<void>[] = []
    for (const each of shuffledTwice(writes)) {
      inFlight.push(store.write(each))
      if (inFlight.length >= 16) await Promise.all(inFlight.splice(0))
    }
    await Promise.all(inFlight)
    const stored = new Map<string, OnlineRow>()
    for (const generation of [1, 2]) {
      await store.activate('spending', generation)
      await store.activate('logins', generation)
      const queries = KEYS.flatMap(key => ['spending', 'logins'].map(group => ({ group, key })))
      for (const row of (await store.read(queries)).flat()) stored.set(stateKey(row), row)
    }
    assert.equal(stored.size, expected.size, 'the number of rows differs')
    for (const [key, row] of expected) assert.deepEqual(stored.get(key), row)
    for (const [name, position] of Object.entries(positions)) assert.equal(await store.consumed(name), position)
  }),
  clauseOf('a consumed position never goes back, and is never ahead of its rows', async store => {
    await store.activate('spending', 1)
    assert.equal(await store.consumed('tiles/0'), undefined)
    const writes = Array.from({ length: 50 }, (_, i) =>
      store.write({ rows: KEYS.map(key => rowOf(key, i + 1)), consumed: { 'tiles/0': i + 1 } }),
    )
    const look = async (): Promise<void> => {
      const position = (await store.consumed('tiles/0')) ?? 0
      for (const key of KEYS) {
        const version = (await versionOf(store, key)) ?? 0
        assert.ok(version >= position, `position ${position} is consumed, and the row of key ${key} has version ${version}`)
      }
    }
    for (const written of writes) {
      await look()
      await written
    }
    assert.equal(await store.consumed('tiles/0'), 50)
    await store.write({ rows: [], consumed: { 'tiles/0': 7, 'tiles/1': 0 } })
    assert.deepEqual([await store.consumed('tiles/0'), await store.consumed('tiles/1')], [50, 0], 'a position went back, or 0 is none')
  }),
  clauseOf('readers see one generation of a group, and change to the next in one step', async store => {
    await write(store, ...KEYS.map(key => rowOf(key, 1)))
    await store.activate('spending', 1)
    const queries = KEYS.map(key => ({ group: 'spending', key }))
    for (const key of KEYS) {
      await write(store, rowOf(key, 1, { generation: 2 }))
      const generations = (await store.read(queries)).flat().map(({ generation }) => generation)
      assert.deepEqual(new Set(generations), new Set([1]), 'a generation is read before it is active')
    }
    const reads = Array.from({ length: 40 }, async (_, i) => {
      if (i === 20) await store.activate('spending', 2)
      const rows = (await store.read(queries)).flat()
      assert.equal(rows.length, KEYS.length, 'a row is missing while a generation is activated')
      assert.equal(new Set(rows.map(({ generation }) => generation)).size, 1, 'one read has rows of two generations')
    })
    await Promise.all(reads)
    assert.deepEqual([await store.active('spending'), (await rowsOf(store, '"a"'))[0].generation], [2, 2])
    await store.activate('spending', 1)
    assert.equal((await rowsOf(store, '"a"'))[0].generation, 1, 'an earlier generation cannot be activated again')
  }),
  clauseOf('a dropped generation is gone for good; the active one cannot be dropped', async store => {
    await write(store, rowOf('"a"', 5), rowOf('"a"', 1, { generation: 2 }))
    await store.activate('spending', 1)
    assert.equal(await codeOf(store.dropBefore('spending', 2)), 'SPILL_PRECONDITION', 'the active generation was dropped')
    assert.equal(await versionOf(store, '"a"'), 5)
    await store.activate('spending', 2)
    await store.dropBefore('spending', 2)
    assert.equal(await codeOf(store.activate('spending', 1)), 'SPILL_PRECONDITION', 'a dropped generation was activated')
    await write(store, rowOf('"a"', 9), rowOf('"b"', 2, { generation: 2 }))
    assert.deepEqual([await versionOf(store, '"a"'), await versionOf(store, '"b"')], [1, 2], 'a late write to a dropped generation is read')
    await write(store, rowOf('"a"', 3, { group: 'logins' }))
    await store.activate('logins', 1)
    assert.equal((await rowsOf(store, '"a"', 'logins')).length, 1, 'a drop concerns another group')
  }),
  clauseOf('an expired row is neither written nor read; its position is consumed', async (store, { now, wait }) => {
    await store.activate('spending', 1)
    const soon = now() + 200
    await store.write({ rows: [rowOf('"a"', 1, { expires: now() - 1 })], consumed: { 'tiles/0': 1 } })
    assert.equal(await versionOf(store, '"a"'), undefined, 'an expired row was written')
    assert.equal(await store.consumed('tiles/0'), 1)
    await write(store, rowOf('"b"', 1, { part: '1', expires: soon }), rowOf('"b"', 1, { part: '2', expires: soon + 3_600_000 }))
    assert.equal((await rowsOf(store, '"b"')).length, 2, 'a row that has not expired is missing')
    await write(store, rowOf('"c"', 1, { expires: soon }))
    await write(store, rowOf('"c"', 2, { expires: soon + 3_600_000 }))
    await wait(300)
    assert.deepEqual(
      (await rowsOf(store, '"b"')).map(({ part }) => part),
      ['2'],
      'an expired part is read, or a live one is gone',
    )
    assert.equal(await versionOf(store, '"c"'), 2, 'a greater version has not extended the expiry')
    await write(store, rowOf('"b"', 1, { part: '1', expires: soon }))
    assert.equal((await rowsOf(store, '"b"')).length, 1, 'a late write has brought an expired row back')
  }),
  clauseOf('an invalid row or position is rejected with SPILL_INPUT, and nothing of its write is written', async store => {
    await store.activate('spending', 1)
    const rows: readonly object[] = [
      { version: Number.NaN },
      { version: 1.5 },
      { version: -1 },
      { generation: '1' },
      { expires: Number.NaN },
      { values: { n: Number.POSITIVE_INFINITY } },
      { values: { n: undefined } },
      { values: { n: [1, [2]] } },
    ]
    for (const changes of rows) {
      const write = store.write({ rows: [rowOf('"a"', 1), { ...rowOf('"b"', 1), ...changes }], consumed: { 'tiles/0': 1 } })
      assert.equal(await codeOf(write), 'SPILL_INPUT', `a row with ${show(changes)} was accepted`)
    }
    assert.equal(await codeOf(store.write({ rows: [rowOf('"a"', 1)], consumed: { 'tiles/0': 0.5 } })), 'SPILL_INPUT')
    assert.deepEqual(
      [await rowsOf(store, '"a"'), await store.consumed('tiles/0')],
      [[], undefined],
      'a part of an invalid write was written',
    )
  }),
  clauseOf('rows are copied: a writer may reuse its objects', async store => {
    await store.activate('spending', 1)
    const row = { ...rowOf('"a"', 1), values: { n: 1 } }
    await write(store, row)
    row.values.n = 99
    Object.assign(row, { version: 99 })
    assert.deepEqual(await rowsOf(store, '"a"'), [rowOf('"a"', 1)])
  }),
  clauseOf('a closed store rejects every call with SPILL_STORE', async store => {
    await store.close()
    const calls = [
      write(store, rowOf('"a"', 1)),
      store.read([{ group: 'spending', key: '"a"' }]),
      store.consumed('tiles/0'),
      store.activate('spending', 1),
      store.active('spending'),
      store.dropBefore('spending', 1),
    ]
    assert.deepEqual(
      await Promise.all(calls.map(codeOf)),
      calls.map(() => 'SPILL_STORE'),
    )
  }),
]

/**
 * Checks a store against the contract of `OnlineStore`, by one test of `node:test` per clause.
 *
 * @example
 * let t = 0
 * testOnlineStore('in process', {
 *   open: () => new InProcessOnlineStore(() => t),
 *   now: () => t,
 *   wait: ms => void (t += ms),
 * })
 */
export const testOnlineStore = (name: string, harness: OnlineStoreHarness): void => testClauses(name, onlineStoreClauses, harness)
