import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { payments, shop } from '../../test/serve/shop.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import { lagSourcesOf } from './lag-sources.ts'
import { PipelineRun } from './pipeline-run.ts'

test('a reader that fails is known by its error, also if it cannot measure its lag; one that ends has none', async () => {
  const live = await LiveRun.open(shop, scratchFolder('lag-sources'))
  const hanging = Promise.withResolvers<void>()
  const reader = (name: string, error?: Error) => ({
    source: payments.name,
    reader: {
      name,
      async *read() {
        if (error) throw error
        if (name === 'waits') await hanging.promise
        yield* []
      },
    },
  })
  const readers = [reader('broker', new Error('it is gone')), reader('ends'), reader('waits')]
  let running: PipelineRun | undefined
  const sources = lagSourcesOf(live.run, readers, () => running)
  const states = () => sources.map(({ isAlive, failure }) => [isAlive(), failure?.()])
  assert.deepEqual(
    states(),
    readers.map(() => [true, undefined]),
  )
  running = new PipelineRun(live, shop.ir, { readers, follow: true, onWarning: () => {} })
  await assert.rejects(running.sourcesEnded)
  while (running.isReading(readers[1])) await new Promise(setImmediate)
  assert.deepEqual(states(), [
    [false, "source 'payments': reader 'broker' failed: it is gone"],
    [false, undefined],
    [true, undefined],
  ])
  assert.ok(sources.every(({ measure }) => measure === undefined))
  hanging.resolve()
  await running.stop()
})

test('readers that end with their run, by a stop or by its failure, have not failed', async () => {
  for (const isFailure of [false, true]) {
    const live = await LiveRun.open(shop, scratchFolder('lag-sources'))
    const readers = [
      {
        source: payments.name,
        reader: {
          name: 'broker',
          async *read({ signal }: { readonly signal: AbortSignal }) {
            await once(signal, 'abort')
            yield* []
            throw new Error('it does not close')
          },
        },
      },
    ]
    const { promise: failed, reject } = Promise.withResolvers<void>()
    const ofFailure = { run: { ended: failed, committedPosition: () => undefined }, stop: async () => {}, closeWith: () => {} }
    const warnings: string[] = []
    const onWarning = (warning: string): void => void warnings.push(warning)
    const running = new PipelineRun(isFailure ? (ofFailure as never) : live, shop.ir, { readers, follow: true, onWarning })
    if (isFailure) reject(new Error('the disk is full'))
    else void running.stop()
    while (running.isReading(readers[0])) await new Promise(setImmediate)
    assert.equal(running.failureOf(readers[0]), undefined)
    assert.deepEqual(
      warnings.map(warning => /it does not close/.test(warning)),
      isFailure ? [] : [true],
    )
    await live.stop()
  }
})
