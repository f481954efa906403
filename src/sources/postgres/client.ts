/**
 * Client of PostgreSQL: the package `postgres`, which users install who read from a database.
 *
 * All sessions show values in one format, whatever the server's settings; `value.ts` parses it.
 */
import { addAbortListener } from 'node:events'
import { Socket } from 'node:net'
import type { Sql } from 'postgres'
import { SpillwayError, limits } from '../../base/index.ts'
import type { DatabaseSettings } from './settings.ts'
import { SilenceWatch, type WatchedClient } from './silence-watch.ts'

/** `GMT`, since a server without a time zone database does not know `UTC`. */
const SESSION_SETTINGS = {
  application_name: 'spillway',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'GMT',
  bytea_output: 'hex',
  extra_float_digits: '1',
} as const

/**
 * Settings of a replication connection. While the table is copied, the slot is in an idle transaction. A server with a short
 * `wal_sender_timeout` would end a paused stream between two status messages; a server without a timeout sends nothing while it decodes a
 * long transaction of other tables, and would count as silent. The driver leaves out a setting that is the number 0.
 */
const REPLICATION_SETTINGS = {
  ...SESSION_SETTINGS,
  idle_in_transaction_session_timeout: '0',
  wal_sender_timeout: limits.POSTGRES_SILENCE_MS,
  replication: 'database',
} as const

/** A client with one connection. */
export interface DatabaseClient extends WatchedClient {
  /** Aborted once the client has ended. */
  readonly ended: AbortSignal
}

/** A client with one lazy connection. `replication`: for replication commands. Throws `SPILL_PACKAGE` if the package is missing. */
export async function openClient(database: DatabaseSettings, replication = false): Promise<DatabaseClient> {
  const { url, sslMode, host, user, name } = database
  const postgres = await loadDriver()
  const options = {
    ...(host !== undefined && { host }),
    ...(user !== undefined && { username: user }),
    ...(name !== undefined && { database: name }),
    ...(!/[?&]ssl(mode)?=/.test(url ?? '') && { ssl: sslOf(sslMode) }),
    connection: replication ? REPLICATION_SETTINGS : SESSION_SETTINGS,
    max: 1,
    connect_timeout: limits.POSTGRES_CONNECT_MS / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
  }
  try {
    return extendClient(url === undefined ? postgres(options) : postgres(url, options), () => openClient(database))
  } catch {
    // The thrown error may contain the address, and with it a password.
    throw new SpillwayError(
      'SPILL_INPUT',
      'the address of the database cannot be read: postgres://user:password@host/database, special characters as %xx',
    )
  }
}

/**
 * The `ssl` option for a PGSSLMODE, as in libpq. The default `prefer` encrypts if the server can. `allow` does the same here, instead of
 * only if the server requires encryption, since the package does not retry a connection.
 */
function sslOf(mode = 'prefer'): false | 'require' {
  if (mode === 'disable') return false
  return (mode === 'allow' ? 'prefer' : mode) as 'require'
}

/**
 * Adds the members of `DatabaseClient`, and makes `end` release the socket. Otherwise the socket stays open until the server closes it, and
 * a server that waits for a lock, or is unreachable, would delay the end of the process. The package treats a socket option as connected;
 * removing the option in the callback makes it connect the socket itself.
 */
function extendClient(client: Sql, openAnother: () => Promise<Sql>): DatabaseClient {
  const options = client.options as { socket?: () => Socket }
  let socket: Socket | undefined
  const offer = () => {
    options.socket = () => {
      delete options.socket
      return (socket = new Socket().once('connect', offer).once('close', offer))
    }
  }
  offer()
  const end = client.end.bind(client)
  const ended = new AbortController()
  return Object.assign(client, {
    bytesReceived: () => socket?.bytesRead ?? 0,
    openAnother,
    ended: ended.signal,
    end: async (how?: { timeout?: number }) => {
      await end(how)
      ended.abort()
      // The socket is still connecting, for which the package has a timer.
      if (socket?.bytesRead === 0) socket.destroy()
      else socket?.unref()
    },
  })
}

async function loadDriver(): Promise<typeof import('postgres')> {
  try {
    return (await import('postgres')).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SpillwayError('SPILL_PACKAGE', `a source in PostgreSQL needs the package 'postgres': npm install postgres@3`, {
      cause: error,
    })
  }
}

/**
 * Ends a client with all its statements when the signal comes: a statement may wait for a lock, or for a server that no longer answers. It
 * then throws as for a lost connection.
 */
const endAt = (signal: AbortSignal, client: Sql): Disposable => addAbortListener(signal, () => void client.end({ timeout: 0 }))

/** When reading with a client ends early. */
export interface ReadLimits {
  readonly signal: AbortSignal
  /** `use` ends by itself at the signal; the signal ends the client only until the server has answered. */
  readonly endsItself?: boolean
  /** Silence after which it is checked that the server still has the session; default POSTGRES_SILENCE_MS. */
  readonly silenceMs?: number | undefined
}

/**
 * The items that `use` reads with a client, and its result. Ends the client afterwards; the signal ends it earlier. A server that vanishes
 * is an error of a lost connection.
 */
export async function* readWithClient<T, R>(
  client: DatabaseClient,
  use: (client: DatabaseClient) => AsyncGenerator<T, R>,
  { signal, endsItself = false, silenceMs }: ReadLimits,
): AsyncGenerator<T, R> {
  using ending = endAt(signal, client)
  using watch = new SilenceWatch(client, silenceMs)
  try {
    await watch.identify()
    if (endsItself) ending[Symbol.dispose]()
    return yield* use(client)
  } catch (error) {
    throw watch.errorOf(error)
  } finally {
    await client.end({ timeout: 0 })
  }
}

/** Runs an action, and ends the client when the signal comes. */
export async function endOnAbort<T>(signal: AbortSignal, client: Sql, action: () => Promise<T>): Promise<T> {
  using _ = endAt(signal, client)
  return await action()
}

/**
 * The result of a transaction, or the error of a lost connection once the client has ended: then the transaction itself may never settle.
 */
export async function rejectOnEnd<T>(client: DatabaseClient, transaction: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  using _ = addAbortListener(client.ended, () => reject(Object.assign(new Error('the client was ended'), { code: 'CONNECTION_ENDED' })))
  return await Promise.race([transaction, promise])
}
