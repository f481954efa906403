import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restartArguments, limitCompilerThreads, type RestartableProcess } from './process-setup.ts'

const run: RestartableProcess = {
  execPath: '/bin/node',
  execArgv: ['-C', 'one'],
  argv: ['/bin/node', '/app/bin.js', 'run', 'a b.ts'],
  env: {},
}

test('a run restarts with one thread fewer than the machine has processors, and with the same arguments', () => {
  assert.deepEqual(restartArguments(run), ['/bin/node', '-C', 'one', '--v8-pool-size=0', '/app/bin.js', 'run', 'a b.ts'])
})

test('a run does not restart if the number of threads is set, if it has an IPC channel, or after a restart', () => {
  const restarted = ['-C', 'one', '--v8-pool-size=0']
  for (const change of [
    { execArgv: ['--v8-pool-size', '2'] },
    { execArgv: ['--v8_pool_size=3'] },
    { env: { NODE_OPTIONS: '--v8-pool-size=2' } },
    { env: { NODE_OPTIONS: '--no-warnings --v8-pool_size=3' } },
    { connected: true },
    { execArgv: restarted },
  ])
    assert.equal(restartArguments({ ...run, ...change }), undefined)
})

test('a run continues where the system lacks execve or denies it', () => {
  limitCompilerThreads(run)
  let calls = 0
  limitCompilerThreads({
    ...run,
    execve: () => {
      calls++
      throw new Error('not permitted')
    },
  })
  assert.equal(calls, 1)
})
