/** The `spillway backfill` command: its estimate, its errors, and equal output from a log and from files of the same events. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { called as run } from '../../../test/cli/called.ts'
import { filesIn } from '../../../test/backfill/store-contents.ts'

const folder = scratchFolder('backfill')

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const library = pathToFileURL(join(import.meta.dirname, '../../index.ts')).href
const text = `import { corrected, count, entity, features, linear, model, on, pipeline, source, stream, t, table } from '${library}'
const card = entity('card', t.string())
const sales = source('sales', { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
const plans = table('plans', { schema: { card, plan: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: sales, entity: card, place: stream, values: s => ({ n: count('1d'), spent: s.amount.sum('2d') }) })
const late = features('late', { from: sales, entity: card, place: corrected, values: () => ({ n: count('1d') }) })
const risk = model('risk', {
  decide: on(sales),
  inputs: s => ({ n: now.of(s.card).n, late: late.of(s.card).n, plan: plans.of(s.card).plan }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
export default pipeline('shop', [risk])
`
const pipeline = file('pipeline.ts', text)
const wider = file('wider.ts', text.replace("count('1d'), spent", "count('1d'), most: s.amount.max('3h'), spent"))
const streamed = file('streamed.ts', text.replace('place: corrected', 'place: stream'))
const sale = (day: number, card: string, amount: number) => JSON.stringify({ card, amount, at: `2026-01-0${day}T12:00Z` })
const sales = file('sales.ndjson', [sale(1, 'a', 1), sale(1, 'b', 2), sale(2, 'a', 3), sale(4, 'a', 4)].join('\n'))
const plans = file('plans.ndjson', '{"card":"a","plan":"x","at":"2026-01-01T00:00Z"}')
const out = join(folder, 'store')
const backfill = (...args: readonly string[]) => run('backfill', pipeline, '--source', `sales=${sales}`, '--out', out, ...args)

test('a backfill prints the missing files and their cost first, and needs a confirmation', async () => {
  const unsure = await backfill()
  assert.equal(unsure.status, 2)
  assert.match(unsure.err, /add --yes to write these files, or --dry-run to only list them/)
  const dry = await backfill('--dry-run')
  assert.equal(dry.status, 0)
  assert.match(
    dry.out,
    /^now, stream, at events: 3 partitions of 2026-01-01 to 2026-01-04\n {2}rows {3}3 not there yet: 2026-01-01, 2026-01-02, 2026-01-04$/m,
  )
  assert.match(dry.out, /left out: plans is a table: .*\nleft out: late is placed corrected: /)
  assert.match(dry.out, /to fill: 9 files, about .* kB; to read: \d events; about .* s on \d+ threads?, measured on 2 rows/)
  assert.throws(() => filesIn(out))
  const filled = await backfill('--yes')
  assert.match(filled.out, /9 files, .* kB, filled in .* s; .*store is [0-9a-f]{32}$/)
  assert.match((await backfill()).out, /Nothing is missing in .*store\.$/)
})

test('a data folder and files of the same events give the same store', async () => {
  const data = join(folder, 'data')
  const imported = await run('replay', streamed, '--source', `sales=${sales}`, '--source', `plans=${plans}`, '--log', data)
  assert.equal(imported.status, 0, imported.err)
  const other = join(folder, 'of-log')
  const { status, out: printed } = await run('backfill', pipeline, '--data', data, '--out', other, '--yes', '--json')
  assert.equal(status, 0)
  const { missing, filled } = JSON.parse(printed) as { missing: unknown[]; filled: { files: number; rows: number } }
  assert.deepEqual([missing.length, filled.files, filled.rows], [9, 9, 4])
  const [fromFiles, fromLog] = [out, other].map(store => [...filesIn(store)].filter(([name]) => name !== 'manifest.json'))
  assert.deepEqual(
    fromLog.map(([name, { bytes }]) => [name, bytes]),
    fromFiles.map(([name, { bytes }]) => [name, bytes]),
  )
  const again = await run('backfill', pipeline, '--data', data, '--out', other)
  assert.match(again.out, /Nothing is missing/)
})

test('options select a time range, a feature group and ticks', async () => {
  const other = join(folder, 'ticks')
  const args = ['--source', `sales=${sales}`, '--out', other, '--group', 'now', '--every', '12h', '--live', '1d', '--json']
  const { out: printed } = await run('backfill', wider, ...args, '--from', '2026-01-02T00:00Z', '--to', '2026-01-04T00:00Z', '--yes')
  const { missing, filled } = JSON.parse(printed) as { missing: { partition: string; file: string }[]; filled: { rows: number } }
  assert.deepEqual([...new Set(missing.map(({ partition }) => partition))], ['2026-01-02', '2026-01-03'])
  assert.deepEqual([...new Set(missing.map(({ file: name }) => name))].sort(), [
    'feature.most.parquet',
    'feature.n.parquet',
    'feature.spent.parquet',
    'rows.parquet',
  ])
  // On the second day a and b at 0:00 and 12:00, on the third day a twice.
  assert.equal(filled.rows, 6)
})

test('a partition is named by its day or month', async () => {
  const missingIn = async (...range: readonly string[]) => {
    const args = ['--source', `sales=${sales}`, '--out', join(folder, 'named'), '--group', 'now', '--dry-run', '--json', ...range]
    const { out: printed, err } = await run('backfill', wider, ...args)
    assert.notEqual(printed, '', err)
    return [...new Set((JSON.parse(printed) as { missing: { partition: string }[] }).missing.map(({ partition }) => partition))]
  }
  assert.deepEqual(await missingIn('--from', '2026-01-02'), ['2026-01-02', '2026-01-04'])
  assert.deepEqual(await missingIn('--from', '2026-01-01', '--to', '2026-01-02'), ['2026-01-01'])
  assert.deepEqual(await missingIn('--by', 'month', '--from', '2026-01', '--to', '2026-02'), ['2026-01'])
  assert.deepEqual(await missingIn('--from', '2026-02'), [])
})

test('the size estimate holds for a history with a growing number of keys, at events and at times', async () => {
  const many = Array.from({ length: 6000 }, (_, i) =>
    JSON.stringify({ card: `c${(i * 7919) % 300}`, amount: ((i * 104_729) % 10_007) / 100, at: Date.UTC(2026, 0, 1) + i * 300_000 }),
  )
  const history = file('many.ndjson', many.join('\n'))
  for (const [name, ...moments] of [['events'], ['hours', '--every', '1h'], ['days', '--every', '1d']] as const) {
    const args = ['--source', `sales=${history}`, '--out', join(folder, name), '--group', 'now', '--yes', '--json', ...moments]
    const { cost, filled } = JSON.parse((await run('backfill', wider, ...args)).out) as Record<'cost' | 'filled', { bytes: number }>
    const ratio = cost.bytes / filled.bytes
    assert.ok(ratio > 0.7 && ratio < 1.4, `${name}: ${cost.bytes} bytes were estimated, ${filled.bytes} came`)
  }
})

test('invalid options are rejected with the fix', async () => {
  const rejected: [args: readonly string[], code: number, message: RegExp][] = [
    [[], 2, /--out DIR is required/],
    [['--out', folder, '--every', 'soon'], 2, /--every: .*'soon' is no duration/],
    [['--out', folder, '--by', 'dya'], 2, /--by dya is not one of day, month; did you mean 'day'/],
    [['--out', folder, '--from', '2026-01-02T00:00Z', '--to', '2026-01-01T00:00Z'], 2, /is not before --to/],
    [['--out', folder, '--from', '2026-02-30'], 2, /--from 2026-02-30 is not a time/],
    [['--out', folder, '--at', 'events', '--every', '1d'], 2, /two kinds of rows/],
    [['--out', pipeline, '--source', `sales=${sales}`, '--yes'], 2, /is the pipeline; name another folder/],
    [['--out', sales, '--source', `sales=${sales}`, '--yes'], 1, /SPILL_FILE: .*is a file; name a folder/],
    [
      ['--out', out, '--source', `sales=${sales}`, '--by', 'month', '--yes'],
      1,
      /SPILL_INPUT: .*is partitioned by day; name another folder/,
    ],
    [
      ['--out', folder, '--source', `sales=${sales}`, '--group', 'nwo'],
      1,
      /SPILL_NOT_FOUND: pipeline 'shop' has no group 'nwo'; did you mean 'now'/,
    ],
    [['--out', folder, '--source', `sales=${sales}`, '--group', 'plans'], 1, /SPILL_UNSUPPORTED: group 'plans' is a table/],
    [['--out', folder, '--source', `sales=${sales}`, '--group', 'late'], 1, /SPILL_UNSUPPORTED: group 'late' is placed corrected/],
    [['--out', folder, '--data', join(folder, 'nothing')], 1, /SPILL_STORE/],
  ]
  for (const [args, code, message] of rejected) {
    const { status, err } = await run('backfill', pipeline, ...args)
    assert.match(err, message)
    assert.equal(status, code, err)
  }
})

test('a damaged manifest, and a file that is not a manifest, are errors', async () => {
  const other = mkdtempSync(join(folder, 'damaged-'))
  writeFileSync(join(other, 'manifest.json'), readFileSync(join(out, 'manifest.json'), 'utf8').slice(0, 100))
  const args = ['--source', `sales=${sales}`, '--out', other, '--yes']
  assert.match((await run('backfill', pipeline, ...args)).err, /SPILL_DATA: .*manifest\.json is damaged: delete it/)
  writeFileSync(join(other, 'manifest.json'), '{"format":1,"file":"rows.parquet"}')
  assert.match((await run('backfill', pipeline, ...args)).err, /SPILL_FORMAT: .*is no manifest of a backfill/)
})
