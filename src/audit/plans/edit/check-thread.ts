/** Thread that loads a pipeline's file with replaced file texts and answers with the IR. It writes nothing. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

/** Request to the thread. */
export interface EditCheckRequest {
  /** Absolute path of the pipeline's file. */
  readonly pipeline: string
  /** Replaced texts by absolute path. */
  readonly texts: ReadonlyMap<string, string>
}

export type EditCheckResponse = { readonly ir: unknown } | { readonly failed: string }

const { pipeline, texts } = workerData as EditCheckRequest
const byUrl = new Map([...texts].map(([path, text]) => [pathToFileURL(path).href, text]))
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const text = byUrl.get(url.split('?')[0])
    return text === undefined ? loaded : { ...loaded, source: text }
  },
})

try {
  const exports = (await import(pathToFileURL(pipeline).href)) as { readonly default?: { readonly ir?: unknown } }
  respond({ ir: exports.default?.ir })
} catch (error) {
  respond({ failed: error instanceof Error ? error.message : String(error) })
}

function respond(answer: EditCheckResponse): void {
  parentPort!.postMessage(answer)
}
