/**
 * How long a thread's loop was kept from turning.
 *
 * A timer that is due each millisecond says when it came: how much later than due is a stall. Of each the time of this thread's processor stands beside it:
 * what it took to compute is Spillway's, what is beyond is waiting, for the disk or for the machine, of which an idle thread's stalls tell.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parentPort, Worker, isMainThread } from 'node:worker_threads'
import { callEvery } from '../../src/base/clock.ts'

const RESOLUTION_MS = 1

export interface Stalls {
  /** The longest time between two turns of the timer, without the millisecond that it is due after. */
  readonly ms: number
  /** The most processor time of this thread between two of its turns. */
  readonly cpuMs: number
  /** The longest stall, ms, of a thread that did nothing: what the machine was busy with. */
  readonly idleMs: number
}

/** Watches this thread from now on, and an idle one. */
export async function watchLoop(): Promise<{ stop(): Promise<Stalls> }> {
  const idle = new Worker(new URL(import.meta.url))
  await new Promise(resolve => idle.once('message', resolve))
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let cpuMs = 0
  let before = threadCpuMs()
  const timer = callEvery(RESOLUTION_MS, () => {
    const now = threadCpuMs()
    cpuMs = Math.max(cpuMs, now - before)
    before = now
  })
  return {
    async stop() {
      timer.stop()
      delay.disable()
      const idleMs = await new Promise<number>(resolve => {
        idle.once('message', resolve)
        idle.postMessage('stop')
      })
      return { ms: stallOf(delay.max), cpuMs, idleMs }
    },
  }
}

const stallOf = (maxNanos: number): number => Math.max(0, maxNanos / 1e6 - RESOLUTION_MS)

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

if (!isMainThread && parentPort) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  parentPort.once('message', () => {
    parentPort!.postMessage(stallOf(delay.max))
    parentPort!.close()
  })
  parentPort.postMessage('ready')
}
