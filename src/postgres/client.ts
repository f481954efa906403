/**
 * The client of PostgreSQL: the package `postgres`, which users install who read from one.
 *
 * Every session shows values in one form, whatever the server's settings: `value.ts` reads it.
 */
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
    ...(sslMode !== undefined && !/[?&]ssl(mode)?=/.test(url ?? '') && { ssl: sslMode === 'disable' ? false : (sslMode as 'require') }),
    connection: replication ? { ...FORM, replication: 'database' } : FORM,
    max: 1,
    connect_timeout: limits.POSTGRES_CONNECT_MS / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
  }
  try {
    return url === undefined ? postgres(options) : postgres(url, options)
  } catch {
    // Whatever is wrong with the address, what was thrown may hold it.
    throw new SpillwayError(
      'SPILL_INPUT',
      'the address of the database cannot be read: postgres://user:password@host/database, special characters as %xx',
    )
  }
}

async function driver(): Promise<typeof import('postgres')> {
  try {
    return (await import('postgres')).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SpillwayError('SPILL_INPUT', `a source in PostgreSQL needs the package 'postgres': npm install postgres@3`, { cause: error })
  }
}

/** Gives a client to `use`, and ends it with everything that is under way. */
export async function withClient<T>(client: Sql, use: (client: Sql) => Promise<T>): Promise<T> {
  try {
    return await use(client)
  } finally {
    await client.end({ timeout: 0 })
  }
}
