/** An effect as one line of NDJSON, for readers of a file or a pipe. */
import type { Delivery } from '../define/action/destination.ts'

/**
 * `{"id":…,"action":…}` merged with the body, or the body under `body` if it is not an object. `id` is always the effect's own: readers
 * deduplicate by it.
 */
export function effectLine({ id, action, body }: Delivery): string {
  const content: unknown = JSON.parse(body)
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content)
  return `${JSON.stringify({ id, action, ...(isObject ? { ...content, id, action } : { body: content }) })}\n`
}
