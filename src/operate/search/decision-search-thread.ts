/** Thread entry of the decision search: one connection and one index, queried by messages, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { sendResult } from '../../jobs/index.ts'
import { readDataFolder } from '../../log/sqlite/index.ts'
import type { NewestDecisionsQuery } from '../../run/history/index.ts'
import { DecisionSearch } from './decision-search.ts'

let search: DecisionSearch | undefined

parentPort!.on('message', (query: NewestDecisionsQuery) => {
  void sendResult(async () => {
    search ??= new DecisionSearch(readDataFolder(workerData as string))
    return JSON.stringify(await search.newest(query))
  })
})
