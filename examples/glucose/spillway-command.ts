/** Runs `spillway` as a user would: this checkout's command line, in a process of its own. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

/** What it printed. Throws with what it said if it failed. */
export function spillway(...args: string[]): string {
  // What a process of its own covers is not asked, and costs as much again.
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-C', 'spillway-source', bin, ...args], { encoding: 'utf8', env })
  if (status !== 0) throw new Error(`spillway ${args[0]} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}

/** The path of a file of this example. */
export const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
