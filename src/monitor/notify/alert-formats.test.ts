/** The bodies that receivers of alerts get: golden texts, and the schemas of the receivers over random alerts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { alertOf, OPENED, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { alertmanagerSchema, pagerDutySchema, slackSchema, webhookSchema } from '../../../test/monitor/receiver-schemas.ts'
import type { Alert, AlertCause } from '../alerts/alert.ts'
import type { AlertFormat } from './alert-format.ts'
import { alertmanagerFormat } from './alertmanager-format.ts'
import { notificationOf, type NotificationKind } from './notification.ts'
import { pagerDutyFormat } from './pagerduty-format.ts'
import { slackFormat } from './slack-format.ts'
import { webhookFormat } from './webhook-format.ts'

const KEY = 'e93facc04764012d7bfb002500d5d1a6'
const LOG = '0123456789abcdef'
const MINUTE = 60_000

const bodyOf = (format: AlertFormat, kind: NotificationKind, alert: Alert, minutes = 0): unknown => {
  const at = OPENED + minutes * MINUTE
  return JSON.parse(format.body(notificationOf(LOG, kind, alert, at), at))
}

const alert = alertOf()
const acknowledged = alertOf({ acknowledged: { by: 'ann', at: OPENED + 5 * MINUTE, note: 'looking <now>' } })
const withInhibited = alertOf({
  inhibited: [
    { cause: 'deadline', subject: { kind: 'action', name: 'decline' }, severity: 'page', summary: 'late', since: OPENED },
    { cause: 'drift', subject: { kind: 'model', name: 'fraud' }, severity: 'ticket', summary: 'drifts', since: OPENED },
  ],
})

test('a webhook of one’s own gets the whole alert in the envelope of Standard Webhooks', () => {
  assert.deepEqual(bodyOf(webhookFormat, 'opened', alert), {
    type: 'alert.opened',
    timestamp: '2026-03-01T03:12:00.000Z',
    data: { dedupKey: 'freshness-card_1h-3/0123456789abcdef', alert },
  })
})

test('PagerDuty gets one incident by its dedup_key: triggered, acknowledged, resolved', () => {
  const dedup_key = 'freshness-card_1h-3/0123456789abcdef'
  const format = pagerDutyFormat(KEY)
  assert.deepEqual(bodyOf(format, 'opened', withInhibited), {
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key,
    client: 'Spillway',
    payload: {
      summary: `fraud: ${alert.summary}`,
      source: 'fraud: group card_1h',
      severity: 'critical',
      timestamp: '2026-03-01T03:12:00.000Z',
      component: 'card_1h',
      group: 'fraud',
      class: 'freshness',
      custom_details: {
        condition: 'freshness, group card_1h',
        affected: 'group card_1h; model fraud; actions decline, review; 1,320 decisions',
        'first command': 'spillway inspect --data .spillway',
        runbook: 'docs/guides/alerts.md#freshness',
        'also caused by it': 'deadline, action decline (page); drift, model fraud (ticket)',
        alert: 'freshness-card_1h-3',
      },
    },
  })
  assert.deepEqual(bodyOf(format, 'acknowledged', acknowledged), { routing_key: KEY, event_action: 'acknowledge', dedup_key })
  assert.deepEqual(bodyOf(format, 'resolved', resolvedAfter(alert, 9)), { routing_key: KEY, event_action: 'resolve', dedup_key })
  const ticket = bodyOf(format, 'opened', alertOf({ severity: 'ticket' })) as { payload: { severity: string } }
  assert.equal(ticket.payload.severity, 'warning')
})

test('Alertmanager gets an alert that ends four minutes after it was sent, and at once when it is resolved', () => {
  const labels = {
    alertname: 'SpillwaySourceStopped',
    pipeline: 'fraud',
    cause: 'source-stopped',
    severity: 'page',
    subject_kind: 'source',
    subject: 'payments',
    alert_id: 'source-stopped-payments-1',
  }
  const stopped = alertOf({
    id: 'source-stopped-payments-1',
    cause: 'source-stopped',
    subject: { kind: 'source', name: 'payments' },
    summary: 'payments sends nothing since 10 min',
    affected: { groups: [], models: [], actions: [] },
  })
  const annotations = {
    summary: 'payments sends nothing since 10 min',
    affected: '',
    also_caused_by_it: '',
    runbook: 'docs/guides/alerts.md#freshness',
    command: 'spillway inspect --data .spillway',
  }
  const startsAt = '2026-03-01T03:12:00.000Z'
  assert.deepEqual(bodyOf(alertmanagerFormat, 'opened', stopped, 2), [
    { labels, annotations, startsAt, endsAt: '2026-03-01T03:18:00.000Z' },
  ])
  assert.deepEqual(bodyOf(alertmanagerFormat, 'raised', stopped, 2), [
    { labels: { ...labels, severity: 'ticket' }, annotations, startsAt, endsAt: '2026-03-01T03:14:00.000Z' },
    { labels, annotations, startsAt, endsAt: '2026-03-01T03:18:00.000Z' },
  ])
  assert.deepEqual(bodyOf(alertmanagerFormat, 'resolved', resolvedAfter(stopped, 9), 30), [
    { labels, annotations, startsAt, endsAt: '2026-03-01T03:21:00.000Z' },
  ])
  assert.deepEqual(JSON.parse(alertmanagerFormat.refresh!.body([stopped], OPENED + MINUTE)), [
    { labels, annotations, startsAt, endsAt: '2026-03-01T03:17:00.000Z' },
  ])
})

test('Slack gets a message with state, condition, value, effects and the first command', () => {
  assert.deepEqual(bodyOf(slackFormat, 'reminder', withInhibited, 240), {
    text: `Page, open for 4 h: fraud: freshness, group card_1h: ${alert.summary}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Page, open for 4 h: fraud: freshness, group card_1h' } },
      { type: 'section', text: { type: 'mrkdwn', text: alert.summary } },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*Opened*\n<!date^1772334720^{date_short_pretty} {time_secs}|2026-03-01T03:12:00.000Z>' },
          { type: 'mrkdwn', text: '*Open for*\n4 h' },
          { type: 'mrkdwn', text: '*Affected*\ngroup card_1h; model fraud; actions decline, review; 1,320 decisions' },
          { type: 'mrkdwn', text: '*Also caused by it*\ndeadline, action decline (page); drift, model fraud (ticket)' },
        ],
      },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: 'Run `spillway inspect --data .spillway`, and read `docs/guides/alerts.md#freshness`' },
      },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'Alert freshness-card_1h-3' }] },
    ],
  })
  const resolved = JSON.stringify(bodyOf(slackFormat, 'resolved', resolvedAfter(alert, 9), 30))
  assert.match(resolved, /"Resolved \(page\): fraud: freshness, group card_1h"/)
  assert.match(resolved, /\*Was open for\*\\n9 min/)
  assert.doesNotMatch(resolved, /Run `/)
  const noted = JSON.stringify(bodyOf(slackFormat, 'acknowledged', acknowledged))
  assert.match(noted, /Acknowledged by ann \(page\)/)
  assert.match(noted, />looking &lt;now&gt;/)
})

test('a name in an alert calls nobody in Slack', () => {
  const hostile = alertOf({ summary: '<!channel> & <@U1>', command: 'a`b <!here>', subject: { kind: 'group', name: '<!everyone>' } })
  const { text, blocks } = bodyOf(slackFormat, 'opened', hostile) as { text: string; blocks: { text?: { type: string; text: string } }[] }
  const markup = [text, ...blocks.flatMap(block => (block.text?.type === 'mrkdwn' ? [block.text.text] : []))].join('\n')
  assert.doesNotMatch(markup, /<!|<@/)
  assert.match(markup, /Run `a'b &lt;!here&gt;`/)
})

const ajv = new Ajv2020({ strict: false })
const schemas = [
  ['webhook', webhookFormat, ajv.compile(webhookSchema)],
  ['Slack', slackFormat, ajv.compile(slackSchema)],
  ['PagerDuty', pagerDutyFormat(KEY), ajv.compile(pagerDutySchema)],
  ['Alertmanager', alertmanagerFormat, ajv.compile(alertmanagerSchema)],
] as const

const name = fc.oneof(fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }), fc.constant('x'.repeat(900)))
const causes: readonly AlertCause[] = ['freshness', 'source-stopped', 'dead-letters', 'disk', 'batch-run']
const randomAlert = fc
  .record({
    id: name,
    cause: fc.constantFrom(...causes),
    subjectName: name,
    severity: fc.constantFrom('page' as const, 'ticket' as const),
    summary: fc.oneof(name, fc.constant('&'.repeat(5000))),
    names: fc.array(name, { maxLength: 40 }),
    decisions: fc.option(fc.nat(), { nil: undefined }),
    note: fc.option(name, { nil: undefined }),
    minutes: fc.nat(10_000),
  })
  .map(({ id, cause, subjectName, severity, summary, names, decisions, note, minutes }): [Alert, number] => [
    alertOf({
      id,
      cause,
      severity,
      summary,
      subject: { kind: 'group', name: subjectName },
      affected: { groups: names, models: names.slice(0, 1), actions: [], ...(decisions !== undefined && { decisions }) },
      inhibited: names.map(part => ({ cause, subject: { kind: 'group', name: part }, severity, summary, since: OPENED })),
      acknowledged: { by: subjectName, at: OPENED, ...(note !== undefined && { note }) },
    }),
    minutes,
  ])

for (const [receiver, format, validate] of schemas)
  test(`${receiver} accepts the body of any alert`, () => {
    const kinds = fc.constantFrom<NotificationKind>('opened', 'raised', 'extended', 'reminder', 'acknowledged', 'resolved')
    fc.assert(
      fc.property(randomAlert, kinds, ([drawn, minutes], kind) => {
        const shown = kind === 'resolved' ? resolvedAfter(drawn, minutes) : drawn
        assert.ok(validate(bodyOf(format, kind, shown, minutes)), JSON.stringify(validate.errors))
      }),
      { numRuns: 300 },
    )
  })

test('the schemas reject other bodies', () => {
  const [validateWebhook, validateSlack, validatePagerDuty, validateAlertmanager] = schemas.map(([, , validate]) => validate)
  assert.ok(!validateWebhook({ type: 'a b', timestamp: '2026-03-01T03:12:00.000Z', data: {} }))
  assert.ok(!validateSlack({ text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }))
  assert.ok(!validatePagerDuty({ routing_key: KEY, event_action: 'trigger', dedup_key: 'x' }), 'a trigger needs a payload')
  assert.ok(!validateAlertmanager([]))
})
