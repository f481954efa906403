/**
 * The process of kind `postgres`: reads an outbox and the changes of a table, like `spillway run --source`, on a slow disk, so that a kill
 * or a lost connection is often between a row and its commit. Arguments: its data folder, the receiver's address, the file of decisions,
 * the socket of the server, the addresses of both tables, milliseconds for each fsync, and `once` to end at their end.
 */
import { writeFileSync } from 'node:fs'
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { callAfter } from '../../src/base/clock.ts'
import { DecisionFile } from '../../src/cli/run/run-output.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { feedSource } from '../../src/sources/reader/source-feed.ts'
import type { SourceReader } from '../../src/sources/reader/source-reader.ts'
import { openReaders } from '../../src/sources/open-readers.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { USER } from '../postgres/cluster.ts'
import { HOOK } from './alerts.ts'
import { copiedRowsFile, tables } from './tables.ts'

/** Factor on the interval between two attempts. */
const SOONER = 20

/** The reader, which notes in a file how many rows of a copied table it has read. */
const notingCopy = (reader: SourceReader, file: string): SourceReader => ({
  name: reader.name,
  async *read(context) {
    for await (const batch of reader.read(context)) {
      const { state, file: copy } = JSON.parse(batch.position!) as { readonly state?: string; readonly file?: { readonly line: number } }
      if (state === 'copied') writeFileSync(file, String(copy!.line))
      yield batch
    }
  },
  close: async () => reader.close?.(),
  onCommitted: (position, partition) => reader.onCommitted?.(position, partition),
})

const [data, hook, decisions, host, orders, moves, fsyncMs, once] = process.argv.slice(2)
Object.assign(process.env, { PGHOST: host, PGUSER: USER, PGDATABASE: 'postgres' })
delete process.env['DATABASE_URL']
const out = new DecisionFile(decisions, { onReport: report => console.error(report) })
const running = await LiveRun.inFolder(await openDataFolder(data, { fsyncMs: Number(fsyncMs) }), tables, {
  sendings: await openActionDestinations(tables, { [HOOK]: hook }),
  after: (ms, act) => callAfter(ms / SOONER, act),
  onDecisions: stretches => out.write(stretches),
})
const { run } = running
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
console.error('reading')
const inputs = tables.ir.sources.map(({ name }, i) => ({ source: name, input: [orders, moves][i] }))
const readers = openReaders(tables, inputs, { env: process.env, data })
const options = { follow: once !== 'once', signal: stop.signal, onWarning: (text: string) => console.error(text) }
const reading = readers.map(({ source, reader }) => feedSource(run, source, notingCopy(reader, copiedRowsFile(decisions)), options))
await Promise.race([Promise.all(reading), run.ended])
await running.stop()
out.close()
