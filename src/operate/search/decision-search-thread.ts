/** Thread entry of the decision search: one connection and one index, queried by messages. */
import { parentPort, workerData } from 'node:worker_threads'
import { failureMessage } from '../../base/index.ts'
import { readDataFolder } from '../../log/sqlite/index.ts'
import { DecisionSearch } from './decision-search.ts'
import type { SearchReply, SearchRequest } from './decision-search-worker.ts'

const port = parentPort!
const search = new DecisionSearch(readDataFolder(workerData as string))

/** Searches run one after another: each may yield to other work. */
let previous: Promise<void> = Promise.resolve()

port.on('message', ({ number, ask }: SearchRequest) => {
  const answer = async (): Promise<SearchReply> => {
    try {
      return { number, text: JSON.stringify(await search.newest(ask)) }
    } catch (error) {
      return { number, ...failureMessage(error) }
    }
  }
  previous = previous.then(answer).then(reply => port.postMessage(reply))
})
