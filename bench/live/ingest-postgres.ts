/**
 * The baseline of `bench ingest`: the same payments by COPY, one transaction a body, and the processor time of all of the server's
 * processes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stopwatch } from '../../src/base/clock.ts'
import type { Round, Sending } from './ingest-sender.ts'
import { copyOf, type LogContents } from './payments.ts'
import type { Postgres } from './postgres.ts'
import { runConcurrently } from './concurrency.ts'

/** Clock ticks of `/proc/PID/stat`. */
const TICKS_PER_SECOND = 100

export class CopyPeer {
  readonly #server: Postgres
  readonly #sending: Sending

  private constructor(server: Postgres, sending: Sending) {
    this.#server = server
    this.#sending = sending
  }

  static async start(server: Postgres, sending: Sending): Promise<CopyPeer> {
    await server.withClient(1, async sql => {
      await sql`DROP TABLE IF EXISTS payment`
      await sql`
        CREATE TABLE payment (
          id text PRIMARY KEY, card text NOT NULL, terminal text NOT NULL, amount numeric(15, 2) NOT NULL, at timestamptz NOT NULL)`
    })
    return new CopyPeer(server, sending)
  }

  async send(first: number): Promise<Round> {
    const { bodies, payments, inFlight, since } = this.#sending
    const payloads = Array.from({ length: bodies }, (_, i) => copyOf(first + i * payments, payments, since))
    return this.#server.withClient(inFlight, async sql => {
      await Promise.all(Array.from({ length: inFlight }, () => sql`SELECT pg_sleep(0.1)`))
      const [cpu, start] = [cpuSeconds(this.#server.pid), stopwatch()]
      await runConcurrently(bodies, inFlight, async i => {
        await pipeline(Readable.from([payloads[i]]), await sql`COPY payment (id, card, terminal, amount, at) FROM STDIN`.writable())
      })
      const wall = (stopwatch() - start) / 1000
      return { cpu: cpuSeconds(this.#server.pid) - cpu, wall }
    })
  }

  async end(): Promise<LogContents> {
    return this.#server.withClient(1, async sql => {
      const [{ events, ids, cents }] = await sql<{ events: number; ids: number; cents: number }[]>`
        SELECT count(*)::int AS events, count(DISTINCT id)::int AS ids, (sum(amount) * 100)::float8 AS cents FROM payment`
      await sql`DROP TABLE payment`
      return { events, ids, cents }
    })
  }
}

/** Processor time of a process and of its current and former children. Linux only: 0 elsewhere. */
function cpuSeconds(server: number): number {
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(name)
    if (Number(name) === server) ticks += sumOf(fields, 11, 15)
    else if (Number(fields[1]) === server) ticks += sumOf(fields, 11, 13)
  }
  return ticks / TICKS_PER_SECOND
}

const sumOf = (fields: readonly string[], from: number, to: number): number =>
  fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0)

/** The fields after the name, from the state on; none for a process that has ended. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
