/** An effect as one line of NDJSON, for readers of a file or a pipe. */
import type { Delivery } from '../define/action/index.ts'

/**
 * `{"id":…,"action":…}` merged with the body, or the body under `body` if it is a decision, which has an `id` of its own, or no object.
 * `id` is always that of the delivery: readers deduplicate by it.
 */
export function effectLine({ id, action, body }: Delivery): string {
  const content: unknown = JSON.parse(body)
  const isMerged = action !== undefined && typeof content === 'object' && content !== null && !Array.isArray(content)
  return `${JSON.stringify({ id, action, ...(isMerged ? { ...content, id, action } : { body: content }) })}\n`
}
