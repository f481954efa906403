/**
 * The processes of `bench ui`: one that fills a data folder, and one that serves a run in it as an embedding server does, with its monitor and
 * dashboard.
 *
 * Arguments: `fill FOLDER EVENTS DECISIONS`, or `serve FOLDER HOOK`.
 */
import fastify from 'fastify'
import { pause, wallClock } from '../../src/base/clock.ts'
import { letHeapGrow } from '../../src/cli/command/heap.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { closeDataFolder, openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { spillway } from '../../src/public/embed.ts'
import { Run } from '../../src/run/loop/run.ts'
import { scheduleCheckpoints } from '../../src/run/loop/live-run.ts'
import { HOOK, signalText } from './alarm-pipeline.ts'
import { answerNamedRequests } from './bench-process.ts'
import { beatOf, watchedAlarms } from './dashboard-pipeline.ts'
import { measureWork } from './process-work.ts'

/** Events of a turn: decisions are recorded in batches of a hundred, as by a run at some thousand events a second. */
const BLOCK = 1000
const BLOCKS_IN_FLIGHT = 1
const SPAN_MS = 7 * 86_400_000
const JOB_CHECK_MS = 100

/** Events of a week that ends now, some of which lead to a decision, in blocks of both sources. */
async function fill(data: string, events: number, decisions: number): Promise<void> {
  const folder = await openDataFolder(data)
  const end = wallClock()
  let filled = 0
  const clock = () => (filled < events ? end - SPAN_MS + Math.floor((filled / events) * SPAN_MS) : wallClock())
  const run = new Run(watchedAlarms, { store: folder.store, clock })
  const checkpoints = scheduleCheckpoints(run)
  const sending: Promise<unknown>[] = []
  let signals = 0
  while (filled < events) {
    const length = Math.min(BLOCK, events - filled)
    const decided = Math.round(((filled + length) / events) * decisions)
    const at = clock()
    const texts = Array.from({ length: decided - signals }, (_, i) => signalText(signals + i, 0, 0, at))
    const beats = Array.from({ length: length - texts.length }, (_, i) => beatOf(filled - signals + i, at))
    sending.push(run.submit('signals', recordBatchOf(JSON.parse(`[${texts.join(',')}]`) as object[])))
    sending.push(run.submit('beats', recordBatchOf(beats)))
    filled += length
    signals = decided
    if (sending.length >= 2 * BLOCKS_IN_FLIGHT) await Promise.all(sending.splice(0, 2))
  }
  await Promise.all(sending)
  checkpoints.stop()
  await run.stop()
  await closeDataFolder(folder)
}

/** Serves on a free port, and then answers the requests of the bench. */
async function serve(data: string, hook: string): Promise<void> {
  letHeapGrow()
  process.env[HOOK] = hook
  const app = fastify({ forceCloseConnections: true })
  await app.register(spillway, { pipeline: watchedAlarms, data, prefix: '' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { run } = app.spillway
  answerNamedRequests({
    url: () => url,
    ...measureWork(
      () => ({ events: run.counts.accepted, decisions: run.counts.decisions, fsyncs: 0 }),
      () => run.whenIdle(),
    ),
    /** Waits for a batch run that is done. */
    untilBatchRun: async () => {
      for (;;) {
        const { runs } = (await (await fetch(`${url}/runs`)).json()) as { readonly runs: readonly { readonly state: string }[] }
        if (runs.some(({ state }) => state === 'done')) return
        await pause(JOB_CHECK_MS)
      }
    },
    end: () => app.close(),
  })
}

const [step, data, ...rest] = process.argv.slice(2)
if (step === 'serve') await serve(data, rest[0])
else answerNamedRequests({ filled: () => fill(data, Number(rest[0]), Number(rest[1])) })
