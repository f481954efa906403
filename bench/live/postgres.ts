/** The PostgreSQL of benches: a cluster in an ignored folder, running during a bench. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { Cluster } from '../../test/postgres/cluster.ts'
import { serverPrograms } from '../../test/postgres/programs.ts'
import { MissingPeerError } from '../bench.ts'

export const CLUSTER = '.peers/postgres'

export class Postgres {
  readonly version: string
  readonly #cluster: Cluster

  private constructor(cluster: Cluster, version: string) {
    this.#cluster = cluster
    this.version = version
  }

  /** Throws `MissingPeerError` without a cluster. */
  static async start(): Promise<Postgres> {
    if (serverPrograms() === undefined || !existsSync(join(CLUSTER, 'PG_VERSION')))
      throw new MissingPeerError('postgres', 'npm run peers -- postgres')
    const cluster = await Cluster.start(CLUSTER, { synchronous_commit: 'on', fsync: 'on' })
    const [{ version }] = await cluster.withClient(
      1,
      sql => sql<{ version: string }[]>`SELECT current_setting('server_version') AS version`,
    )
    return new Postgres(cluster, version)
  }

  /** The server's first process, the parent of its others. */
  get pid(): number {
    return this.#cluster.pid
  }

  /** Uses a client with this many connections, opened on first use. */
  withClient<T>(connections: number, use: (client: Sql) => Promise<T>): Promise<T> {
    return this.#cluster.withClient(connections, use)
  }

  stop(): Promise<void> {
    return this.#cluster.stop()
  }
}
