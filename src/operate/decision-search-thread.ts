/** Thread entry of the decision search: one connection and one index, queried by messages. */
import { parentPort, workerData } from 'node:worker_threads'
import { failed } from '../base/thread-error.ts'
import { readFolder } from '../log/sqlite/data-folder.ts'
import { DecisionSearch } from './decision-search.ts'
import type { FromSearch, ToSearch } from './decision-search-worker.ts'

const port = parentPort!
const search = new DecisionSearch(readFolder(workerData as string))

/** Searches run one after another: each may yield to other work. */
let previous: Promise<void> = Promise.resolve()

port.on('message', ({ number, ask }: ToSearch) => {
  const answer = async (): Promise<FromSearch> => {
    try {
      return { number, text: JSON.stringify(await search.newest(ask)) }
    } catch (error) {
      return { number, ...failed(error) }
    }
  }
  previous = previous.then(answer).then(reply => port.postMessage(reply))
})
