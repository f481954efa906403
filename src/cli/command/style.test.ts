import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { paddedTable } from './text-format.ts'

const bin = join(import.meta.dirname, '../bin.ts')
/** Nothing of the machine's own environment: it may ask for colours, or against them, as a build server does by its `CI`. */
const plain = { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm' }

/** Output of a command with variables. */
const output = (env: Readonly<Record<string, string>>, ...args: readonly string[]): string =>
  execFileSync(process.execPath, ['-C', 'spillway-source', bin, ...args], { env: { ...plain, ...env }, encoding: 'utf8' })

/** Output of a command on a terminal of 40 columns, by util-linux's `script`. */
function onTerminal(env: Readonly<Record<string, string>>, ...args: readonly string[]): string {
  const command = ['stty cols 40;', process.execPath, '-C', 'spillway-source', bin, ...args].join(' ')
  return execFileSync('script', ['-qec', command, '/dev/null'], { env: { ...plain, ...env }, encoding: 'utf8' })
}

test('without a terminal nothing is styled, unless FORCE_COLOR says so', () => {
  assert.ok(!output({}, '--help').includes('\u001b'))
  assert.ok(output({ FORCE_COLOR: '1' }, '--help').includes('\u001b[1mStart\u001b[22m'))
  assert.ok(!output({ FORCE_COLOR: '1' }, 'explain', 'key', '--json').includes('\u001b'))
})

test('a terminal has styles and lines of its width, and with NO_COLOR only the lines', t => {
  try {
    execFileSync('script', ['--version'])
  } catch {
    return t.skip('script of util-linux is not installed')
  }
  const styles = onTerminal({}, 'explain')
  assert.ok(styles.includes('\u001b[36mSPILL_KEY\u001b[39m'))
  const bare = onTerminal({ NO_COLOR: '1' }, 'explain')
  assert.ok(!bare.includes('\u001b'))
  assert.ok(bare.split(/\r?\n/).every(line => line.length <= 40))
})

test('a table that is wider than the terminal is a list for each row', () => {
  const table = (columns: number) =>
    paddedTable(
      ['source', 'events', 'late'],
      [
        ['payments', 12_000, 3],
        ['chargebacks', 7, 0],
      ],
      columns,
    )
  const wide = ['source       events  late', 'payments     12,000     3', 'chargebacks       7     0'].join('\n')
  assert.equal(table(Infinity), wide)
  assert.equal(table(25), wide)
  const lists = ['payments', '  events  12,000', '  late    3', 'chargebacks', '  events  7', '  late    0']
  assert.equal(table(24), lists.join('\n'))
})
