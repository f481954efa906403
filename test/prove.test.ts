import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

function prove(...args: string[]) {
  return spawnSync(process.execPath, ['-C', 'spillway-source', 'test/prove.ts', ...args], { encoding: 'utf8' })
}

test('mistakes on the command line name the fix and exit 2', () => {
  const mistakes: [args: string[], says: RegExp][] = [
    [
      [],
      /name one proof of parity, cut, placements, rebuild, reconcile, backfill, crash, inputs, kafka, threads, hostile, operations, verdict, faults, mutants/,
    ],
    [['partiy'], /there is no proof 'partiy'; did you mean 'parity'\?/],
    [['parity', '--case', '5'], /no option --case; did you mean 'cases'\?/],
    [['parity', '--cases', '0'], /--cases takes an integer from 1/],
    [['parity', '--seed', 'x'], /--seed takes an integer from 0/],
  ]
  for (const [args, says] of mistakes) {
    const { status, stdout, stderr } = prove(...args)
    assert.equal(status, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, says)
  }
})
