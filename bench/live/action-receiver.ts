/**
 * The receiver of `bench action`, in a separate process: acknowledges each webhook at once, and records the latency since its event was
 * due.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerNamedRequests } from './bench-process.ts'
import { sharedClock } from './shared-clock.ts'

export interface ReceivedEffects {
  /** Milliseconds from the due time of the event to the acknowledgement of its effect, in order of acknowledgement. */
  readonly ms: Float64Array
  /** Idempotency keys, one entry for each delivery. */
  readonly keys: readonly string[]
  readonly cpuMs: number
}

let ms: number[] = []
let keys: string[] = []
let cpu = process.cpuUsage()

const server = createServer((request, response) => void acknowledge(request, response))

async function acknowledge(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { vector } = JSON.parse(await bodyOf(request)) as { vector: { due: number } }
  keys.push(String(request.headers['idempotency-key']))
  response.writeHead(204).end()
  ms.push(sharedClock() - vector.due)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

answerNamedRequests({
  url: async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`
  },
  /** Deliveries since the last call. */
  received: (): ReceivedEffects => {
    const { user, system } = process.cpuUsage(cpu)
    const received = { ms: Float64Array.from(ms), keys, cpuMs: (user + system) / 1000 }
    ms = []
    keys = []
    cpu = process.cpuUsage()
    return received
  },
})
