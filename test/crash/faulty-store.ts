/** Stores that break a clause of the contract of `LogStore`: the model store with a planted fault. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Commit, LogStore } from '../../src/log/store.ts'
import type { ContractClause } from '../../src/testing/conformance/clauses.ts'
import type { LogStoreHarness, StorePlace } from '../../src/testing/conformance/log-store-harness.ts'
import { ModelStore, type Disk } from './model-store.ts'

/** The model over a disk in memory, changed by a fault. */
function faultyPlace(disk: Required<Disk>, change: (store: ModelStore) => LogStore): StorePlace {
  let store: LogStore
  const open = (): LogStore => (store = change(new ModelStore(disk, true)))
  return { open, crash: () => faultyPlace({ states: new Map(), ...(store as ModelStore).crash(0) }, change) }
}

/** A store of which some methods behave otherwise. */
const broken = (store: ModelStore, change: Partial<Record<string, unknown>>): LogStore =>
  new Proxy(store, {
    get(target, name) {
      if (typeof name === 'string' && name in change) return change[name]
      const member = Reflect.get(target, name, target) as unknown
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })

/** Methods that a faulty store has in place of its own. */
export type Fault = (store: ModelStore, disk: Required<Disk>) => Partial<Record<string, unknown>>

/** Commits that fit on a full disk. */
export const ROOM = 3

const harnessOf = (fault: Fault, timeoutMs = 30_000): LogStoreHarness => ({
  timeoutMs,
  create: () => {
    const disk = { commits: [], states: new Map<string, Uint8Array>() }
    const place = faultyPlace(disk, store => broken(store, fault(store, disk)))
    const openFull = (): LogStore => {
      const store = new ModelStore(disk, true)
      const commit = (next: Commit): Promise<void> => {
        if (disk.commits.length >= ROOM) store.fail()
        return store.commit(next)
      }
      return broken(store, { commit, ...fault(store, disk) })
    }
    return { ...place, openFull, read: () => broken(new ModelStore(disk), fault(new ModelStore(disk), disk)) }
  },
})

/** Changes commits before they are written. */
export const writing =
  (change: (commit: Commit) => Commit): Fault =>
  store => ({ commit: (commit: Commit) => store.commit(change(commit)) })

/** Leaves a part of each commit out. */
export const dropping = (part: keyof Commit): Fault =>
  writing(commit => Object.fromEntries(Object.entries(commit).filter(([name]) => name !== part)))

/** A fault: its name, the clause that finds it, and what the clause says. */
export type PlantedFault = readonly [name: string, clause: RegExp, message: RegExp, fault: Fault]

/** Tests that the clauses find these faults, that each clause has one, and that a correct store passes. */
export function testFaults(clauses: readonly ContractClause<LogStoreHarness>[], faults: readonly PlantedFault[]): void {
  for (const [name, pattern, message, fault] of faults)
    test(`a store that ${name} is found`, async () => {
      const { check } = clauses.find(({ clause }) => pattern.test(clause))!
      await assert.rejects(check(harnessOf(fault, name.startsWith('never') ? 20 : undefined)), message)
    })
  test('each clause has a fault that it finds, and a correct store has none', async () => {
    for (const { clause, check } of clauses) {
      const hasFault = faults.some(([, pattern]) => pattern.test(clause))
      assert.ok(hasFault, `no fault for: ${clause}`)
      await check(harnessOf(() => ({})))
    }
  })
}
