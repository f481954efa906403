import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Draw } from '../property/generate/draw.ts'
import { generateCrash } from './generate.ts'
import { losePower, survive, type PowerLoss } from './power.ts'
import { isSound } from './verdict.ts'

const scratch = mkdtempSync(join(tmpdir(), 'spillway-torn-'))
after(() => rmSync(scratch, { recursive: true }))

/** A loss with acknowledged commits that stand in the WAL alone. */
async function lossWithin(): Promise<PowerLoss> {
  for (let seed = 1; ; seed++) {
    const loss = await losePower(generateCrash(seed), new Draw(seed), join(scratch, `s${seed}`))
    if (loss && loss.tail.from > 32 && loss.of.feeds.some(({ resend }) => resend === 'cursor')) return loss
  }
}

test('what a power loss may leave is sound, and a WAL that lost an acknowledged commit is seen', async () => {
  const loss = await lossWithin()
  const { before, after: whole, from, frameBytes } = loss.tail
  for (const wal of [before, whole]) assert.deepEqual((await survive(loss, wal, join(scratch, 'sound'))).verdict.faults, [])
  const { verdict } = await survive(loss, before.subarray(0, from - frameBytes), join(scratch, 'cut'))
  assert.ok(!isSound(verdict) && verdict.lost > 0, JSON.stringify(verdict))
})
