import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginningAgain, limitCompilingThreads, type Beginning } from './compiling-threads.ts'

const run: Beginning = { execPath: '/bin/node', execArgv: ['-C', 'one'], argv: ['/bin/node', '/app/bin.js', 'run', 'a b.ts'], env: {} }

test('a run begins again with as many threads as there are processors more than one, and everything else as it was', () => {
  assert.deepEqual(beginningAgain(run), ['/bin/node', '-C', 'one', '--v8-pool-size=0', '/app/bin.js', 'run', 'a b.ts'])
})

test('it goes on where somebody has said how many, where its parent would lose sight of it, and, having begun again, for good', () => {
  const again = ['-C', 'one', '--v8-pool-size=0']
  for (const other of [
    { execArgv: ['--v8-pool-size', '2'] },
    { execArgv: ['--v8_pool_size=3'] },
    { env: { NODE_OPTIONS: '--v8-pool-size=2' } },
    { env: { NODE_OPTIONS: '--no-warnings --v8-pool_size=3' } },
    { connected: true },
    { execArgv: again },
  ])
    assert.equal(beginningAgain({ ...run, ...other }), undefined)
})

test('it goes on where the system has no such thing, or does not allow it', () => {
  limitCompilingThreads(run)
  let asked = 0
  limitCompilingThreads({
    ...run,
    execve: () => {
      asked++
      throw new Error('not permitted')
    },
  })
  assert.equal(asked, 1)
})
