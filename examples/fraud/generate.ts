/**
 * Writes the payments of a generated city as NDJSON, in order of time, and in separate files the chargebacks and the planted frauds
 * (`simulator.ts`). The same options give the same bytes on every machine.
 *
 *     node generate.ts --out payments.ndjson --labels chargebacks.ndjson --planted planted.ndjson --summary
 *     node generate.ts --start today --pace 1x        as it happens, to standard output
 *     node generate.ts --rate 1000                    a thousand payments a second
 *
 * Ends after its days, and with `--labels` when the last fraud is known. Memory does not grow with days.
 */
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { command } from '../command.ts'
import { linesOf, type Line } from './lines.ts'
import { requestOf, usage, type Request } from './request.ts'
import { Simulator } from './simulator.ts'

/** Characters of one write. */
const CHUNK = 1 << 18
const SLICE_MS = 50

export interface Chunk {
  readonly to: Line['to']
  readonly text: string
}

/** The lines of all requested files, in chunks for one file each; with a pace, each when it is due. */
export async function* chunks(simulator: Simulator, request: Request): AsyncGenerator<Chunk> {
  const { start, pace, rate, passed } = request
  const began = performance.now()
  const held = { payments: '', labels: '', planted: '' }
  let payments = 0
  for (const { to, at, text } of linesOf(simulator, start)) {
    if (to !== 'payments' && request[to] === undefined) continue
    const due = pace ? ((at - passed) / pace) * 1000 : rate ? (payments / rate) * 1000 : 0
    const early = due > 0 ? due - (performance.now() - began) : 0
    if (early > SLICE_MS) {
      yield* flush(held)
      await sleep(early)
    }
    held[to] += text
    if (to === 'payments') payments++
    if (held[to].length >= CHUNK) yield* flush(held)
  }
  yield* flush(held)
}

/** The collected lines, payments first. */
function* flush(held: Record<Line['to'], string>): Generator<Chunk> {
  for (const to of ['payments', 'planted', 'labels'] as const) {
    if (held[to] !== '') yield { to, text: held[to] }
    held[to] = ''
  }
}

async function write(request: Request): Promise<number> {
  const { out, labels, planted, summary } = request
  const simulator = new Simulator(request)
  const fileAt = (path: string | undefined): Writable | undefined => (path === undefined ? undefined : createWriteStream(path))
  const outputs = { payments: fileAt(out) ?? process.stdout, labels: fileAt(labels), planted: fileAt(planted) }
  const streams = Object.values(outputs).filter(stream => stream !== undefined)
  const failed = new Promise<never>((_, reject) => streams.forEach(stream => stream.once('error', reject)))
  const all = async (): Promise<void> => {
    for await (const { to, text } of chunks(simulator, request)) {
      const output = outputs[to]
      if (output && !output.write(text)) await new Promise<void>(resolve => output.once('drain', resolve))
    }
    for (const stream of streams) if (stream !== process.stdout) await new Promise<void>(resolve => stream.end(resolve))
  }
  await Promise.race([all(), failed])
  if (summary) (out === undefined ? process.stderr : process.stdout).write(`${JSON.stringify(simulator.planted, undefined, 2)}\n`)
  return 0
}

if (import.meta.main) await command(usage, requestOf, write)
