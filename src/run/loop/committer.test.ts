import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { PendingReplies } from '../ingest/pending-replies.ts'
import { Committer } from './committer.ts'
import type { RunComponents } from './composition-root.ts'

test('an exception before a commit reaches the store fails the run and rejects its inputs, and the commit resolves', async () => {
  const problem = new Error('the replies cannot be decoded')
  const store = new ModelStore(undefined, true)
  const failures: unknown[] = []
  let ended = 0
  const components: Pick<RunComponents, 'requests'> = { requests: { repliesIn: () => assert.fail(problem) } as never }
  const committer = new Committer({
    run: {},
    pipeline: 'shop',
    store,
    components: components as RunComponents,
    pendingReplies: new PendingReplies(store),
    onFailure: error => failures.push(error),
    onCommitEnd: () => ended++,
  })
  const rejected: unknown[] = []
  const input = { source: 'payments', batch: recordBatchOf([]), position: undefined, submittedAt: 0, resolve: () => {} }
  await committer.commit({}, { inputs: [{ ...input, reject: error => rejected.push(error) }] })
  assert.deepEqual([failures, rejected, ended, committer.inFlight, store.disk.commits], [[problem], [problem], 1, 0, []])
})
