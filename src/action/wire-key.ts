/** An effect's id as its idempotency key goes over the wire: in a header, and in what is signed. */
import { hash } from 'node:crypto'
import { limits } from '../base/limits.ts'

/** Seen in a header as it is; without a full stop, which parts an id from what is signed behind it. */
const plain = /^[!-\-/-~]+$/

/**
 * The id itself, if it is visible ASCII without full stops and no longer than `WIRE_KEY_MAX`. Otherwise `sha256-` and the base64url of the SHA-256 of
 * its UTF-8, so that it is the same for all tries, and ids that differ stay apart.
 */
export function wireKey(id: string): string {
  return id.length <= limits.WIRE_KEY_MAX && plain.test(id) ? id : `sha256-${hash('sha256', id, 'base64url')}`
}
