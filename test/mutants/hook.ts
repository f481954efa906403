/**
 * Preloaded (`--import`) by a process with a fault: changes the one faulty file as it is read, so that no tree is copied. The fault comes
 * as JSON in the environment, and so reaches child processes.
 */
import { hash } from 'node:crypto'
import fs, { writeFileSync } from 'node:fs'
import { registerHooks, syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
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

if (faultJson !== undefined) confineChanges()

/**
 * Lets the process change permissions of, move and delete only what is in its folder or a temporary one: a fault may compute any path, and
 * one has taken the permissions of `/` from a process that runs as root.
 */
function confineChanges(): void {
  const roots = [process.cwd(), tmpdir(), '/dev/shm'].map(root => `${resolve(root)}${sep}`)
  const pathOf = (path: unknown): string => resolve(path instanceof URL ? fileURLToPath(path) : String(path))
  type Call = (path: unknown, ...rest: unknown[]) => unknown
  for (const module of [fs, fs.promises] as unknown as Record<string, Call>[])
    for (const name of ['chmod', 'lchmod', 'chown', 'lchown', 'rename', 'rm', 'rmdir', 'truncate', 'unlink'].flatMap(of => [
      of,
      `${of}Sync`,
    ])) {
      const original = module[name]
      if (typeof original !== 'function') continue
      module[name] = (path, ...rest) => {
        if (!roots.some(root => pathOf(path).startsWith(root)))
          throw new Error(`${name} of ${String(path)}: outside of the process's folders`)
        return original.call(module, path, ...rest)
      }
    }
  syncBuiltinESMExports()
}

// Without a fault, with coverage: how long the check takes.
const coverage = process.env['NODE_V8_COVERAGE']
if (coverage && isMainThread)
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    writeFileSync(join(coverage, 'cpu-seconds'), String((user + system) / 1e6))
  })
