/** The receiver of `bench action`, in a process of its own: acknowledges each webhook at once, and tells how long after its event was due. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answering } from './forked.ts'
import { sharedClock } from './shared-clock.ts'

export interface Received {
  /** Milliseconds from when the event was due until its effect was acknowledged here, in order of acknowledgement. */
  readonly ms: Float64Array
  /** Idempotency keys, each as often as it came. */
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

answering({
  url: async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`
  },
  /** What came since it was asked last. */
  received: (): Received => {
    const { user, system } = process.cpuUsage(cpu)
    const received = { ms: Float64Array.from(ms), keys, cpuMs: (user + system) / 1000 }
    ms = []
    keys = []
    cpu = process.cpuUsage()
    return received
  },
})
