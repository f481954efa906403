/** The door that `bench ingest` measures: `POST` with NDJSON, answered once all of it is durable. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SourceIR } from '../../src/define/ir.ts'
import { ndjsonBatches } from '../../src/files/ndjson.ts'
import { LineReader } from '../../src/intake/line-reader.ts'
import type { Receipt } from '../../src/run/appender.ts'
import type { Run } from '../../src/run/run.ts'

export interface Door {
  readonly port: number
  close(): Promise<void>
}

export async function openDoor(run: Run, source: SourceIR): Promise<Door> {
  const lines = linesFor(source)
  const server: Server = createServer((request: IncomingMessage, response) => {
    takeBody(run, lines, request).then(
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

/** A source, and how its lines are read. */
export interface Lines {
  readonly source: SourceIR
  readonly reader: LineReader | undefined
}

export const linesFor = (source: SourceIR): Lines => ({ source, reader: LineReader.of(source) })

/** The lines of a stream of bytes into a source, as fast as it takes them. */
export async function takeBody(run: Run, { reader, source }: Lines, chunks: AsyncIterable<Buffer>): Promise<Taken> {
  const receipts: Promise<Receipt>[] = []
  for await (const { batch } of ndjsonBatches(chunks, 'http', { reader })) {
    await run.room()
    receipts.push(run.submit(source.name, batch))
  }
  const taken: Taken = { accepted: 0, duplicates: 0, refused: 0 }
  for (const { accepted, duplicates, refused } of await Promise.all(receipts)) {
    taken.accepted += accepted
    taken.duplicates += duplicates
    taken.refused += refused
  }
  return taken
}
