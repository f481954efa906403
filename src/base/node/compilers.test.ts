import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const hot = `
  const sum = values => { let total = 0; for (let i = 0; i < values.length; i++) total += values[i]; return total }
  const values = new Float64Array(1e6)
  for (let k = 0; k < 60; k++) sum(values)`

for (const entry of ['spillway', 'spillway/training', 'spillway/replay', 'spillway/audit', 'spillway/embed', 'spillway/testing'])
  test(`loops are compiled by TurboFan alone after an import of ${entry}`, () => {
    const args = [
      '-C',
      'spillway-source',
      '--trace-opt',
      '--input-type=module',
      '-e',
      `await import('${entry}')\nconsole.log('imported')\n${hot}`,
    ]
    const [, traced] = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 }).split('imported\n')
    assert.match(traced, /sum.*TURBOFAN/)
    assert.doesNotMatch(traced, /completed compiling.*sum.*MAGLEV/)
  })

const step = `
  const step = value => { let total = 0; for (const one of [1, 2, 3]) total += value * one; return total }
  for (let call = 0, all = 0; call < 2000; call++) {
    all += step(call)
    // Optimised code is installed between turns of the event loop.
    if (call % 100 === 0) await new Promise(done => setImmediate(done))
  }`

/** Compiler state of `step` after `before`. */
function tracedStep(before: string): string {
  const args = ['-C', 'spillway-source', '--trace-opt', '--input-type=module', '-e', `${before}\nconsole.log('begun')\n${step}`]
  const [, traced] = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 }).split('begun\n')
  return traced
}

test('a function that is called two thousand times is compiled by TurboFan', () => {
  assert.match(tracedStep("await import('spillway')"), /marking.*step.*TURBOFAN/)
  assert.doesNotMatch(tracedStep("process.getBuiltinModule('v8').setFlagsFromString('--no-maglev')"), /marking.*step.*TURBOFAN/)
})
