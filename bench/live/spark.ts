/** A baseline of `bench backfill`: Spark on this machine, in a process that keeps its JVM and runs the job on request. It needs Java. */
import { spawnSync } from 'node:child_process'
import { stopwatch } from '../../src/base/clock.ts'
import { PythonEnvironment, PythonPeer, type RunCommand } from './python-peer.ts'

const environment = new PythonEnvironment('spark', 'pyspark', '4.1.4', { SPARK_LOCAL_IP: '127.0.0.1' })

/** Installs it from PyPI into an environment of its own: half a gigabyte. */
export function installSpark(run: RunCommand): void {
  if (spawnSync('java', ['-version']).status !== 0) throw new Error('it needs Java 17 or newer: apt-get install openjdk-17-jre-headless')
  environment.install(run)
}

/** Seconds of one job, and processor seconds of the JVM meanwhile. */
export interface SparkSeconds {
  readonly wall: number
  readonly cpu: number
}

export class Spark {
  readonly version: string
  /** Seconds until it accepted the first job. */
  readonly start: number
  readonly #peer: PythonPeer

  private constructor(peer: PythonPeer, version: string, start: number) {
    this.#peer = peer
    this.version = version
    this.start = start
  }

  /** Throws `MissingPeerError` if it is not installed. */
  static async start(events: string, out: string, threads: number): Promise<Spark> {
    const began = stopwatch()
    const { peer, ready } = await PythonPeer.start('Spark', environment, 'spark-w.py', [events, out, String(threads)])
    const { version } = ready as { version: string }
    return new Spark(peer, version, (stopwatch() - began) / 1000)
  }

  /** Runs the job once; seconds as the process measured them. */
  run = (): Promise<SparkSeconds> => this.#peer.ask('run') as Promise<SparkSeconds>

  stop = (): Promise<void> => this.#peer.stop()
}
