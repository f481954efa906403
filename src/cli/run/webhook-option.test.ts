import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webhooksOf, parseWebhookSources } from './server-options.ts'

test('the secrets come from the environment variable that the option names', () => {
  const sources = parseWebhookSources(['payments=stripe:PAY_SECRET', 'alerts=standard:ALERT_SECRETS'])
  assert.deepEqual(webhooksOf(sources, { PAY_SECRET: 'whsec_a', ALERT_SECRETS: ' whsec_b  whsec_c ' }), {
    payments: { style: 'stripe', secret: ['whsec_a'] },
    alerts: { style: 'standard', secret: ['whsec_b', 'whsec_c'] },
  })
  assert.throws(() => webhooksOf(sources, { PAY_SECRET: 'whsec_a' }), {
    code: 'SPILL_INPUT',
    message: /set the environment variable ALERT_SECRETS$/,
  })
})

test('an invalid value is rejected with the fix, also a secret on the command line', () => {
  for (const text of ['payments', 'payments=stripe', 'payments=strype:X', '=stripe:X', 'payments=stripe:whsec_a/b+c='])
    assert.throws(() => parseWebhookSources([text]), { message: /is not SOURCE=STYLE:VARIABLE; write --webhook/ })
})
