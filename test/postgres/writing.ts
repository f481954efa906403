/** Transactions of several clients that begin, write, commit and roll back in a random order by a seed. */
import type { Sql } from 'postgres'
import type { Random } from '../../src/base/random.ts'
import type { Cluster } from './cluster.ts'

/** Clients with a connection each, closed after `use`. */
export async function withClients(server: Cluster, count: number, use: (...clients: Sql[]) => Promise<void>): Promise<void> {
  const clients = Array.from({ length: count }, () => server.client())
  try {
    await use(...clients)
  } finally {
    await Promise.all(clients.map(client => client.end()))
  }
}

export interface Writing {
  readonly clients: readonly Sql[]
  readonly draw: Random
  readonly until: AbortSignal
  /** Writes some numbers, each once. */
  readonly insert: (client: Sql, ...numbers: number[]) => PromiseLike<unknown>
}

/** Returns the committed numbers. */
export async function written({ clients, draw, until, insert }: Writing): Promise<number[]> {
  const open = clients.map((): number[] | undefined => undefined)
  const committed: number[] = []
  let next = 0
  while (!until.aborted) {
    const i = Math.floor(draw() * clients.length)
    const mine = open[i]
    if (mine === undefined) {
      await clients[i].unsafe('BEGIN')
      open[i] = []
    } else if (draw() < 0.6) {
      const all = Array.from({ length: 1 + Math.floor(draw() * 4) }, () => next++)
      await insert(clients[i], ...all)
      mine.push(...all)
    } else {
      const commits = draw() < 0.8
      await clients[i].unsafe(commits ? 'COMMIT' : 'ROLLBACK')
      if (commits) committed.push(...mine)
      open[i] = undefined
    }
  }
  for (const [i, mine] of open.entries()) {
    if (mine === undefined) continue
    await clients[i].unsafe('COMMIT')
    committed.push(...mine)
  }
  return committed
}
