/** An effect as a line of NDJSON, for those who read a file or a pipe. */
import type { Delivery } from './destination.ts'

/**
 * `{"id":…,"action":…, and what the body has}`; the body under `body` if it is no object. The id stays the effect's own whatever the body has, because
 * it is what a reader drops repetitions by.
 */
export function effectLine({ id, action, body }: Delivery): string {
  const said: unknown = JSON.parse(body)
  const isObject = typeof said === 'object' && said !== null && !Array.isArray(said)
  return `${JSON.stringify({ id, action, ...(isObject ? { ...said, id, action } : { body: said }) })}\n`
}
