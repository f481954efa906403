import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { action, pipeline, webhook } from 'spillway'
import { run, type PipelineRun, type RecordedDecision, type RunPipelineOptions } from 'spillway/run'
import type { ReadBatch, ReadContext, SourceReader } from 'spillway/ports'
import { called, calledJson } from '../../test/cli/called.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { check, fraud, now, payments, shop } from '../../test/serve/shop.ts'
import type { Delivery } from '../define/action/destination.ts'
import { pause } from '../base/clock.ts'
import { isFolderHeld } from '../log/sqlite/lock.ts'

const opened: PipelineRun[] = []
afterEach(async () => {
  for (const running of opened.splice(0)) await running.stop()
})

const at = Date.now()
const pay = (id: number, amount = 1.5) => ({ id: String(id), card: 'c', amount, at })

async function start(options: Partial<RunPipelineOptions> = {}, of = shop): Promise<PipelineRun> {
  const running = await run(of, { data: scratchFolder('runner'), ...options })
  opened.push(running)
  return running
}

/** A reader of payments by number, up to `end`. */
const counting = (end: number): SourceReader => ({
  name: 'counting',
  async *read({ committedPosition, signal }) {
    for (let n = Number(committedPosition() ?? 0); n < end && !signal.aborted; n++) yield { records: [pay(n)], position: String(n + 1) }
  },
})

test('submits, reads features, requests decisions, and calls back with durable decisions', async () => {
  const decisions: RecordedDecision[] = []
  const data = scratchFolder('runner')
  {
    await using running = await run(shop, { data, onDecision: decision => void decisions.push(decision) })
    assert.deepEqual((await running.submit(payments, [pay(1), pay(2, 200), pay(2, 200)])).duplicates, 1)
    assert.equal(running.features(now, 'c').features.n, 2)
    assert.equal((await running.request(check, { card: 'c', amount: 3 })).score, 1)
    await running.whenIdle()
    await running.sourcesEnded
  }
  assert.deepEqual(
    decisions.map(({ model, score }) => [model, score]),
    [
      ['fraud', 0.1],
      ['fraud', 0.9],
      ['check', 1],
    ],
  )
  assert.equal(isFolderHeld(data), false)
})

test('a stopping run keeps its positions readable until its readers are closed', async () => {
  const closed: (string | undefined)[] = []
  let context: ReadContext | undefined
  const reader: SourceReader = {
    name: 'slow',
    async *read(reading) {
      context = reading
      yield* counting(2).read(reading)
      await new Promise<void>(resolve => reading.signal.addEventListener('abort', () => resolve()))
    },
    async close() {
      await pause(200)
      closed.push(context!.committedPosition())
    },
  }
  const running = await start({ sources: { payments: reader } })
  while (running.run.counts.totals.accepted < 2) await pause(1)
  await running.stop()
  assert.deepEqual(closed, ['2'])
})

test('reads files, readers, generators and addresses of own kinds, and continues from the committed positions', async () => {
  const data = scratchFolder('runner')
  const file = join(data, '../payments.ndjson')
  const lines = (...numbers: number[]) => numbers.map(n => `${JSON.stringify(pay(n))}\n`).join('')
  writeFileSync(file, lines(1, 2, 3))
  const readers = [{ scheme: 'count', open: (address: string) => counting(Number(address.split(':')[1])) }]
  const accepted = async (input: NonNullable<RunPipelineOptions['sources']>[string]) => {
    const running = await start({ data, sources: { payments: input }, readers, follow: false })
    await running.sourcesEnded
    await running.stop()
    const { accepted, duplicates } = running.run.counts.totals
    return [accepted, duplicates]
  }
  assert.deepEqual(await accepted(file), [3, 0])
  appendFileSync(file, lines(4))
  assert.deepEqual(await accepted(file), [1, 0])
  assert.deepEqual(await accepted(counting(7)), [3, 4])
  assert.deepEqual(await accepted('count:9'), [2, 0], 'the position is of the name of the reader')
  assert.deepEqual(await accepted([pay(9), pay(10)]), [2, 0])
  assert.deepEqual(
    await accepted(
      (async function* () {
        yield pay(10)
        yield pay(11)
      })(),
    ),
    [1, 1],
  )
})

test('a source that is followed is read until the run stops', async () => {
  let ended = ''
  const reader: SourceReader = {
    name: 'followed',
    async *read({ follow, signal }) {
      yield { records: [pay(1)], position: '1' }
      assert.equal(follow, true)
      while (!signal.aborted) await pause(1)
      ended = 'ended'
    },
    close: async () => void (ended += ', closed'),
  }
  const running = await start({ sources: { payments: reader } })
  while (running.run.end === 0) await pause(1)
  await running.stop()
  await running.sourcesEnded
  assert.equal(ended, 'ended, closed')
  await assert.rejects(running.submit(payments, [pay(2)]), { code: 'SPILL_STOPPED' })
})

