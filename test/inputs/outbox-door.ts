/**
 * Random outboxes in PostgreSQL: valid, damaged and noise payloads as text or jsonb, each an event, a duplicate, or a dead letter with its
 * text.
 */
import type { Random } from '../../src/base/random.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { readOutbox } from '../postgres/reading.ts'
import { Run } from '../../src/run/loop/run.ts'
import { entriesOf, logOf } from '../crash/inspect.ts'
import { ModelStore } from '../crash/model-store.ts'
import type { Cluster } from '../postgres/cluster.ts'
import { outboxOptions } from '../postgres/outboxes.ts'
import type { Account } from './account.ts'
import { missingRows, rowKey } from './conservation.ts'
import { CountingTarget } from './counting-target.ts'
import { damagedLine, noise } from './damage.ts'
import { below, chance, jsonLine, randomRow, randomSource, type Row } from './generate.ts'
import { nothing } from './http-answer.ts'
import { NOW, pipelineOf } from './one-source.ts'
import { randomMap } from './random-file.ts'
import { SpyMap } from './spy-map.ts'

const ROWS = 120
const PAGE_ROWS = 40
const DAMAGED = 0.3
const NOISE = 0.05
const NULLS = 0.03

export async function accountOutbox(next: Random, server: Cluster, table: string): Promise<Account> {
  const spy = chance(next, 0.3) ? new SpyMap(randomMap(next)) : undefined
  const source: SourceIR = { ...randomSource(next), ...(spy && { mapVersion: '1' }) }
  const type = chance(next, 0.6) ? 'text' : 'jsonb'
  const payloads = randomPayloads(next, source)
  const written = await writeOutbox(server, table, type, payloads)
  const store = new ModelStore({ commits: [] }, true)
  const ir = pipelineOf(source)
  const maps = new Map(spy ? [[source.name, spy.call]] : [])
  const run = new Run({ ir, maps, scores: new Map(), fingerprint: 'outbox' }, { store, clock: () => NOW })
  const counting = new CountingTarget(run)
  try {
    await readOutbox(counting, source, outboxOptions(server, table, { pageRows: PAGE_ROWS }), new AbortController().signal)
    await run.stop()
  } catch (error) {
    return { ...nothing, crashed: 1, faults: [`outbox: ${String((error as Error).stack)}`] }
  }
  const { accepted, duplicates, rejected } = counting
  const { segments, strings } = logOf(ir, store.disk)
  const rows = entriesOf(ir, segments, strings).flatMap(entry => ('event' in entry ? [rowKey(source, entry.event.row)] : []))
  const { calls, outcomes, skips } = spy?.counts ?? { calls: 0, outcomes: 0, skips: 0 }
  const due = written.size - calls + outcomes
  const faults: string[] = []
  if (accepted + duplicates + rejected + skips !== due)
    faults.push(`${due} outcomes were due, and ${accepted} + ${duplicates} + ${rejected} came, ${skips} skipped`)
  if (rows.length !== accepted) faults.push(`${accepted} were accepted, and the log has ${rows.length}`)
  if (store.dead.length !== rejected) faults.push(`${rejected} were rejected, and there are ${store.dead.length} dead letters`)
  for (const { place, raw, reason } of store.dead) {
    const stood = written.get(Number(/\d+$/.exec(place)))
    const isOfLog = reason === 'conflict' || reason === 'stale-revision'
    if (stood === undefined || (!isOfLog && raw !== (stood.text ?? 'null'))) faults.push(`the dead letter ${place} is not what stood there`)
  }
  const sound = [...written.values()].flatMap(({ row }) => (row ? [rowKey(source, row)] : []))
  if (source.id === undefined && !spy) faults.push(...missingRows(sound, rows))
  return {
    ...nothing,
    accepted,
    dead: rejected,
    duplicate: duplicates,
    skipped: skips,
    unaccounted: faults.length,
    faults: faults.map(fault => `outbox: ${fault}`),
  }
}

interface Payload {
  readonly text: string | null
  /** The row that must be accepted; undefined for others. */
  readonly row: Row | undefined
}

/** Texts that PostgreSQL accepts: UTF-8 without the character 0. */
function randomPayloads(next: Random, source: SourceIR): Payload[] {
  return Array.from({ length: ROWS }, () => {
    if (chance(next, NULLS)) return { text: null, row: undefined }
    const text = (bytes: Buffer) => bytes.toString('utf8').replaceAll('\0', '\u0001')
    if (chance(next, NOISE)) return { text: text(noise(next, below(next, 60))), row: undefined }
    const row = randomRow(next, source)
    const line = jsonLine(next, source, row)
    return chance(next, DAMAGED) ? { text: text(damagedLine(next, line, 'ndjson')), row: undefined } : { text: line, row }
  })
}

/** Rows by id, as they are stored. PostgreSQL rejects invalid `jsonb` at the insert, and normalises valid values. */
async function writeOutbox(
  server: Cluster,
  table: string,
  type: 'text' | 'jsonb',
  payloads: readonly Payload[],
): Promise<Map<number, Payload>> {
  return server.withClient(1, async sql => {
    await sql.unsafe(`
      CREATE TABLE ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), payload ${type});
      CREATE INDEX ON ${table} (xid, id)`)
    const written = new Map<number, Payload>()
    for (const { text, row } of payloads) {
      const statement = `INSERT INTO ${table} (payload) VALUES ($1::text::${type}) RETURNING id::int AS id, payload::text AS text`
      const [inserted] = await sql.unsafe<{ id: number; text: string | null }[]>(statement, [text]).catch(() => [])
      if (inserted) written.set(inserted.id, { text: inserted.text, row })
    }
    return written
  })
}
