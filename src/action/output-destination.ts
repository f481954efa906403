/** Standard output as a destination: a line of NDJSON an effect, acknowledged once the system has taken it. */
import type { Writable } from 'node:stream'
import { limits } from '../base/limits.ts'
import { acknowledged, type Destination } from './destination.ts'
import { effectLine } from './effect-line.ts'

/** A reader that does not read holds deliveries back; one that has gone fails them. The stream stays open. */
export function outputDestination(stream: Writable = process.stdout): Destination {
  // Each write tells what went wrong with it. Without a listener, a pipe that nobody reads any more would end the process.
  const heard = (): void => {}
  stream.on('error', heard)
  const underWay = new Set<Promise<unknown>>()
  return {
    concurrency: limits.DELIVERIES_AT_ONCE,
    deliver: delivery => {
      const { promise, resolve } = Promise.withResolvers<Error | null | undefined>()
      underWay.add(promise)
      stream.write(effectLine(delivery), resolve)
      return promise.then(error => {
        underWay.delete(promise)
        return error ? { kind: 'failed', why: `standard output takes nothing more (${codeOf(error)})` } : acknowledged
      })
    },
    close: async () => {
      await Promise.all(underWay)
      stream.off('error', heard)
    },
  }
}

const codeOf = (error: Error & { readonly code?: string }): string => error.code ?? error.name
