import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { limits } from '../../base/limits.ts'
import { BATCH_RUNS, batchRunsIn, type BatchRunRecord } from '../../batch/ledger.ts'
import { BatchRunLedger } from './batch-run-ledger.ts'

test('the latest time is that of a run that is done or runs, not of one that failed', async () => {
  const latestOf = async (...runs: readonly { state: string; s: number }[]): Promise<number> => {
    const store = new ModelStore(undefined, true)
    const put = runs.map(({ state, s }, i): [string, string] => [
      `${BATCH_RUNS}${i + 1}`,
      JSON.stringify({ number: i + 1, group: 'usual', why: 'schedule', s, cut: 0, code: '', schema: 1, started: s, state }),
    ])
    await store.commit({ put })
    return new BatchRunLedger(store).latest
  }
  assert.equal(await latestOf(), -Infinity)
  assert.equal(await latestOf({ state: 'done', s: 10 }, { state: 'running', s: 20 }, { state: 'failed', s: 30 }), 20)
  assert.equal(await latestOf({ state: 'done', s: 20 }, { state: 'running', s: 10 }), 20)
  assert.equal(await latestOf({ state: 'failed', s: 30 }), -Infinity)
})

test('the records of a group whose runs all fail do not grow without bound', async () => {
  const store = new ModelStore(undefined, true)
  const ledger = new BatchRunLedger(store)
  for (let i = 0; i < 600; i++) {
    const common = { number: ledger.next, group: 'usual', why: 'schedule', s: i, cut: 0, code: '', schema: 1, began: i } as const
    const run: BatchRunRecord = { ...common, state: 'running' }
    await store.commit({ put: ledger.begin(run) })
    if (i === 0) await store.commit({ put: ledger.finish({ ...run, state: 'done' }) })
    // Every other one is left unfinished, as by a process that is killed.
    else if (i % 2 === 0) await store.commit({ put: [ledger.put({ ...run, state: 'failed', error: 'no room' })] })
  }
  const records = batchRunsIn(store)
  const withoutResult = records.filter(({ state }) => state !== 'done')
  assert.deepEqual([records[0].number, withoutResult.length, records.at(-1)!.number], [1, limits.BATCH_RUNS_KEPT, 600])
})
