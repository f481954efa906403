/** Receivers of alerts in a configuration: what they become, and what each mistake is answered with. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { env, secretFile } from '../action/setting.ts'
import { type AlertDestination, alertDestinationsIR, alertmanager, alertWebhook, pagerDuty, slack } from './alert-destinations.ts'
import { defineConfig } from './config.ts'

test('receivers become plain data with their defaults', () => {
  const receivers = [
    alertWebhook('https://ops.example/alerts', { secret: secretFile('/run/secrets/ops'), headers: { 'X-Team': 'risk' }, timeout: '2s' }),
    slack(env('SLACK'), { remind: '4h' }),
    slack(env('SLACK_RISK'), { name: 'risk', severity: 'page' }),
    pagerDuty(env('KEY')),
    alertmanager(env('ALERTMANAGER'), { allowPrivate: true, headers: { authorization: env('TOKEN') } }),
  ]
  assert.deepEqual(alertDestinationsIR('notify', receivers), [
    {
      kind: 'webhook',
      name: 'webhook',
      severity: 'ticket',
      timeout: 2000,
      url: { kind: 'value', value: 'https://ops.example/alerts' },
      secret: { kind: 'file', name: '/run/secrets/ops' },
      headers: { 'x-team': { kind: 'value', value: 'risk' } },
    },
    { kind: 'slack', name: 'slack', severity: 'ticket', remind: 14_400_000, url: { kind: 'env', name: 'SLACK' } },
    { kind: 'slack', name: 'risk', severity: 'page', url: { kind: 'env', name: 'SLACK_RISK' } },
    {
      kind: 'pagerduty',
      name: 'pagerduty',
      severity: 'page',
      url: { kind: 'value', value: 'https://events.pagerduty.com/v2/enqueue' },
      key: { kind: 'env', name: 'KEY' },
    },
    {
      kind: 'alertmanager',
      name: 'alertmanager',
      severity: 'ticket',
      allowPrivate: true,
      url: { kind: 'env', name: 'ALERTMANAGER' },
      headers: { authorization: { kind: 'env', name: 'TOKEN' } },
    },
  ])
})

const mistakes: readonly (readonly [() => unknown, RegExp])[] = [
  [() => slack('https://hooks.slack.com/services/T/B/X' as never), /slack: the address is a secret and must not be in the file; write env/],
  [() => pagerDuty('e93facc0' as never), /pagerDuty: the key is a secret and must not be in the file/],
  [() => alertWebhook('https://ops.example', { secret: 'plain' as never }), /alertWebhook: secret is a secret and must not be in the file/],
  [() => alertWebhook('ops.example/alerts'), /alertWebhook needs an address: 'https:\/\/…', got 'ops.example\/alerts'/],
  [() => alertmanager('http://ann:pw@alerts'), /alertmanager: a password must not be in the file/],
  [() => alertWebhook('https://ops.example', { timout: '3s' } as never), /alertWebhook has no option 'timout'; did you mean 'timeout'\?/],
  [() => slack(env('S'), { secret: env('X') } as never), /slack has no option 'secret'/],
  [() => slack(env('S'), { severity: 'critical' as never }), /slack: severity is 'page' or 'ticket', got 'critical'/],
  [() => slack(env('S'), { remind: 'daily' as never }), /slack: remind: 'daily' is no duration/],
  [() => slack(env('S'), { name: 'on call' }), /slack: the name 'on call' is no name/],
  [() => alertmanager('http://alerts', { allowPrivate: 'yes' as never }), /alertmanager: allowPrivate is true or false, got 'yes'/],
  [() => alertWebhook('https://ops.example', { headers: 'x' as never }), /alertWebhook: headers are \{ name: value \}, got 'x'/],
  [() => defineConfig({ alerts: { notify: slack(env('S')) as never } }), /alerts\.notify is a list of receivers/],
  [() => defineConfig({ alerts: { notify: ['https://ops.example' as never] } }), /alerts\.notify lists alertWebhook\(…\), slack\(…\)/],
  [() => defineConfig({ alerts: { notfy: [] } as never }), /alerts has no option 'notfy'; did you mean 'notify'\?/],
  [() => defineConfig({ alerts: { notify: [slack(env('A')), slack(env('B'))] } }), /two receivers 'slack'; give one of them a name/],
  [() => defineConfig({ profiles: { production: { alerts: { notify: {} as never } } } }), /profiles\.production\.alerts\.notify is a list/],
]

for (const [define, message] of mistakes)
  test(`a mistake in a receiver: ${message.source}`, () => {
    assert.throws(define, { code: 'SPILL_DEFINITION', message })
  })

test('a receiver shows no secret', () => {
  const receiver: AlertDestination = slack(env('SLACK'))
  assert.equal(JSON.stringify(receiver).includes('hooks.slack'), false)
})
