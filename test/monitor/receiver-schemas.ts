/**
 * JSON Schemas of the bodies that receivers of alerts take, written after their documentation.
 *
 * - PagerDuty: https://github.com/PagerDuty/api-schema, reference/events-v2/openapiv3.json, and the lengths of its developer pages.
 * - Alertmanager: https://github.com/prometheus/alertmanager, api/v2/openapi.yaml (Apache-2.0), and the names of labels in Prometheus.
 * - Slack: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
 * - A webhook of one's own: the envelope of https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const
const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' } as const

const object = (properties: object, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
  additionalProperties: false,
})

export const pagerDutySchema = {
  ...object(
    {
      routing_key: { type: 'string', minLength: 32, maxLength: 32 },
      event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
      dedup_key: text(255),
      client: text(1024),
      payload: object({
        summary: text(1024),
        source: text(1024),
        severity: { enum: ['critical', 'warning', 'error', 'info'] },
        timestamp: time,
        component: text(1024),
        group: text(1024),
        class: text(1024),
        custom_details: { type: 'object' },
      }),
    },
    ['client', 'payload'],
  ),
  // The properties are those above; these two say when there is a payload.
  oneOf: [
    { properties: { event_action: { const: 'trigger' } }, required: ['payload'] },
    { properties: { event_action: { enum: ['acknowledge', 'resolve'] }, payload: false } },
  ],
}

/** Names of labels, and texts. */
const labels = {
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' },
  additionalProperties: { type: 'string' },
}

export const alertmanagerSchema = {
  type: 'array',
  minItems: 1,
  items: object({ labels, annotations: labels, startsAt: time, endsAt: time }),
}

const markup = (maxLength: number) => object({ type: { const: 'mrkdwn' }, text: text(maxLength) })

export const slackSchema = object({
  text: text(40_000),
  blocks: {
    type: 'array',
    minItems: 1,
    maxItems: 50,
    items: {
      oneOf: [
        object({ type: { const: 'header' }, text: object({ type: { const: 'plain_text' }, text: text(150) }) }),
        object({ type: { const: 'section' }, text: markup(3000) }),
        object({ type: { const: 'section' }, fields: { type: 'array', minItems: 1, maxItems: 10, items: markup(2000) } }),
        object({ type: { const: 'context' }, elements: { type: 'array', minItems: 1, maxItems: 10, items: markup(2000) } }),
      ],
    },
  },
})

export const webhookSchema = object({
  type: { type: 'string', pattern: '^[a-zA-Z0-9_]+(\\.[a-zA-Z0-9_]+)*$' },
  timestamp: time,
  data: { type: 'object', required: ['dedupKey', 'alert'] },
})
