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

/** `GMT`, since a server without a time zone database does not know `UTC`. */
const SESSION_SETTINGS = {
  application_name: 'spillway',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'GMT',
  bytea_output: 'hex',
  extra_float_digits: '1',
} as const

/** A client with one lazy connection. `replication`: for replication commands. Throws `SPILL_PACKAGE` if the package is missing. */
export async function openClient({ url, sslMode, host, user, name }: DatabaseSettings, replication = false): Promise<Sql> {
  const postgres = await loadDriver()
  const options = {
    ...(host !== undefined && { host }),
    ...(user !== undefined && { username: user }),
    ...(name !== undefined && { database: name }),
    ...(!/[?&]ssl(mode)?=/.test(url ?? '') && { ssl: sslOf(sslMode) }),
    // A slot is in a transaction while the table is copied.
    connection: replication ? { ...SESSION_SETTINGS, idle_in_transaction_session_timeout: 0, replication: 'database' } : SESSION_SETTINGS,
    max: 1,
    connect_timeout: limits.POSTGRES_CONNECT_MS / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
  }
  try {
    return withSocketRelease(url === undefined ? postgres(options) : postgres(url, options))
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
 * Makes `end` release the socket. Otherwise the socket stays open until the server closes it, and a server that waits for a lock, or is
 * unreachable, would delay the end of the process. The package treats a socket option as connected; removing the option in the callback
 * makes it connect the socket itself.
 */
function withSocketRelease(client: Sql): Sql {
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
  return Object.assign(client, {
    end: async (how?: { timeout?: number }) => {
      await end(how)
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
const endAt = (signal: AbortSignal | undefined, client: Sql): Disposable | undefined =>
  signal && addAbortListener(signal, () => void client.end({ timeout: 0 }))

/** The items that `use` reads with a client, and its result. Ends the client afterwards; the signal ends it earlier. */
export async function* readWithClient<T, R>(
  client: Sql,
  use: (client: Sql) => AsyncGenerator<T, R>,
  signal?: AbortSignal,
): AsyncGenerator<T, R> {
  using _ = endAt(signal, client)
  try {
    return yield* use(client)
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
 * The result of a transaction, or the error of a lost connection at the signal. After the client ends, the transaction itself may never
 * settle.
 */
export async function rejectOnAbort<T>(signal: AbortSignal, transaction: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  using _ = addAbortListener(signal, () => reject(Object.assign(new Error('the client was ended'), { code: 'CONNECTION_ENDED' })))
  return await Promise.race([transaction, promise])
}
