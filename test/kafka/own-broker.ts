/** A broker of a test's own, which the test may freeze, kill, damage and start again. */
import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { type BrokerExtras, kafka, partitionFolder, startBroker, startKafka } from '../../scripts/engines/kafka.ts'
import { pause } from '../../src/base/clock.ts'
import { scratchFolder } from '../scratch.ts'

export class OwnBroker {
  readonly version: string
  readonly address: string
  /** Of its cluster. */
  readonly controllerPort: number
  readonly #folder: string
  #pid: number

  private constructor(version: string, folder: string, { address, controllerPort, pid }: Awaited<ReturnType<typeof startKafka>>) {
    this.version = version
    this.#folder = folder
    this.address = address
    this.controllerPort = controllerPort
    this.#pid = pid
  }

  static async start(version: string, extras: Partial<BrokerExtras> = {}): Promise<OwnBroker> {
    const folder = scratchFolder('kafka-broker')
    kafka.install(version)
    return new OwnBroker(version, folder, await startKafka(version, folder, { listeners: [], settings: [], format: [], ...extras }))
  }

  /** Stops it in the middle of everything, until `thaw`. */
  freeze(): void {
    process.kill(this.#pid, 'SIGSTOP')
  }

  thaw(): void {
    process.kill(this.#pid, 'SIGCONT')
  }

  async kill(): Promise<void> {
    if (isAlive(this.#pid)) process.kill(this.#pid, 'SIGKILL')
    while (isAlive(this.#pid)) await pause(10)
  }

  async restart(): Promise<void> {
    this.#pid = await startBroker(this.version, this.#folder, Number(this.address.split(':')[1]))
  }

  /** Cuts the log of a partition, as a disk does that loses what it had not written. Only while the broker does not run. */
  truncate(topic: string, partition: number, bytes: number): void {
    truncateSync(segmentOf(partitionFolder(this.#folder, topic, partition)), bytes)
  }

  segment(topic: string, partition: number): string {
    return segmentOf(partitionFolder(this.#folder, topic, partition))
  }
}

/** The file of a partition's records: these tests write few. */
export function segmentOf(folder: string): string {
  return join(
    folder,
    readdirSync(folder).find(file => file.endsWith('.log'))!,
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
