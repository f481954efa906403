import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const hot = `
  const sum = values => { let total = 0; for (let i = 0; i < values.length; i++) total += values[i]; return total }
  const values = new Float64Array(1e6)
  for (let k = 0; k < 60; k++) sum(values)`

for (const entry of ['spillway', 'spillway/training', 'spillway/replay', 'spillway/audit', 'spillway/embed', 'spillway/testing'])
  test(`who imports ${entry} has loops compiled by TurboFan alone`, () => {
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
