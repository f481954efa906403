/** A baseline in Python: a separate environment, and a process that keeps its data and answers each line with a line of JSON. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { MissingPeerError } from '../bench.ts'

type Variables = Readonly<Record<string, string>>

export type RunCommand = (command: string, args: readonly string[]) => void

/** One package of PyPI at one version; `name` is its name in `npm run peers --`. */
export class PythonEnvironment {
  /** Environment variables of its processes, in addition to those of this one. */
  readonly variables: Variables
  readonly #name: string
  readonly #package: string
  readonly #version: string

  /** Each process has one core by default; matrix products would use all. */
  constructor(
    name: string,
    packageName: string,
    version: string,
    variables: Variables = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  ) {
    this.#name = name
    this.#package = packageName
    this.#version = version
    this.variables = variables
  }

  install(run: RunCommand): void {
    if (existsSync(this.#there)) return
    if (!existsSync(this.program('python'))) run('python3', ['-m', 'venv', this.#folder])
    run(this.program('pip'), ['install', '--disable-pip-version-check', `${this.#package}==${this.#version}`])
    writeFileSync(this.#there, '')
  }

  /** Throws `MissingPeerError` if it is not installed. */
  checkThere(): void {
    if (!existsSync(this.#there)) throw new MissingPeerError(this.#package, `npm run peers -- ${this.#name}`)
  }

  program(name: string): string {
    return resolve(this.#folder, 'bin', name)
  }

  get #folder(): string {
    return `.peers/${this.#name}`
  }

  get #there(): string {
    return resolve(this.#folder, `${this.#package}-${this.#version}`)
  }
}

export class PythonPeer {
  readonly #name: string
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>
  readonly #lines: Interface

  private constructor(name: string, environment: PythonEnvironment, script: string, args: readonly string[]) {
    this.#name = name
    this.#process = spawn(environment.program('python'), [fileURLToPath(new URL(script, import.meta.url)), ...args], {
      env: { ...process.env, ...environment.variables },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#process.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /**
   * A script of this folder, which prints the line `ready` once it accepts requests. Throws `MissingPeerError` if the environment is not
   * installed.
   */
  static async start(
    name: string,
    environment: PythonEnvironment,
    script: string,
    args: readonly string[],
  ): Promise<{ readonly peer: PythonPeer; readonly ready: unknown }> {
    environment.checkThere()
    const peer = new PythonPeer(name, environment, script, args)
    return { peer, ready: await peer.#answer() }
  }

  ask(line: string): Promise<unknown> {
    this.#process.stdin.write(`${line}\n`)
    return this.#answer()
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = new Promise(done => this.#process.once('exit', done))
    this.#process.stdin.end()
    await ended
    this.#lines.close()
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`the process of ${this.#name} ended with ${this.#process.exitCode}`)
    return JSON.parse(value)
  }
}
