import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { Draw } from '../property/generate/draw.ts'
import { keepingAll } from './case.ts'
import { generateCrash, generateTrained } from './generate.ts'
import { losePower, survive, type PowerLoss } from './power.ts'
import { torn } from './torn-wal.ts'
import { isSound } from './verdict.ts'

const scratch = scratchFolder('torn')

/** The first byte of a WAL after its header. */
const FRAMES = 32

/** Losses with commits that are only in the WAL. */
async function* losses(): AsyncGenerator<PowerLoss> {
  for (let seed = 1; ; seed++) {
    const loss = await losePower(keepingAll(generateCrash(seed)), new Draw(seed), join(scratch, `s${seed}`))
    if (loss && loss.tail.from > FRAMES && loss.of.feeds.some(({ resend }) => resend === 'cursor')) yield loss
  }
}

test('each WAL that a power loss may leave recovers, and a WAL without an acknowledged commit is detected', async () => {
  let tried = 0
  for await (const loss of losses()) {
    const { before, after: whole } = loss.tail
    for (const wal of [before, whole]) assert.deepEqual((await survive(loss, wal, join(scratch, 'sound'))).verdict.faults, [])
    const { verdict } = await survive(loss, before.subarray(0, FRAMES), join(scratch, 'cut'))
    // On a slow machine the WAL may only contain saved state.
    if (!isSound(verdict) && verdict.lost > 0) return
    assert.ok(++tried < 10, 'none of ten WALs that were cut off was seen')
  }
})

/**
 * Its ledger keeps two batch runs, and its log has the swaps of more: in some of its crashes a swap was reported for a run that had been
 * forgotten in order.
 */
const FORGOT_RUNS = 9564

test('a case is judged by all of its batch runs, including those that its ledger would forget', async () => {
  const draw = new Draw(FORGOT_RUNS)
  const loss = await losePower(keepingAll(generateTrained(FORGOT_RUNS)), draw, join(scratch, 'forgot'))
  assert.ok(loss, 'nothing was being written')
  for (const tearing of ['nothing', 'whole', 'cut', 'zeros'] as const)
    assert.deepEqual((await survive(loss, torn(draw, tearing, loss.tail), join(scratch, tearing))).verdict.faults, [], tearing)
})
