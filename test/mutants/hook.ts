/**
 * Preloaded (`--import`) by a process with a fault: changes the one faulty file as it is read, so that no tree is copied. The fault comes
 * as JSON in the environment, and so reaches child processes.
 */
import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'

const faultJson = process.env['SPILLWAY_FAULT']
if (faultJson !== undefined) {
  const { path, of, start, end, is } = JSON.parse(faultJson) as { path: string; of: string; start: number; end: number; is: string }
  const faulty = pathToFileURL(resolve(path)).href
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (url !== faulty) return loaded
      const text = Buffer.from(loaded.source as Uint8Array).toString()
      // The file has changed since the fault was planned, so its offsets are wrong.
      if (hash('sha256', text) !== of) process.exit(99)
      return { ...loaded, source: text.slice(0, start) + is + text.slice(end) }
    },
  })
}

// Without a fault, with coverage: how long the check takes.
const coverage = process.env['NODE_V8_COVERAGE']
if (coverage && isMainThread)
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    writeFileSync(join(coverage, 'cpu-seconds'), String((user + system) / 1e6))
  })
