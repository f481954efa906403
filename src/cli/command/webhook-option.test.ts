import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webhooksOf, webhookSources } from './webhook-option.ts'

test('a source, a style and a variable, from which the secrets are taken', () => {
  const sources = webhookSources(['payments=stripe:PAY_SECRET', 'alerts=standard:ALERT_SECRETS'])
  assert.deepEqual(webhooksOf(sources, { PAY_SECRET: 'whsec_a', ALERT_SECRETS: ' whsec_b  whsec_c ' }), {
    payments: { style: 'stripe', secret: ['whsec_a'] },
    alerts: { style: 'standard', secret: ['whsec_b', 'whsec_c'] },
  })
  assert.throws(() => webhooksOf(sources, { PAY_SECRET: 'whsec_a' }), { code: 'SPILL_INPUT', message: /ALERT_SECRETS, which is not set/ })
})

test('what is none says what to write, and a secret on the command line is none', () => {
  for (const text of ['payments', 'payments=stripe', 'payments=strype:X', '=stripe:X', 'payments=stripe:whsec_a/b+c='])
    assert.throws(() => webhookSources([text]), { message: /is not SOURCE=STYLE:VARIABLE; write --webhook/ })
})
