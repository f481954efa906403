/** Backfills into a table format of one's own, and into formats that break their contract. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fillGap, findGap, type BackfillOptions } from '../../src/batch/backfill/backfill.ts'
import { backfillTarget } from '../../src/batch/backfill/target.ts'
import type { FeatureTable, PartitionWriter, TableFormat } from '../../src/offline/feature-table.ts'
import { parquetFolder } from '../../src/offline/parquet/parquet-folder.ts'
import { scratchFolder } from '../scratch.ts'
import { shop, shopHistory, shopLog } from './shop.ts'
import { filesIn } from './store-contents.ts'

const folder = scratchFolder('formats')

const optionsOf = (name: string, format?: TableFormat): BackfillOptions => ({
  target: backfillTarget(shop, ['by_card'], { kind: 'events' }, 86_400_000),
  history: shopHistory(shop, shopLog(1), 'day'),
  folder: join(folder, name),
  ...(format && { format }),
  unit: 'day',
  threads: 2,
  onThreadsFrom: 1,
  isMeasured: false,
})

async function fill(options: BackfillOptions): Promise<string> {
  const gap = await findGap(options)
  const { hash } = await fillGap(gap, options)
  await gap.table.close()
  return hash
}

/** A format whose tables are Parquet folders but for some methods. */
const own = (change: (healthy: FeatureTable) => Partial<FeatureTable> = () => ({})): TableFormat => ({
  name: 'own',
  async open(place, options) {
    const healthy = await parquetFolder.open(place, options)
    return {
      name: healthy.name,
      unit: healthy.unit,
      partitions: group => healthy.partitions(group),
      damageOf: (...args) => healthy.damageOf(...args),
      writer: scratch => healthy.writer(scratch),
      commit: written => healthy.commit(written),
      read: query => healthy.read(query),
      snapshots: () => healthy.snapshots(),
      close: () => healthy.close(),
      ...change(healthy),
    }
  },
})

const writing = (change: (healthy: PartitionWriter) => Partial<PartitionWriter>): TableFormat =>
  own(healthy => ({
    async writer(scratch) {
      const writer = await healthy.writer(scratch)
      return {
        begin: columns => writer.begin(columns),
        append: batch => writer.append(batch),
        finish: (...args) => writer.finish(...args),
        close: () => writer.close(),
        ...change(writer),
      }
    },
  }))

test('a backfill through the port of a format writes the same table', async () => {
  assert.equal(await fill(optionsOf('port', own())), await fill(optionsOf('parquet')))
  const bytes = (name: string): unknown => [...filesIn(join(folder, name))].map(([file, { bytes: of }]) => [file, of])
  assert.deepEqual(bytes('port'), bytes('parquet'))
  const { work } = await findGap(optionsOf('port', own()))
  assert.deepEqual(work, [])
})

const faults: readonly (readonly [name: string, code: string, message: RegExp, TableFormat])[] = [
  [
    'has no partitions',
    'SPILL_CONTRACT',
    /own table '.*' broke clause 'partitions'.*: got null/,
    own(() => ({ partitions: async () => null as never })),
  ],
  [
    'has partitions without columns',
    'SPILL_CONTRACT',
    /broke clause 'partitions'.*: partition '2026-01-29' of group 'by_card' is \{"rows":1\}/,
    own(() => ({ partitions: async () => ({ '2026-01-29': { rows: 1 } as never }) })),
  ],
  ['has odd damage', 'SPILL_CONTRACT', /broke clause 'damage'.*: got true/, own(() => ({ damageOf: async () => true as never }))],
  [
    'writes nothing',
    'SPILL_CONTRACT',
    /broke clause 'written'.*: got undefined/,
    writing(() => ({ finish: async () => undefined as never })),
  ],
  [
    'loses rows',
    'SPILL_CONTRACT',
    /broke clause 'written'.*: rows is 0 and not \d+/,
    writing(healthy => ({ finish: async (...args) => ({ ...(await healthy.finish(...args)), rows: 0 }) })),
  ],
  [
    'loses columns',
    'SPILL_CONTRACT',
    /broke clause 'written'.*: columns are \[\] and not/,
    writing(healthy => ({ finish: async (...args) => ({ ...(await healthy.finish(...args)), columns: {} }) })),
  ],
  ['has no snapshot', 'SPILL_CONTRACT', /broke clause 'snapshots'.*: got none after a commit/, own(() => ({ snapshots: async () => [] }))],
  [
    'has odd snapshots',
    'SPILL_CONTRACT',
    /broke clause 'snapshots'.*: got \[null\]/,
    own(() => ({ snapshots: async () => [null as never] })),
  ],
  [
    'cannot commit',
    'SPILL_INPUT',
    /own table '.*': commit failed: no connection/,
    own(() => ({ commit: () => Promise.reject(new Error('no connection')) })),
  ],
]

for (const [name, code, message, format] of faults)
  test(`a format that ${name} ends a backfill with ${code}`, async () => {
    const options = optionsOf(name.replaceAll(' ', '-'), format)
    if (name === 'has odd damage') await fill(optionsOf('has-odd-damage'))
    await assert.rejects(fill(options), { code, message })
  })
