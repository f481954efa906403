/** Spillway's side of `bench ingest`: starts the receiving process, and sends payments from this one. */
import { fork, type ChildProcess } from 'node:child_process'
import { Agent, request } from 'node:http'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stopwatch } from '../../src/base/clock.ts'
import type { Answer, Ask } from './ingest-process.ts'
import { linesOf } from './payments.ts'
import { runConcurrently } from './concurrency.ts'

/** Contents of a round. */
export interface Sending {
  readonly bodies: number
  readonly payments: number
  readonly inFlight: number
  /** Time of the first payment, UTC ms. */
  readonly since: number
}

/** Seconds: processor time of the receiving process, and elapsed time. */
export interface Round {
  readonly cpu: number
  readonly wall: number
}

export interface TopicRound extends Round {
  /** Of a round that is watched. */
  readonly blockedMs?: number
}

export class IngestProcess {
  readonly name: string
  readonly #child: ChildProcess
  readonly #port: number
  readonly #sending: Sending

  private constructor(name: string, child: ChildProcess, port: number, sending: Sending) {
    this.name = name
    this.#child = child
    this.#port = port
    this.#sending = sending
  }

  static async start(folder: string, pipeline: 'features' | 'deciding', sending: Sending): Promise<IngestProcess> {
    const child = fork(fileURLToPath(new URL('ingest-process.ts', import.meta.url)), [folder, pipeline], {
      execArgv: ['-C', 'spillway-source', '--expose-gc'],
    })
    const { port } = await nextMessage(child, 'ready')
    return new IngestProcess(basename(folder), child, port, sending)
  }

  /** A round over HTTP, from payment `first` on. */
  async send(first: number): Promise<Round> {
    const { bodies, payments, inFlight, since } = this.#sending
    const payloads = Array.from({ length: bodies }, (_, i) => linesOf(first + i * payments, payments, since))
    const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
    const before = await this.#ask({ kind: 'cpu' }, 'cpu')
    const start = stopwatch()
    await runConcurrently(bodies, inFlight, async i => {
      const { accepted } = await post(agent, this.#port, payloads[i])
      if (accepted !== payments) throw new Error(`${payments} payments were sent, ${accepted} accepted`)
    })
    const wall = (stopwatch() - start) / 1000
    const after = await this.#ask({ kind: 'cpu' }, 'cpu')
    agent.destroy()
    return { cpu: after.seconds - before.seconds, wall }
  }

  /** A round of bodies in the process's memory. */
  take(first: number): Promise<Round> {
    const { bodies, payments, since } = this.#sending
    return this.#ask({ kind: 'take', first, bodies, payments, since }, 'taken')
  }

  /** A round of a topic of Kafka. `isWatched`: with the time for which its event loop is blocked, which costs processor time itself. */
  read(broker: string, topic: string, payments: number, isWatched: boolean): Promise<TopicRound> {
    return this.#ask({ kind: 'read', broker, topic, payments, isWatched }, 'topic')
  }

  /** Like `take`: the share of the main thread's time by room. */
  async profile(first: number): Promise<Readonly<Record<string, number>>> {
    const { bodies, payments, since } = this.#sending
    return (await this.#ask({ kind: 'profile', first, bodies, payments, since }, 'profiled')).parts
  }

  end(): Promise<Extract<Answer, { kind: 'ended' }>> {
    return this.#ask({ kind: 'end' }, 'ended')
  }

  #ask<K extends Answer['kind']>(ask: Ask, kind: K): Promise<Extract<Answer, { kind: K }>> {
    const answer = nextMessage(this.#child, kind)
    this.#child.send(ask)
    return answer
  }
}

/** The next message of a kind. Rejects if the process ends without it. */
function nextMessage<K extends Answer['kind']>(child: ChildProcess, kind: K): Promise<Extract<Answer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the process that takes payments ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (answer: Answer) => {
      child.off('exit', ended)
      if (answer.kind === kind) resolve(answer as Extract<Answer, { kind: K }>)
      else reject(new Error(`a message '${answer.kind}' instead of '${kind}'`))
    })
  })
}

function post(agent: Agent, port: number, body: Buffer): Promise<{ readonly accepted: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length }
    const posting = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/sources/payments/events', headers }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => (response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text))))
      response.on('error', reject)
    })
    posting.on('error', reject)
    posting.end(body)
  })
}
