/** A group that keeps its definition but for its source: state of another source's events is none of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'
import { CHECKPOINT_MANIFEST } from './manifest.ts'

const card = entity('card', t.string())
const sourceOf = (name: string) => source(name, { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const [first, second] = [sourceOf('first'), sourceOf('second')]
const start = Date.parse('2026-01-01T00:00Z')
const event = recordBatchOf([{ card: 'c', at: start }])

/** Decides on events of the second source by the events of one of both. */
function shopOf(from: typeof first) {
  const recent = features('recent', { from, entity: card, place: stream, values: () => ({ n: count('1h') }) })
  const other = features('other', {
    from: from === first ? second : first,
    entity: card,
    place: stream,
    values: () => ({ n: count('1h') }),
  })
  const score = linear({ intercept: 0, weights: { n: 1, m: 0 } })
  return pipeline('shop', [model('risk', { decide: on(second), inputs: p => ({ n: recent.of(p.card).n, m: other.of(p.card).n }), score })])
}

async function runOn(definition: ReturnType<typeof shopOf>, disk: Disk | undefined, sources: readonly string[]) {
  const reports: string[] = []
  const store = new ModelStore(disk, true)
  const run = new Run(definition, { store, clock: () => start, onReport: text => reports.push(text) })
  for (const name of sources) await run.submit(name, event)
  await run.stop()
  return { store, reports }
}

test('a group of another source with equal columns is made again from the events of its own', async () => {
  const { store } = await runOn(shopOf(first), undefined, ['first', 'first', 'first', 'second'])
  const unsaved = store.disk.commits.map(commit => ({
    ...commit,
    put: (commit.put ?? []).filter(([name]) => name !== CHECKPOINT_MANIFEST),
  }))
  const scores: unknown[] = []
  for (const disk of [store.disk, { ...store.disk, commits: unsaved }]) {
    const { store: moved, reports } = await runOn(shopOf(second), disk, ['second'])
    const decisions = moved.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
    scores.push(decisions.at(-1)!.score)
    if (disk === store.disk)
      assert.match(reports.join('\n'), /group 'recent' is of source 'second' now and was of 'first'; it is made again from the log/)
  }
  assert.deepEqual(scores, [2, 2])
})