test('a reader that fails is an error that names source and reader, and the run goes on', async () => {
  const broken = (read: (context: ReadContext) => AsyncIterable<unknown>): SourceReader => ({
    name: 'kafka:payments',
    read: read as (context: ReadContext) => AsyncIterable<ReadBatch>,
  })
  const failing = broken(async function* () {
    yield { records: [pay(1)], position: '1' }
    throw new Error('the broker is gone')
  })
  const running = await start({ sources: { payments: failing } })
  const named = `source 'payments': reader 'kafka:payments'`
  await assert.rejects(running.sourcesEnded, { code: 'SPILL_SOURCE', message: `${named} failed: the broker is gone` })
  assert.equal((await running.submit(payments, [pay(1), pay(2)])).accepted, 1)
  const rubbish = await start({
    sources: {
      payments: broken(async function* () {
        yield 5
      }),
    },
  })
  await assert.rejects(rubbish.sourcesEnded, {
    code: 'SPILL_CONTRACT',
    message: `${named} broke clause 'batch' of its contract (read() returns an async iterable of batches: { records, position, partition }): it gave 5`,
  })
})

test('destinations replace those of the pipeline, and a dry run delivers nothing', async () => {
  const webhookShop = pipeline('told', [action('tell', { when: fraud.score.gte(0), do: webhook('https://shop.example.com/hook') })])
  const deliveries: Delivery[] = []
  const destination = {
    concurrency: 1,
    deliver: async (delivery: Delivery) => {
      deliveries.push(delivery)
      return { kind: 'acknowledged' } as const
    },
    close: async () => {},
  }
  const running = await start({ destinations: { tell: destination } }, webhookShop)
  await running.submit(payments, [pay(1)])
  await running.whenIdle()
  assert.deepEqual(
    deliveries.map(({ action: name, attempt }) => [name, attempt]),
    [['tell', 1]],
  )
  const dry = await start({ destinations: { tell: destination }, dryRun: true }, webhookShop)
  await dry.submit(payments, [pay(1)])
  await dry.whenIdle()
  assert.equal(deliveries.length, 1)
})

test('rejects a mistake in the options before it opens the folder', async () => {
  const data = scratchFolder('runner')
  const wrong: readonly (readonly [object, string, RegExp])[] = [
    [{ data: undefined }, 'SPILL_INPUT', /^run: data is undefined; give the path/],
    [{ sources: { payment: [] } }, 'SPILL_NOT_FOUND', /^pipeline 'shop' has no source 'payment'; did you mean 'payments'/],
    [{ sources: { payments: 5 } }, 'SPILL_INPUT', /^source 'payments' reads an address, a reader, an array or a generator; got 5$/],
    [{ sources: { payments: null } }, 'SPILL_INPUT', /got null$/],
    [{ sources: { payments: 'gone.ndjson' } }, 'SPILL_FILE', /^gone\.ndjson does not exist; it was given for source 'payments'$/],
    [
      { sources: { payments: 'mqtt:payments' } },
      'SPILL_INPUT',
      /^mqtt:payments is no file, and there is no reader for 'mqtt:'; there is pg, /,
    ],
    [{ sources: { payments: 'pgs:payments' } }, 'SPILL_INPUT', /no reader for 'pgs:'; did you mean 'pg'/],
    [{ sources: { payments: 'pg:outbox?paylod=a' } }, 'SPILL_INPUT', /has no option 'paylod'; did you mean 'payload'/],
    [{ readers: [{ scheme: 'pg', open: () => counting(1) }] }, 'SPILL_INPUT', /^two readers have the scheme 'pg'/],
    [{ readers: [{ scheme: 'K', open: () => counting(1) }] }, 'SPILL_INPUT', /lower-case letters, digits and -; got 'K'$/],
    [{ reconcile: '4 * * *' }, 'SPILL_INPUT', /^reconcile: '4 \* \* \*' is no cron /],
    [{ reconcile: '0h' }, 'SPILL_INPUT', /^reconcile: /],
    [{ destinations: { tell: {} } }, 'SPILL_NOT_FOUND', /^destinations: pipeline 'shop' has no action 'tell'/],
  ]
  for (const [options, code, message] of wrong) await assert.rejects(run(shop, { data, ...options }), { code, message })
  await assert.rejects(run({} as never, { data }), { code: 'SPILL_DEFINITION', message: /^run: pipeline is \{\}; give the result/ })
  const first = await start({ data })
  await assert.rejects(run(shop, { data }), { code: 'SPILL_BUSY' })
  await first.stop()
})

test('dead letters of a run without a server change by the command line', async () => {
  const data = scratchFolder('runner')
  const running = await start({ data })
  await running.submit(payments, [{ ...pay(1), amount: 'no amount' }])
  await running.whenIdle()
  const dropped = await called('dlq', 'drop', '1', '--data', data, '--why', 'a test')
  assert.equal(dropped.status, 0, dropped.err)
  assert.deepEqual(await calledJson('dlq', 'list', '--data', data), [])
})

test('a run reconciles on its schedule', async () => {
  const data = scratchFolder('runner')
  const running = await start({ data, reconcile: '1s' })
  await running.submit(payments, [pay(1)])
  await running.whenIdle()
  const listed = async () => calledJson<{ why: string; state: string }>('reconcile', 'list', '--data', data)
  while (!(await listed()).some(({ state }) => state === 'done')) await pause(100)
  assert.equal((await listed()).at(-1)!.why, 'schedule')
})
