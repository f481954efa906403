/** Applies the same commits to SQLite and to the model of a store, for comparison. */
import { SqliteReader } from '../../src/log/sqlite/reader.ts'
import { SqliteStore } from '../../src/log/sqlite/sqlite-store.ts'
import type { Commit } from '../../src/log/store.ts'
import { ModelStore } from './model-store.ts'

/** `path`: SQLite's file. Close the reader afterwards. */
export async function inBothStores(path: string, commits: readonly Commit[]): Promise<{ model: ModelStore; reader: SqliteReader }> {
  const store = await SqliteStore.open(path)
  const model = new ModelStore(undefined, true)
  for (const commit of commits) {
    await store.commit(commit)
    await model.commit(commit)
  }
  await store.close()
  return { model, reader: new SqliteReader(path) }
}
