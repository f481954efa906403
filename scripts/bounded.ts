/**
 * Preloaded before each test file, to bound its time: Node's runner waits for a file as long as it lives, whatever the timeout of its
 * tests. A file that stays alive after its tests, for instance with an open server of a failed test, is ended soon after; a file that hangs
 * or loops is ended when its time is up. Both have failed. A file that would begin after `SPILLWAY_TESTS_UNTIL`, UTC ms, is skipped.
 */
import { writeSync } from 'node:fs'
import { isMainThread, Worker } from 'node:worker_threads'
import { NOT_BEGUN } from './not-begun.ts'

const ms = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const fileMs = ms('SPILLWAY_TEST_FILE_MS', 1_500_000)
const afterMs = ms('SPILLWAY_TEST_AFTER_MS', 30_000)
const until = ms('SPILLWAY_TESTS_UNTIL', Infinity)

/** A separate thread, since a loop blocks the timers of the file's thread. */
const watch = `setTimeout(() => {
  require('node:fs').writeSync(2, ${JSON.stringify(`ended: it was not done after ${fileMs / 1000} s\n`)})
  process.kill(process.pid, 'SIGKILL')
}, ${fileMs})`

// A thread or process that a test starts with the same arguments is not a test file, and is spared the module of tests.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  if (Date.now() > until) {
    writeSync(1, `${NOT_BEGUN}\n`)
    process.exit(0)
  }
  new Worker(watch, { eval: true, execArgv: [], env: {} }).unref()
  const { after } = await import('node:test')
  after(() => {
    const end = (): void => {
      writeSync(2, `ended: its tests were done, and ${[...new Set(process.getActiveResourcesInfo())].join(', ')} held it\n`)
      process.exit(1)
    }
    setTimeout(end, afterMs).unref()
  })
}
