/** Where a database is and who asks: from the environment, or a file that it names, so that no secret stands on a command line or in a message. */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../base/errors.ts'

/** What is not given is as for PostgreSQL's own programs: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE. */
export interface Database {
  readonly url?: string | undefined
  /**
   * `disable`, `prefer` (the default: encrypts if the server can), `require` (encrypts, does not check the certificate) or `verify-full`.
   * A mode in the URL takes precedence.
   */
  readonly sslMode?: string | undefined
  readonly host?: string
  readonly user?: string
  readonly name?: string
}

type Environment = Readonly<Record<string, string | undefined>>

const ADDRESS = 'DATABASE_URL'

/**
 * The database whose address stands in the variable `variable`, or in the file that `variable_FILE` names; without either that of the PG…
 * variables. Throws `SPILL_INPUT` if one that was asked for is not there, or is no address. What it holds is never said.
 */
export function databaseOf(env: Environment, variable?: string): Database {
  const name = variable ?? ADDRESS
  const url = env[name] ?? fileOf(env, `${name}_FILE`)
  if (url === undefined && variable !== undefined)
    throw new SpillwayError(
      'SPILL_INPUT',
      `neither ${variable} nor ${variable}_FILE is set: it is to hold postgres://user:password@host/database`,
    )
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url))
    throw new SpillwayError('SPILL_INPUT', `${name} is no address of the form postgres://user:password@host/database`)
  return { url, sslMode: env['PGSSLMODE'] }
}

function fileOf(env: Environment, variable: string): string | undefined {
  const path = env[variable]
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `cannot be read (${variable}): ${(error as Error).message}`, { place: path })
  }
}
