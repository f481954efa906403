/** The idempotency key of an effect: the same whenever the log is taken again, and of no other effect. */
import { createHash } from 'node:crypto'

/**
 * `pipeline/action/` and 32 hex digits of SHA-256 over the log's own name, the decision's id and its time. A folder that is begun anew numbers its events
 * from the beginning again, so that without the log's name its effects would be taken for the old ones'.
 */
export function effectId(pipeline: string, action: string, log: string, decision: string, t: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([log, decision, t]))
    .digest('hex')
  return `${pipeline}/${action}/${hash.slice(0, 32)}`
}
