/** The idempotency key of an effect on the wire: in a header, and in the signed text. */
import { hash } from 'node:crypto'
import { limits } from '../base/index.ts'

/** Visible ASCII without full stops, which separate the id from the rest of the signed text. */
const plain = /^[!-\-/-~]+$/

/**
 * The id itself, if it is visible ASCII without full stops and at most `WIRE_KEY_MAX` long. Otherwise `sha256-` and the base64url of the
 * SHA-256 of its UTF-8: stable across attempts, distinct for distinct ids.
 */
export function wireKey(id: string): string {
  return id.length <= limits.WIRE_KEY_MAX && plain.test(id) ? id : `sha256-${hash('sha256', id, 'base64url')}`
}
