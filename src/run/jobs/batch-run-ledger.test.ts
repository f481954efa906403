import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { BATCH_RUNS } from '../../batch/ledger.ts'
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
