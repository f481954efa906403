/** `spillway replay --log`: histories through the log of a data folder. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openInput } from '../../src/files/open-input.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Project } from './project.ts'
import { events, pipelineFile } from './payments.ts'

const project = () => new Project({ 'pipeline.ts': pipelineFile, 'events.ndjson': `${events}\n{"id":"x"}\nno json\n` })
const args = ['replay', 'pipeline.ts', '--source', 'payments=events.ndjson']

async function rowsOf(path: string): Promise<unknown[]> {
  const rows: unknown[] = []
  for await (const batch of (await openInput(path)).batches()) rows.push(...batch.records)
  return rows
}

test('the same files as in memory, and a folder in which a run goes on', async () => {
  using folder = project()
  const into = (name: string) => ['--out', `${name}.ndjson`, '--rejected', `${name}-rejected.ndjson`, '--json']
  const memory = await folder.spillway(...args, ...into('memory'))
  const logged = await folder.spillway(...args, ...into('logged'), '--log', 'data')
  assert.deepEqual([memory.status, logged.status], [0, 0], logged.stderr)
  for (const file of ['', '-rejected']) assert.equal(folder.read(`logged${file}.ndjson`), folder.read(`memory${file}.ndjson`))
  const { log, ...summary } = JSON.parse(logged.stdout) as Record<string, unknown>
  const timeless = (of: object) => ({ ...of, loadSeconds: 0, decideSeconds: 0 })
  assert.deepEqual(timeless(summary), timeless(JSON.parse(memory.stdout) as object))
  assert.deepEqual(log, { folder: 'data', first: 0, end: 4, found: 0 })
  const run = await folder.spillway('run', 'pipeline.ts', '--source', 'payments=events.ndjson', '--once', '--data', 'data')
  assert.match(run.stderr, /continues at entry 4, ready after/)
  assert.match(run.stderr, /stopped at entry 8\. 4 events, 0 duplicates, 2 rejected/)
  const letters = await folder.spillway('dlq', 'list', '--data', 'data', '--json')
  const sources = letters.stdout
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { source?: string }).source)
  assert.deepEqual(sources, ['payments', 'payments', 'payments', 'payments'])
})

test('as Parquet, of one model, though all decide', async () => {
  using folder = project()
  const into = (name: string) => ['--out', `${name}.parquet`, '--model', 'fraud']
  await folder.spillway(...args, ...into('memory'))
  const { status, stdout, stderr } = await folder.spillway(...args, ...into('logged'), '--log', 'data')
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^Entries 0 to 4 of the log in data: `spillway run` with --data data continues there\.$/m)
  assert.deepEqual(await rowsOf(folder.path('logged.parquet')), await rowsOf(folder.path('memory.parquet')))
  const all = await folder.spillway('decisions', '--data', 'data')
  assert.match(all.stdout, /8 decisions of 8 recorded ones$/m)
})

test('a history that begins before the log ends is rejected, and so is a run over half of one, until the import was made again', async () => {
  using folder = project()
  assert.equal((await folder.spillway(...args, '--log', 'data')).status, 0)
  const again = await folder.spillway(...args, '--log', 'data')
  assert.equal(again.status, 1)
  assert.match(again.stderr, /^SPILL_INPUT: the first event of source 'payments' arrived at 2026-01-01T08:\S+, and the log goes to/m)
  const decisions = async () => (await folder.spillway('decisions', '--data', 'data')).stdout
  const before = await decisions()
  const data = await openDataFolder(folder.path('data'))
  const [[name, value]] = data.store.named('import/')
  await data.store.commit({ put: [[name, JSON.stringify({ ...(JSON.parse(value) as object), end: undefined })]] })
  await data.store.close()
  data.release()
  const run = await folder.spillway('run', 'pipeline.ts', '--source', 'payments=events.ndjson', '--once', '--data', 'data')
  assert.equal(run.status, 1)
  assert.match(
    run.stderr,
    /SPILL_IMPORT: this folder has an unfinished import: that from payments=events\.ndjson was interrupted\. Run the same/,
  )
  const mended = await folder.spillway(...args, '--log', 'data')
  assert.equal(mended.status, 0, mended.stderr)
  assert.match(mended.stdout, /was interrupted; its 4 entries match\.$/m)
  assert.equal(await decisions(), before)
})
