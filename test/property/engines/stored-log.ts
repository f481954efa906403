import { Strings } from '../../../src/columns/strings.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { PipelineIR } from '../../../src/define/ir/ir.ts'
import { Log } from '../../../src/log/log.ts'
import { ModelStore } from '../../crash/model-store.ts'
import type { Draw } from '../generate/draw.ts'
import { blockOf } from './block.ts'

/** The events in segments of random lengths. */
export async function storeLog(ir: PipelineIR, events: readonly LoggedEvent[], draw: Draw): Promise<ModelStore> {
  const store = new ModelStore(undefined, true)
  const strings = new Strings()
  const log = new Log(store, { sources: ir.sources, stringsOf: () => strings })
  await store.commit({ schemas: log.schemas.added })
  for (let from = 0; from < events.length;) {
    const part = events.slice(from, (from += draw.between(1, 40)))
    const sources = ir.sources.filter(({ name }) => part.some(({ source }) => source === name))
    const rows = sources.map(source => ({
      source,
      block: blockOf(
        source,
        part.filter(event => event.source === source.name),
        strings,
      ),
    }))
    const order = Uint8Array.from(part, event => sources.findIndex(({ name }) => name === event.source))
    await store.commit({ segment: log.append({ sources: rows, order, markers: [] }).stored })
  }
  return store
}
