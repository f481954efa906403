/** Judges the answers of receivers of alerts: delivered, rejected for good, or to be retried. */
import { inOneLine } from '../../base/index.ts'
import type { DeliveryOutcome } from '../../define/action/index.ts'
import { clipped } from './notification.ts'

/** The receiver could not read the message, and could not the next time. */
const rejections = [400, 413, 415, 422]

/** Characters of an answer that are shown. */
const TEXT_SHOWN = 160

/** The beginning of an answer in one line, without secrets. */
export function answerText(text: string, secrets: readonly string[]): string {
  const shown = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text.trim())
  return clipped(inOneLine(shown.replaceAll(/\s+/g, ' ')), TEXT_SHOWN)
}

/**
 * The outcome of an answer; undefined for a 2xx. 401, 403, 404 and 410 are retried, unlike for an effect: a person may renew a token, or
 * restore a channel, and then wants to know of the alerts that still fire.
 *
 * A redirect is followed for a webhook of one's own alone: the body of the others may hold a key.
 */
export function judgeAlertAnswer(
  status: number,
  text: string,
  secrets: readonly string[],
  followsRedirects: boolean,
): DeliveryOutcome | undefined {
  if (status < 300) return undefined
  if (status < 400) {
    if (followsRedirects) return undefined
    return { kind: 'failed', why: `status ${status} redirects, which is not followed; give the address that it redirects to` }
  }
  const shown = answerText(text, secrets)
  const why = shown === '' ? `status ${status}` : `status ${status}: ${shown}`
  return rejections.includes(status) ? { kind: 'failed', why, final: true } : { kind: 'failed', why }
}
