import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { cleanHistory, troubledHistory } from './history.ts'
import { JudgedHistories } from './judged-histories.ts'
import type { JudgedHistory } from './replay.ts'

test('a judged history is there for its own plan, also in the next process', () => {
  const folder = scratchFolder('judged')
  const plan = troubledHistory(7, 15)
  const history: JudgedHistory = { plan, faults: [], pages: 3, noise: ['a page'], tickets: [], accepted: 5, lost: 0 }
  assert.equal(new JudgedHistories(folder).get(plan), undefined)
  assert.equal(new JudgedHistories(folder).put(plan, history), history)
  assert.deepEqual(new JudgedHistories(folder).get(plan), history)
  assert.equal(new JudgedHistories(folder).get(troubledHistory(7, 16)), undefined)
  assert.equal(new JudgedHistories(folder).get(cleanHistory(7, 15)), undefined)
})
