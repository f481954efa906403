/**
 * Alerts for an incoming webhook of Slack, in Block Kit (https://docs.slack.dev/reference/block-kit/blocks): header at most 150
 * characters, section at most 3,000, field at most 2,000.
 */
import { inOneLine } from '../../base/index.ts'
import type { AlertFormat } from './alert-format.ts'
import { affectedText, clipped, conditionTitle, inhibitedText, isoTime, openText, stateText, type Notification } from './notification.ts'

/** `text` is what a phone shows of the message. */
export const slackFormat: AlertFormat = {
  body: notification => JSON.stringify({ text: clipped(fallbackText(notification), 3000), blocks: blocksOf(notification) }),
}

const fallbackText = (notification: Notification): string =>
  `${escapeMarkup(titleOf(notification))}: ${escapeMarkup(notification.alert.summary)}`

const titleOf = (notification: Notification): string =>
  `${stateText(notification)}: ${notification.alert.pipeline}: ${conditionTitle(notification.alert)}`

function blocksOf(notification: Notification): unknown[] {
  const { alert, kind } = notification
  const affected = affectedText(alert.affected)
  const inhibited = inhibitedText(alert)
  const fields = [
    ...(alert.began === undefined ? [] : [field('Began', slackTime(alert.began))]),
    field('Opened', slackTime(alert.opened)),
    field(kind === 'resolved' ? 'Was open for' : 'Open for', openText(notification)),
    ...(affected === '' ? [] : [field('Affected', escapeMarkup(affected))]),
    ...(inhibited === '' ? [] : [field('Also caused by it', escapeMarkup(inhibited))]),
  ]
  const note = kind === 'acknowledged' ? alert.acknowledged?.note : undefined
  return [
    { type: 'header', text: { type: 'plain_text', text: clipped(titleOf(notification), 150) } },
    section(escapeMarkup(inOneLine(alert.summary))),
    ...(note === undefined ? [] : [section(`>${escapeMarkup(inOneLine(note))}`)]),
    { type: 'section', fields },
    ...(kind === 'resolved' ? [] : [section(`Run \`${codeText(alert.command)}\`, and read \`${codeText(alert.runbook)}\``)]),
    { type: 'context', elements: [{ type: 'mrkdwn', text: clipped(`Alert ${escapeMarkup(inOneLine(alert.id))}`, 2000) }] },
  ]
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: clipped(text, 3000) } })

const field = (label: string, text: string) => ({ type: 'mrkdwn', text: clipped(`*${label}*\n${text}`, 2000) })

/** In the time zone of the reader; ISO 8601 where a client cannot show it. */
const slackTime = (ms: number): string => `<!date^${Math.floor(ms / 1000)}^{date_short_pretty} {time_secs}|${isoTime(ms)}>`

/** A back tick would end the code. */
const codeText = (text: string): string => escapeMarkup(inOneLine(text)).replaceAll('`', "'")

/** Without it, a name such as `<!channel>` would call everybody. */
const escapeMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
