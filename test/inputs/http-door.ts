/**
 * Random requests for a random source over HTTP, on a server with its own data folder, one after the other, and the account of each record.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../src/base/limits.ts'
import type { Random } from '../../src/base/random.ts'
import type { PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'
import { openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { SqliteReader } from '../../src/log/sqlite/reader.ts'
import { Run } from '../../src/run/loop/run.ts'
import { startServer } from '../../src/serve/listen.ts'
import { diskOf } from '../crash/folder.ts'
import { decisionsOf, entriesOf, logOf } from '../crash/inspect.ts'
import type { Account } from './account.ts'
import { missingRows, rowKey } from './conservation.ts'
import { below, chance, randomSource } from './generate.ts'
import { accountAnswer, nothing, type Answer } from './http-answer.ts'
import { NOW, pipelineOf } from './one-source.ts'
import { randomMap } from './random-file.ts'
import { drawRequest, secret, type Drawn, type HttpDoor } from './random-request.ts'
import { SpyMap } from './spy-map.ts'

const REQUESTS = 25

export interface HttpAccount extends Account {
  /** Requests by route. */
  readonly requests: Readonly<Record<HttpDoor, number>>
}

export async function accountHttp(next: Random, scratch: string): Promise<HttpAccount> {
  const folder = mkdtempSync(join(scratch, 'http-'))
  const spy = chance(next, 0.3) ? new SpyMap(randomMap(next)) : undefined
  // As long as the signature of a webhook is valid.
  const source: SourceIR = { ...randomSource(next), ...(spy && { mapVersion: '1' }), dedupe: 2000 * limits.WEBHOOK_TOLERANCE_S }
  const ir = pipelineOf(source)
  const maps = new Map(spy ? [[source.name, spy.call]] : [])
  const opened = await openDataFolder(folder)
  const run = new Run({ ir, maps, scores: new Map(), fingerprint: 'http' }, { store: opened.store, clock: () => NOW })
  const webhooks = source.id === undefined ? {} : { [source.name]: { style: 'standard', secret } as const }
  const server = await startServer({
    port: 0,
    run,
    pipeline: { ir, fingerprint: 'http' },
    data: folder,
    webhooks,
    clock: () => NOW,
    onError: () => {},
  })
  const reader = readDataFolder(folder)
  const requests = { object: 0, array: 0, lines: 0, decide: 0, webhook: 0 }
  const sound: string[] = []
  let total = nothing
  try {
    for (let i = 0; i < REQUESTS; i++) {
      const drawn = drawRequest(next, source, NOW)
      requests[drawn.door]++
      const before = { end: run.end, letters: lettersIn(reader).length, map: spy?.counts }
      const answer = await sendRequest(next, server.url, source, drawn)
      const came = accountAnswer(drawn, answer, {
        entries: run.end - before.end,
        letters: lettersIn(reader).slice(before.letters),
        map: before.map && spy?.since(before.map),
      })
      if (answer.status === 200 && source.id === undefined && !spy) sound.push(...drawn.sound)
      total = sum(total, came)
    }
  } finally {
    await server.close()
    await run.stop().catch(() => {})
    opened.release()
  }
  const faults = logFaults(ir, reader, total.accepted, sound)
  reader.close()
  rmSync(folder, { recursive: true })
  return { ...sum(total, { ...nothing, unaccounted: faults.length, faults }), requests }
}

const lettersIn = (reader: SqliteReader) => [...reader.deadLetters.dead()]

async function sendRequest(next: Random, url: string, { name }: SourceIR, { door, headers, body }: Drawn): Promise<Answer> {
  const path = { object: 'events', array: 'events', lines: 'events', decide: 'decide', webhook: 'webhook' }[door]
  const isInPieces = door === 'lines' && body.length > 0 && chance(next, 0.5)
  try {
    const response = await fetch(`${url}/sources/${name}/${path}`, {
      method: 'POST',
      headers,
      ...(isInPieces ? { body: pieces(next, body), duplex: 'half' } : { body }),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    return { status: 0, text: String((error as Error).cause ?? error) }
  }
}

/** A body of unknown length, cut anywhere. */
function pieces(next: Random, body: Buffer): ReadableStream {
  let left = body
  return new ReadableStream({
    pull(controller) {
      const length = 1 + below(next, 1 + left.length)
      controller.enqueue(left.subarray(0, length))
      left = left.subarray(length)
      if (left.length === 0) controller.close()
    },
  })
}

/** The log has the accepted records as they were sent, and a decision on each. */
function logFaults(ir: PipelineIR, reader: SqliteReader, accepted: number, sound: readonly string[]): string[] {
  const disk = diskOf(reader)
  const { segments, strings } = logOf(ir, disk)
  const rows = entriesOf(ir, segments, strings).flatMap(entry => ('event' in entry ? [rowKey(ir.sources[0], entry.event.row)] : []))
  const decisions = decisionsOf(disk).length
  return [
    ...(rows.length === accepted ? [] : [`${accepted} were accepted, and the log has ${rows.length}`]),
    ...(decisions === accepted ? [] : [`${accepted} were accepted, and ${decisions} decisions made`]),
    ...missingRows(sound, rows),
  ]
}

export function sum(a: Account, b: Account): Account {
  return {
    accepted: a.accepted + b.accepted,
    dead: a.dead + b.dead,
    duplicate: a.duplicate + b.duplicate,
    skipped: a.skipped + b.skipped,
    rejected: a.rejected + b.rejected,
    unaccounted: a.unaccounted + b.unaccounted,
    crashed: a.crashed + b.crashed,
    faults: [...a.faults, ...b.faults],
  }
}
