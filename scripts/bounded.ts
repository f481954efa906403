/**
 * Loaded before each test file, so that none of them goes on for ever: Node's runner waits for a file as long as it lives, whatever the timeout of its tests is. A file
 * that holds on to something when its tests are done, as a server that a test which failed did not close, is ended soon after; one that is stuck, asleep or in a loop, when its time is up. Both have failed.
 */
import { writeSync } from 'node:fs'
import { after } from 'node:test'
import { isMainThread, Worker } from 'node:worker_threads'

const ms = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const fileMs = ms('SPILLWAY_TEST_FILE_MS', 900_000)
const afterMs = ms('SPILLWAY_TEST_AFTER_MS', 30_000)

/** A thread of its own, since a loop lets no timer of the file's thread have its turn. */
const watch = `setTimeout(() => {
  require('node:fs').writeSync(2, ${JSON.stringify(`ended: it was not done after ${fileMs / 1000} s\n`)})
  process.kill(process.pid, 'SIGKILL')
}, ${fileMs})`

// What a test starts with the same arguments, in a thread or a process, is not a test file.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  new Worker(watch, { eval: true, execArgv: [], env: {} }).unref()
  after(() => {
    const end = (): void => {
      writeSync(2, `ended: its tests were done, and ${[...new Set(process.getActiveResourcesInfo())].join(', ')} held it\n`)
      process.exit(1)
    }
    setTimeout(end, afterMs).unref()
  })
}
