import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { scheduleCheckpoints } from './checkpoint-schedule.ts'

test('a busy run saves its state every ten seconds, an idle one every minute', () => {
  const entries = limits.CHECKPOINT_ROUND_ENTRIES
  const roundsAt = (entriesEach: number): number[] => {
    let [looks, end, saved] = [0, 0, -1]
    const begun: number[] = []
    const run = {
      checkpoint(behind = 0) {
        if (end - saved <= behind) return false
        saved = end
        begun.push((looks * limits.CHECKPOINT_ROUND_MS) / 1000)
        return true
      },
    }
    let look = (): void => {}
    const timer = scheduleCheckpoints(run, (ms, each) => {
      assert.equal(ms, limits.CHECKPOINT_ROUND_MS)
      look = each
      return { stop: () => void begun.push(-1) }
    })
    while (looks < 13) {
      looks++
      end += entriesEach
      look()
    }
    timer.stop()
    assert.equal(begun.pop(), -1)
    return begun
  }
  assert.deepEqual(roundsAt(entries + 1), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130])
  assert.deepEqual(roundsAt(Math.ceil(entries / 2)), [20, 50, 80, 110])
  assert.deepEqual(roundsAt(1), [60, 120])
  assert.deepEqual(roundsAt(0), [60])
})
