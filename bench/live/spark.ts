/** A peer of `bench backfill`: Spark on this machine, in a process that keeps its JVM and does the job when asked. It needs Java. */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { stopwatch } from '../../src/base/clock.ts'
import { PeerMissing } from '../bench.ts'

const ENVIRONMENT = '.peers/spark'
const VERSION = '4.1.4'
const program = (name: string): string => resolve(ENVIRONMENT, 'bin', name)
const there = resolve(ENVIRONMENT, `pyspark-${VERSION}`)

/** Installs it from PyPI into an environment of its own: half a gigabyte. */
export function installSpark(run: (command: string, args: readonly string[]) => void): void {
  if (spawnSync('java', ['-version']).status !== 0) throw new Error('it needs Java 17 or newer: apt-get install openjdk-17-jre-headless')
  if (existsSync(there)) return
  if (!existsSync(program('python'))) run('python3', ['-m', 'venv', ENVIRONMENT])
  run(program('pip'), ['install', '--disable-pip-version-check', `pyspark==${VERSION}`])
  writeFileSync(there, '')
}

/** Seconds of one job, and of all cores that the JVM used meanwhile. */
export interface SparkSeconds {
  readonly wall: number
  readonly cpu: number
}

export class Spark {
  readonly version: string
  /** Seconds until it took the first job. */
  readonly start: number
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>
  readonly #lines: Interface

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
    answers: AsyncIterator<string>,
    version: string,
    start: number,
  ) {
    this.#process = child
    this.#lines = lines
    this.#answers = answers
    this.version = version
    this.start = start
  }

  /** Throws `PeerMissing` where it was not brought. */
  static async start(events: string, out: string, threads: number): Promise<Spark> {
    if (!existsSync(there)) throw new PeerMissing('Spark', 'npm run peers -- spark')
    const script = fileURLToPath(new URL('spark-w.py', import.meta.url))
    const began = stopwatch()
    const child = spawn(program('python'), [script, events, out, String(threads)], {
      env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })
    const answers = lines[Symbol.asyncIterator]()
    const { version } = JSON.parse((await answers.next()).value as string) as { version: string }
    return new Spark(child, lines, answers, version, (stopwatch() - began) / 1000)
  }

  /** The job once; seconds as the process measured them. */
  async run(): Promise<SparkSeconds> {
    this.#process.stdin.write('run\n')
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`the process of Spark ended with ${this.#process.exitCode}`)
    return JSON.parse(value) as SparkSeconds
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = new Promise(done => this.#process.once('exit', done))
    this.#process.stdin.end()
    await ended
    this.#lines.close()
  }
}
