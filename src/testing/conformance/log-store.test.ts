/** Spillway's own stores keep the contract of `LogStore`. */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { SqliteReader } from '../../log/sqlite/reader.ts'
import { SqliteStore } from '../../log/sqlite/sqlite-store.ts'
import { testLogStore } from './log-store.ts'
import type { StorePlace } from './log-store-harness.ts'

const folder = scratchFolder('log-store')
let count = 0

/** A new folder for a log, or a copy of another one. */
function sqlitePlace(from?: string): StorePlace {
  const own = join(folder, String(count++))
  if (from === undefined) mkdirSync(own)
  else cpSync(from, own, { recursive: true })
  const path = join(own, 'log.db')
  return {
    open: () => SqliteStore.open(path),
    read: () => new SqliteReader(path),
    crash: () => sqlitePlace(own),
    openFull: () => SqliteStore.open(path, { pagesMax: 1000 }),
  }
}

testLogStore('SQLite', { create: () => sqlitePlace() })

/** The model store over a disk in memory. */
function modelPlace(disk: Disk = { commits: [], states: new Map() }): StorePlace {
  let store: ModelStore
  const open = (): ModelStore => (store = new ModelStore(disk, true))
  return { open, crash: () => modelPlace(store.crash(0)), read: () => new ModelStore(disk) }
}

testLogStore('the model store', { create: () => modelPlace() })
