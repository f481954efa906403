/**
 * Database settings: address and user, from the environment or from a file that it names, so that no secret is on a command line or in a
 * message.
 */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'

/** Missing settings default as in PostgreSQL's own programs: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE. */
export interface DatabaseSettings {
  readonly url?: string | undefined
  /**
   * `disable`, `prefer` (the default: encrypts if the server can), `require` (encrypts, does not check the certificate) or `verify-full`. A
   * mode in the URL takes precedence.
   */
  readonly sslMode?: string | undefined
  readonly host?: string
  readonly user?: string
  readonly name?: string
}

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_VARIABLE = 'DATABASE_URL'

/**
 * The database whose address is in the variable `variable`, or in the file that `variable_FILE` names; without either, the PG… variables
 * apply. Throws `SPILL_INPUT` if a requested variable is not set, or is not an address. Messages never contain the address.
 */
export function databaseSettings(env: Environment, variable?: string): DatabaseSettings {
  const name = variable ?? DEFAULT_VARIABLE
  const url = env[name] ?? readSecretFile(env, `${name}_FILE`)
  if (url === undefined && variable !== undefined)
    throw new SpillwayError(
      'SPILL_INPUT',
      `neither ${variable} nor ${variable}_FILE is set; set it to postgres://user:password@host/database`,
    )
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url))
    throw new SpillwayError('SPILL_INPUT', `${name} is not an address of the form postgres://user:password@host/database`)
  return { url, sslMode: env['PGSSLMODE'] }
}

function readSecretFile(env: Environment, variable: string): string | undefined {
  const path = env[variable]
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `cannot be read (${variable}): ${(error as Error).message}`, { place: path })
  }
}

/** Options shared by both ways of reading a table. */
export interface TableReadOptions {
  readonly database: DatabaseSettings
  /** The table as SQL names it: `outbox`, `sales.outbox`. */
  readonly table: string
  /** Milliseconds without an answer after which it is checked that the server still has the session; default POSTGRES_SILENCE_MS. */
  readonly silenceMs?: number
}
