/**
 * Stalls of a thread's event loop.
 *
 * A timer is due each millisecond; its delay is a stall. The processor time of this thread beside it separates computation, which is
 * Spillway's, from waiting for the disk or the machine, which the stalls of an idle thread show.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parentPort, Worker, isMainThread } from 'node:worker_threads'
import { callEvery } from '../../src/base/clock.ts'

const RESOLUTION_MS = 1

export interface Stalls {
  /** Longest time between two timer calls, less the millisecond of the timer. */
  readonly ms: number
  /** Most processor time of this thread between two timer calls. */
  readonly cpuMs: number
  /** Longest stall of an idle thread, ms: the share of the machine. */
  readonly idleMs: number
}

/** Watches this thread and an idle one from now on. */
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
