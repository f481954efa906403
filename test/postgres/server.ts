/** A PostgreSQL server of a test file, in a temporary folder, while the file runs. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { DatabaseSettings } from '../../src/sources/postgres/settings.ts'
import { Cluster, makeCluster, USER } from './cluster.ts'
import { serverPrograms } from './programs.ts'

/** Reason why tests that need a server are skipped; false if there is one. `npm test` tries to install it. */
export const skip = serverPrograms() ? false : 'there is no PostgreSQL: npm run peers -- postgres'

const forTests = { wal_level: 'logical', fsync: 'off', max_prepared_transactions: '4', wal_sender_timeout: '5s' }

/** A server in a temporary folder, while `use` runs. Throws if there is none. */
export async function withServer<T>(use: (server: Cluster) => Promise<T>, settings: Readonly<Record<string, string>> = {}): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-cluster-'))
  let cluster: Cluster | undefined
  try {
    chmodSync(folder, 0o755)
    makeCluster(join(folder, 'data'))
    cluster = await Cluster.start(join(folder, 'data'), { ...forTests, ...settings })
    return await use(cluster)
  } finally {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A server that runs during the tests of this file. */
export function ownServer(settings: Readonly<Record<string, string>> = {}, ready: (cluster: Cluster) => void = () => {}): () => Cluster {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-cluster-'))
  let cluster: Cluster | undefined
  before(async () => {
    if (skip) return
    chmodSync(folder, 0o755)
    makeCluster(join(folder, 'data'))
    cluster = await Cluster.start(join(folder, 'data'), { ...forTests, ...settings })
    ready(cluster)
  })
  after(async () => {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return () => cluster!
}

export const databaseAt = ({ host }: Cluster): DatabaseSettings => ({ host, user: USER, name: 'postgres' })
