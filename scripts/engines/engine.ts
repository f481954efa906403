/**
 * An engine of another project that runs beside Spillway on this machine: its folder, its processes, and the file that remembers them.
 *
 * An engine listens on loopback only and outlives the process that starts it. `down` ends only processes that `up` started: a process is
 * known by its number and its start time, since the kernel reuses numbers.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A kind of engine that can be started. */
export interface EngineKind {
  readonly name: string
  /** Versions that are tested; the first is the default. */
  readonly versions: readonly string[]
  /** Installs the packages of a version, once. */
  install(version: string): void
  /** Starts a version in an empty folder, and resolves once it answers. */
  start(version: string, folder: string): Promise<StartedEngine>
}

/** An engine that answers. */
export interface StartedEngine {
  readonly pid: number
  /** Its address for clients: `127.0.0.1:PORT` or a URL. */
  readonly address: string
  /** Environment variables with which Spillway finds it. */
  readonly env: Readonly<Record<string, string>>
}

/** An engine as its file remembers it. */
export interface EngineState extends StartedEngine {
  readonly name: string
  readonly version: string
  /** Start time of the process, in clock ticks since the machine started. */
  readonly startTime: string
}

/** Everything that engines install and write, in the checkout. */
export const ENGINES_FOLDER = resolve(import.meta.dirname, '../../.engines')

const READY_MS_MAX = 120_000
const STOP_MS_MAX = 30_000

/** The id of an engine by its kind and version: `kafka-4.2.2`. */
export const engineId = ({ name }: { readonly name: string }, version: string): string => `${name}-${version}`

/** The folder of an engine that runs. */
export const engineFolder = (id: string): string => join(ENGINES_FOLDER, 'run', id)

const stateFile = (id: string): string => join(engineFolder(id), 'state.json')

/** Starts an engine, or returns the one of this kind and version that runs. Throws with the end of its log if it does not start. */
export async function startEngine(kind: EngineKind, version: string): Promise<EngineState> {
  const id = engineId(kind, version)
  const running = runningEngine(id)
  if (running) return running
  kind.install(version)
  const folder = engineFolder(id)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const started = await kind.start(version, folder)
  const state = { name: kind.name, version, ...started, startTime: startTimeOf(started.pid)! }
  writeFileSync(stateFile(id), `${JSON.stringify(state, undefined, 2)}\n`)
  return state
}

/** The engine of this kind and version, if its process runs. */
export function runningEngine(id: string): EngineState | undefined {
  if (!existsSync(stateFile(id))) return undefined
  const state = JSON.parse(readFileSync(stateFile(id), 'utf8')) as EngineState
  return startTimeOf(state.pid) === state.startTime ? state : undefined
}

/** Ends an engine and removes its data. Returns false if it does not run. */
export async function stopEngine(id: string): Promise<boolean> {
  const state = runningEngine(id)
  if (state) await endProcess(state)
  rmSync(engineFolder(id), { recursive: true, force: true })
  return state !== undefined
}

async function endProcess({ pid, startTime }: Pick<EngineState, 'pid' | 'startTime'>): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', STOP_MS_MAX],
    ['SIGKILL', STOP_MS_MAX],
  ] as const) {
    process.kill(pid, signal)
    for (let waited = 0; waited < waitMs; waited += 50) {
      if (startTimeOf(pid) !== startTime) return
      await pause(50)
    }
  }
  throw new Error(`process ${pid} does not end`)
}

/** The start time of a process that runs; `undefined` of none, and of a zombie. */
function startTimeOf(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The name of the program, in brackets, may hold spaces.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? undefined : rest[18]
}

/** Starts a program in a session of its own, and resolves to its process number once `isReady` does to true. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { folder, env = {}, isReady }: { readonly folder: string; readonly env?: NodeJS.ProcessEnv; readonly isReady: () => Promise<boolean> },
): Promise<number> {
  const logPath = join(folder, 'log')
  const log = openSync(logPath, 'a')
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  const ended: { problem?: string } = {}
  child.once('error', error => (ended.problem = error.message))
  child.once('exit', (code, signal) => (ended.problem = `it ended with ${signal ?? `code ${code}`}`))
  for (let waited = 0; waited < READY_MS_MAX && ended.problem === undefined; waited += 50) {
    if (await isReady()) {
      child.removeAllListeners()
      child.unref()
      return child.pid!
    }
    await pause(50)
  }
  child.kill('SIGKILL')
  const end = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-20).join('\n')
  throw new Error(`${command} did not start: ${ended.problem ?? `not ready within ${READY_MS_MAX / 1000} s`}\n${end}`)
}

/** Ports of loopback that are free now, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
      return server
    }),
  )
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(done => server.close(done))))
  return ports
}
