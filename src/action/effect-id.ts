/** The idempotency key of an effect: identical on every replay of the log, and unique to the effect. */
import { createHash } from 'node:crypto'

/**
 * `pipeline/action/` and 32 hex digits of SHA-256 over the log's name, the decision's id and its time.
 *
 * A new data folder numbers its events from the beginning again. The log's name keeps its effects apart from those of the old folder.
 */
export function effectId(pipeline: string, action: string, log: string, decision: string, t: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([log, decision, t]))
    .digest('hex')
  return `${pipeline}/${action}/${hash.slice(0, 32)}`
}
