/** The idempotency key of an effect: identical on every replay of the log, unique to the effect, and in a form that fits a header. */
import { hash } from 'node:crypto'
import { limits } from '../base/index.ts'

/**
 * `pipeline/action/` and 32 hex digits of SHA-256 over the log's name, the decision's id and its time.
 *
 * A new data folder numbers its events from the beginning again. The log's name keeps its effects apart from those of the old folder.
 */
export function effectId(pipeline: string, action: string, log: string, decision: string, t: number): string {
  return `${pipeline}/${action}/${hash('sha256', JSON.stringify([log, decision, t])).slice(0, 32)}`
}

/** Visible ASCII without full stops, which separate the id from the rest of the signed text. */
const plain = /^[!-\-/-~]+$/

/**
 * The key on the wire, in headers and in the signed text: the id itself, if it is visible ASCII without full stops and at most `WIRE_KEY_MAX` long. Otherwise `sha256-` and the base64url of the
 * SHA-256 of its UTF-8: stable across attempts, distinct for distinct ids.
 */
export function wireKey(id: string): string {
  return id.length <= limits.WIRE_KEY_MAX && plain.test(id) ? id : `sha256-${hash('sha256', id, 'base64url')}`
}
