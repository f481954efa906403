/** A thread that loads a pipeline's file with other texts in place of some files, and says what pipeline it is: nothing is written for it. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

export interface CheckOrder {
  /** Absolute. */
  readonly pipeline: string
  /** Texts by absolute path. */
  readonly texts: ReadonlyMap<string, string>
}

export type CheckAnswer = { readonly ir: unknown } | { readonly failed: string }

const { pipeline, texts } = workerData as CheckOrder
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
  say({ ir: exports.default?.ir })
} catch (error) {
  say({ failed: error instanceof Error ? error.message : String(error) })
}

function say(answer: CheckAnswer): void {
  parentPort!.postMessage(answer)
}
