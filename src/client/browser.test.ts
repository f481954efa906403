/**
 * The client without Node.js: its modules are loaded into a context with the globals of a browser alone. They may import one another, and
 * the door of `base/`, whose files need no Node.js either.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('the client runs with the globals of a browser', () => {
  const world = fileURLToPath(new URL('../../test/serve/browser.ts', import.meta.url))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['-C', 'spillway-source', '--experimental-vm-modules', '--no-warnings', world],
    { encoding: 'utf8', env, timeout: 60_000 },
  )
  assert.equal(status, 0, stderr)
  const result = JSON.parse(stdout) as { loaded: string[]; sent: number; n: number; score: number; streamed: string[]; code: string }
  const { loaded, ...rest } = result
  assert.deepEqual(rest, { sent: 3, n: 3, score: 1, streamed: ['1', '2', '3'], code: 'SPILL_NOT_FOUND' })
  assert.ok(loaded.length > 10)
  // The door of `base/` loads each of its files that needs no Node.js.
  const rooms = new Set(loaded.map(path => path.slice(0, path.lastIndexOf('/'))))
  assert.deepEqual([...rooms].sort(), ['base', 'client', 'public'])
  assert.deepEqual(
    loaded.filter(path => path.startsWith('public/')),
    ['public/client.ts'],
  )
})
