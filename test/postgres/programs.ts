/**
 * The programs of a PostgreSQL server from Debian: installed on this machine, or unpacked from its packages into a folder. The server finds
 * its files beside its programs, wherever they are.
 */
import { existsSync, globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isOurs, librariesOf, unpackPackages } from '../debian/unpack.ts'

/** Folder of the unpacked packages. For root the server runs as another user, who may not be able to read this checkout. */
const UNPACKED = process.getuid?.() === 0 ? join(tmpdir(), 'spillway-postgres') : resolve('.peers/debian')

export interface Programs {
  readonly postgres: string
  readonly initdb: string
  /** Their environment variables. */
  readonly env: Readonly<Record<string, string>>
}

/** The newest server on this machine, if any. */
export function serverPrograms(): Programs | undefined {
  for (const root of ['/', ...(isOurs(UNPACKED) ? [UNPACKED] : [])]) {
    const folder = globSync(join(root, 'usr/lib/postgresql/*/bin'))
      .filter(bin => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')))
      .sort()
      .at(-1)
    if (folder !== undefined) return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb'), env: librariesOf(root) }
  }
  return undefined
}

/** Installs a server, unless there is one. Throws with the reason if that is impossible: no Debian, no network. Bounded in time. */
export function bringServer(): void {
  if (serverPrograms()) return
  unpackPackages(['postgresql'], UNPACKED)
  if (!serverPrograms()) throw new Error(`the packages of postgresql have no server for this machine`)
}
