import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from './faults.ts'
import { generateCrash } from './generate.ts'
import { crashModel } from './model.ts'
import { shrinkCrash } from './shrink.ts'
import { isSound } from './verdict.ts'

const CASES = 60

for (const [name, makeStore] of Object.entries(faults))
  test(`the crash proof finds it if ${name}`, async () => {
    for (let seed = 1; seed <= CASES; seed++) if (!isSound((await crashModel(generateCrash(seed), makeStore)).verdict)) return
    assert.fail(`nothing was found in ${CASES} cases`)
  })

test('a failing case shrinks to a few steps and records, and still fails', async () => {
  const makeStore = faults['a segment stands before its cursor']
  const fails = async (of: ReturnType<typeof generateCrash>) => !isSound((await crashModel(of, makeStore)).verdict)
  for (let seed = 1; ; seed++) {
    const of = generateCrash(seed)
    if (!(await fails(of))) continue
    const smallest = await shrinkCrash(of, fails)
    assert.ok(await fails(smallest))
    assert.ok(smallest.steps.length <= 6, JSON.stringify(smallest.steps))
    assert.ok(smallest.feeds.reduce((sum, { records }) => sum + records.length, 0) <= 3)
    return
  }
})
