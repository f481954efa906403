/**
 * Ends a connection whose server vanished without closing it: otherwise a pending statement would wait for ever.
 *
 * A statement that waits for a lock or reads a large table is silent too, and its connection cannot be used to find out. So after a
 * silence a second connection checks whether the server still has the session. A session that the server has, though its connection is
 * lost, is left to the time limits of TCP.
 */
import type { Sql } from 'postgres'
import { callEvery, limits, stopwatch, withDeadline } from '../../base/index.ts'
import { connectionLost, isConnectionLost } from './retry.ts'

/** A client with one connection. */
export interface WatchedClient extends Sql {
  /** Bytes that the connection has received so far. */
  bytesReceived(): number
  /** A second client of the same database. */
  openAnother(): Promise<Sql>
}

/** A server under load may miss one probe, and an idle session is worth keeping: it may hold the snapshot of a copy. */
const FAILED_PROBES = 3

export class SilenceWatch implements Disposable {
  readonly #client: WatchedClient
  readonly #silenceMs: number
  readonly #timer: { stop(): void }
  /** Process and start time of the session; undefined until the server has answered. */
  #session: string | undefined
  #received = 0
  #lastReceivedAt = stopwatch()
  #isProbing = false
  /** Probes in a row that were not answered. */
  #failedProbes = 0
  #probe: Sql | undefined
  #isLost = false

  constructor(client: WatchedClient, silenceMs: number = limits.POSTGRES_SILENCE_MS) {
    this.#client = client
    this.#silenceMs = silenceMs
    this.#timer = callEvery(limits.POSTGRES_STATUS_MS, () => void this.#check())
  }

  /** Reads the session of the connection from the server; the first statement. */
  async identify(): Promise<void> {
    const [{ session }] = await this.#client.unsafe<{ session: string }[]>(
      `SELECT pid || ' ' || backend_start AS session FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    )
    this.#session = session
  }

  /** The error of a statement: the loss of the server, if the watch has ended the connection. */
  errorOf(error: unknown): unknown {
    return this.#isLost && isConnectionLost(error) ? connectionLost('the server is silent', error) : error
  }

  [Symbol.dispose](): void {
    this.#timer.stop()
    void this.#probe?.end({ timeout: 0 })
  }

  async #check(): Promise<void> {
    const received = this.#client.bytesReceived()
    if (received !== this.#received) this.#lastReceivedAt = stopwatch()
    this.#received = received
    if (this.#isProbing || stopwatch() - this.#lastReceivedAt <= this.#silenceMs) return
    this.#isProbing = true
    const session = await this.#findSession()
    this.#isProbing = false
    this.#lastReceivedAt = stopwatch()
    this.#failedProbes = session === 'unknown' ? this.#failedProbes + 1 : 0
    const isLost = session === 'gone' || this.#failedProbes >= FAILED_PROBES
    if (!isLost || this.#client.bytesReceived() !== received) return
    this.#isLost = true
    await this.#client.end({ timeout: 0 })
  }

  async #findSession(): Promise<'alive' | 'gone' | 'unknown'> {
    if (this.#session === undefined) return 'gone'
    try {
      const probe = (this.#probe = await this.#client.openAnother())
      const sessions = probe`SELECT FROM pg_stat_activity WHERE pid || ' ' || backend_start = ${this.#session}`
      return await withDeadline(
        sessions.then(rows => (rows.length > 0 ? 'alive' : 'gone')),
        limits.POSTGRES_CONNECT_MS,
        () => 'unknown',
      )
    } catch (error) {
      // A server that rejects the probe, because of too many connections for example, may still have the session.
      return isConnectionLost(error) ? 'unknown' : 'alive'
    } finally {
      await this.#probe?.end({ timeout: 0 })
    }
  }
}
