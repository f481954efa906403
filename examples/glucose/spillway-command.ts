/** Runs `spillway` as a user would, in a separate process: the command line of the installed package, or of this checkout. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A command and its arguments. In a checkout Node runs the sources, without a build. */
export function commandLine(...args: readonly string[]): [command: string, ...args: string[]] {
  const library = import.meta.resolve('spillway')
  const built = fileURLToPath(new URL('cli/bin.js', library))
  if (library.endsWith('.js') && existsSync(built)) return [process.execPath, built, ...args]
  const source = fileURLToPath(new URL('../src/cli/bin.ts', library))
  return [process.execPath, '-C', 'spillway-source', source, ...args]
}

/** The environment without coverage, which would double the cost of the process. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  return env
}

/** The output. Throws with the error output if the command failed. */
export function spillway(...args: string[]): string {
  const [command, ...rest] = commandLine(...args)
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', env: environment() })
  if (status !== 0) throw new Error(`spillway ${args[0]} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}

/** The output, line by line as JSON, whatever its length. Throws if the command failed. */
export async function* spillwayJson<T>(...args: string[]): AsyncGenerator<T> {
  const [command, ...rest] = commandLine(...args, '--json')
  const child = spawn(command, rest, { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise<number | null>((resolve, reject) => void child.once('error', reject).once('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as T
  const status = await closed
  if (status !== 0) throw new Error(`spillway ${args[0]} ended with ${status}`)
}

/** The path of a file of this example. */
export const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
