/**
 * The client of PostgreSQL: the package `postgres`, which users install who read from one.
 *
 * Every session shows values in one form, whatever the server's settings: `value.ts` reads it.
 */
import { Socket } from 'node:net'
import type { Sql } from 'postgres'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Database } from './settings.ts'

/** `GMT`, since a server without a time zone database knows no `UTC`. */
const FORM = {
  application_name: 'spillway',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'GMT',
  bytea_output: 'hex',
  extra_float_digits: '1',
} as const

/** A client with one connection, made when it is first needed. `replication`: for the commands of replication. Throws `SPILL_INPUT` without the package. */
export async function openClient({ url, sslMode, host, user, name }: Database, replication = false): Promise<Sql> {
  const postgres = await driver()
  const options = {
    ...(host !== undefined && { host }),
    ...(user !== undefined && { username: user }),
    ...(name !== undefined && { database: name }),
    ...(!/[?&]ssl(mode)?=/.test(url ?? '') && { ssl: sslOf(sslMode) }),
    connection: replication ? { ...FORM, replication: 'database' } : FORM,
    max: 1,
    connect_timeout: limits.POSTGRES_CONNECT_MS / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
  }
  try {
    return lettingGo(url === undefined ? postgres(options) : postgres(url, options))
  } catch {
    // Whatever is wrong with the address, what was thrown may hold it.
    throw new SpillwayError(
      'SPILL_INPUT',
      'the address of the database cannot be read: postgres://user:password@host/database, special characters as %xx',
    )
  }
}

/**
 * The `ssl` option for a PGSSLMODE, as in libpq. The default, `prefer`, encrypts if the server can. `allow` does the same here, and not
 * only if the server requires encryption: the package does not retry a connection.
 */
function sslOf(mode = 'prefer'): false | 'require' {
  if (mode === 'disable') return false
  return (mode === 'allow' ? 'prefer' : mode) as 'require'
}

/**
 * A client whose end lets go of its connection: the socket stays open until the server closes it too, and one that waits for a lock, or is away, would
 * hold up the end of the process. The package takes a socket for one that is connected; with the option gone meanwhile it connects it by itself.
 */
function lettingGo(client: Sql): Sql {
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
      // It is being connected, for which the package has a timer.
      if (socket?.bytesRead === 0) socket.destroy()
      else socket?.unref()
    },
  })
}

async function driver(): Promise<typeof import('postgres')> {
  try {
    return (await import('postgres')).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SpillwayError('SPILL_INPUT', `a source in PostgreSQL needs the package 'postgres': npm install postgres@3`, { cause: error })
  }
}

/** Gives a client to `use`, and ends it with everything that is under way: after it, or when the signal comes. */
export async function withClient<T>(client: Sql, use: (client: Sql) => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await (signal === undefined ? use(client) : endedBy(signal, client, () => use(client)))
  } finally {
    await client.end({ timeout: 0 })
  }
}

/**
 * Does something with a client that is ended at once when the signal comes meanwhile: a statement may wait for a lock, or for a server that does not
 * answer any more. What is under way then throws as for a lost connection.
 */
export async function endedBy<T>(signal: AbortSignal, client: Sql, act: () => Promise<T>): Promise<T> {
  const end = () => void client.end({ timeout: 0 })
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  try {
    return await act()
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** What a transaction gives. Its client being ended by the signal, it may never settle, and then throws as for a lost connection. */
export async function unlessEnded<T>(signal: AbortSignal, transaction: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(Object.assign(new Error('the client was ended'), { code: 'CONNECTION_ENDED' }))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([transaction, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
