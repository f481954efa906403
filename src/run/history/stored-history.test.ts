import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asOneLog } from '../../../test/property/generate/one-log.ts'
import { blockOf } from '../../../test/property/engines/block.ts'
import { storeLog } from '../../../test/property/engines/stored-log.ts'
import { Draw } from '../../../test/property/generate/draw.ts'
import { generate } from '../../../test/property/generate/generate.ts'
import { Strings } from '../../columns/strings.ts'
import { columnsNeeded } from '../../decision/reads.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { valueAt } from '../../intake/row-reader.ts'
import { LOG_START, logStartText } from '../../log/named-values.ts'
import type { ReplayLog } from '../../replay/log.ts'
import { logExtent, storedHistory } from './stored-history.ts'

const CASES = 25

/** Events of a history by source: times, source positions and the needed columns. */
function rowsOf({ histories, strings }: Pick<ReplayLog, 'histories' | 'strings'>, ir: PipelineIR) {
  const needed = columnsNeeded(ir)
  return ir.sources.map(({ name, columns }) => {
    const { block } = histories.get(name)!
    const neededColumns = columns.filter(column => needed.get(name)!.has(column.name))
    return Array.from({ length: block.length }, (_, row) => [
      block.time[row],
      block.arrival[row],
      block.sourcePosition[row],
      ...neededColumns.map(column => valueAt(block, column, row, strings)),
    ])
  })
}

test('the log of a folder equals the appended history in order, also for some of its sources', async () => {
  let several = 0
  for (let seed = 1; seed <= CASES; seed++) {
    const { ir, log: drawn } = generate(seed)
    const log = asOneLog(drawn)
    const store = await storeLog(ir, log, new Draw(seed))
    const first = { ...ir, sources: ir.sources.slice(0, 1), groups: ir.groups.filter(({ source }) => source === ir.sources[0].name) }
    for (const read of [ir, first]) {
      const history = storedHistory(ir, read, store, new Strings())
      const strings = new Strings()
      const own = log.filter(event => read.sources.some(({ name }) => name === event.source))
      const histories = read.sources.map(source => {
        const events = own.filter(event => event.source === source.name)
        return [source.name, { ...history.histories.get(source.name)!, block: blockOf(source, events, strings) }] as const
      })
      assert.deepEqual(rowsOf(history, read), rowsOf({ histories: new Map(histories), strings }, read), `seed ${seed}`)
      for (const trigger of read.sources)
        for (const { name } of read.sources) {
          const before = own.flatMap((event, i) =>
            event.source === trigger.name ? [own.slice(0, i + 1).filter(({ source }) => source === name).length] : [],
          )
          assert.deepEqual([...history.prefixes(name, trigger.name)], before, `seed ${seed}, ${name} at ${trigger.name}`)
        }
    }
    if (new Set(log.map(({ source }) => source)).size > 1) several++
    const cut = ir.sources.map(({ name: source }) => {
      const own = log.filter(event => event.source === source)
      return { source, events: own.length, lastArrival: own.at(-1)?.arrival ?? null }
    })
    assert.deepEqual(logExtent(ir, store), cut)
  }
  assert.ok(several > 3, `only ${several} histories of several sources`)
})

test('a log that has forgotten its beginning is rejected', async () => {
  const { ir, log } = generate(1)
  const store = await storeLog(ir, asOneLog(log), new Draw(1))
  await store.commit({ put: [[LOG_START, logStartText({ entry: 1, arrival: 0 })]] })
  assert.throws(() => storedHistory(ir, ir, store, new Strings()), {
    code: 'SPILL_UNSUPPORTED',
    message: /^the log has forgotten what arrived up to 1970-01-01T00:00:00\.000Z \(run --keep\)/,
  })
})
