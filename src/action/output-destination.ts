/** Standard output as a destination: one line of NDJSON per effect, acknowledged once the system has accepted the write. */
import type { Writable } from 'node:stream'
import { limits } from '../base/index.ts'
import { ACKNOWLEDGED, type Destination } from '../define/action/index.ts'
import { effectLine } from './effect-line.ts'

/** A slow reader delays deliveries; a reader that has gone fails them. The stream stays open. */
export function outputDestination(stream: Writable = process.stdout): Destination {
  // Each write reports its own error. Without this listener a closed pipe would end the process.
  const ignoreError = (): void => {}
  stream.on('error', ignoreError)
  const underWay = new Set<Promise<unknown>>()
  return {
    concurrency: limits.DELIVERIES_AT_ONCE,
    deliver: delivery => {
      const { promise, resolve } = Promise.withResolvers<Error | null | undefined>()
      underWay.add(promise)
      stream.write(effectLine(delivery), resolve)
      return promise.then(error => {
        underWay.delete(promise)
        return error ? { kind: 'failed', why: `standard output takes nothing more (${codeOf(error)})` } : ACKNOWLEDGED
      })
    },
    close: async () => {
      await Promise.all(underWay)
      stream.off('error', ignoreError)
    },
  }
}

const codeOf = (error: Error & { readonly code?: string }): string => error.code ?? error.name
