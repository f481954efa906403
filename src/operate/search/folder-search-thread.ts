/** Thread entry of searches in a data folder, and of checks of schemas: one connection and one index, queried by messages, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { pause } from '../../base/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { sendResult } from '../../jobs/index.ts'
import { readDataFolder, type SqliteReader } from '../../log/sqlite/index.ts'
import type { NewestDecisionsQuery } from '../../run/history/index.ts'
import { type FeaturesAsOfQuery, featuresAsOf, featuresAtJson } from './features.ts'
import { checkSourceSchema, type SchemaCheckRequest } from './source-schemas.ts'
import { DecisionSearch } from './decision-search.ts'

/** A query of the thread. */
export type FolderQuery =
  /** Opens the folder for the next query, and with `indexes` goes on to index the keys of its decisions. */
  | { readonly kind: 'open'; readonly indexes: boolean }
  | { readonly kind: 'decisions'; readonly query: NewestDecisionsQuery }
  | { readonly kind: 'schema'; readonly source: SourceIR; readonly request: SchemaCheckRequest }
  | { readonly kind: 'features'; readonly ir: PipelineIR; readonly query: FeaturesAsOfQuery }

const folder = workerData as string
let reader: SqliteReader | undefined
let search: DecisionSearch | undefined

/** Indexes the keys of decisions in slices, between which queries are answered. A query reports an error of the log. */
async function indexAhead(of: DecisionSearch): Promise<void> {
  await pause(INDEX_AFTER_MS)
  while (!of.indexFor(SLICE_MS)) await pause(SLICE_MS)
}

/** Half of a core at most: a run decides beside it. */
const SLICE_MS = 10
/** The first page of a session loads meanwhile. */
const INDEX_AFTER_MS = 1000

parentPort!.on('message', (message: FolderQuery) => {
  void sendResult(async () => {
    reader ??= readDataFolder(folder)
    if (message.kind === 'open') {
      search ??= new DecisionSearch(reader)
      if (message.indexes) indexAhead(search).catch(() => {})
      return ''
    }
    if (message.kind === 'features') return JSON.stringify(featuresAsOf(message.ir, reader, message.query).map(featuresAtJson))
    if (message.kind === 'schema') return JSON.stringify(checkSourceSchema(message.source, reader, message.request))
    search ??= new DecisionSearch(reader)
    return JSON.stringify(await search.newest(message.query))
  })
})
