/** The door that `bench ingest` measures: `POST` with NDJSON, answered once all of it is durable. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ndjsonBatches } from '../../src/files/ndjson.ts'
import type { Receipt } from '../../src/run/appender.ts'
import type { Run } from '../../src/run/run.ts'

export interface Door {
  readonly port: number
  close(): Promise<void>
}

export async function openDoor(run: Run, source: string): Promise<Door> {
  const server: Server = createServer((request: IncomingMessage, response) => {
    takeBody(run, source, request).then(
      taken => response.end(JSON.stringify(taken)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

export interface Taken {
  accepted: number
  duplicates: number
  refused: number
}

/** The lines of a stream of bytes into a source, as fast as it takes them. */
export async function takeBody(run: Run, source: string, chunks: AsyncIterable<Buffer>): Promise<Taken> {
  const receipts: Promise<Receipt>[] = []
  for await (const { batch } of ndjsonBatches(chunks, 'http')) {
    await run.room()
    receipts.push(run.submit(source, batch))
  }
  const taken: Taken = { accepted: 0, duplicates: 0, refused: 0 }
  for (const { accepted, duplicates, refused } of await Promise.all(receipts)) {
    taken.accepted += accepted
    taken.duplicates += duplicates
    taken.refused += refused
  }
  return taken
}
