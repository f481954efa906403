/** Opens receivers of alerts: settings from the environment and from files of this machine, an HTTP connection, and a format for each kind. */
import { openWebhook, type WebhookPorts } from '../../action/index.ts'
import { settingReader } from '../../base/node/index.ts'
import type { Destination } from '../../define/action/index.ts'
import type { AlertDestinationIR } from '../../define/config/index.ts'
import type { AlertFormat } from './alert-format.ts'
import { alertmanagerFormat } from './alertmanager-format.ts'
import { pagerDutyFormat } from './pagerduty-format.ts'
import { answerText, judgeAlertAnswer } from './receiver-answer.ts'
import { slackFormat } from './slack-format.ts'
import { webhookFormat } from './webhook-format.ts'

/** An open receiver of alerts. */
export interface OpenedAlertReceiver {
  readonly settings: Pick<AlertDestinationIR, 'name' | 'kind' | 'severity' | 'remind'>
  readonly format: AlertFormat
  readonly destination: Destination
  /** The last answer, status and beginning of its text; undefined before the first. */
  readonly lastAnswer: () => string | undefined
}

/**
 * Opens receivers, without connecting to them. `env` are environment variables.
 *
 * @throws `SPILL_INPUT` for a missing variable or file, `SPILL_DEFINITION` for a setting that does not fit.
 */
export function openAlertReceivers(
  destinations: readonly AlertDestinationIR[],
  env: Readonly<Record<string, string | undefined>>,
  ports: Partial<WebhookPorts> = {},
): Promise<OpenedAlertReceiver[]> {
  return Promise.all(destinations.map(destination => openReceiver(destination, env, ports)))
}

async function openReceiver(
  destination: AlertDestinationIR,
  env: Readonly<Record<string, string | undefined>>,
  ports: Partial<WebhookPorts>,
): Promise<OpenedAlertReceiver> {
  const { kind, name, allowPrivate, timeout: timeoutMs } = destination
  const text = settingReader(`alerts to '${name}'`, env)
  const url = text('the address', destination.url)
  const key = destination.key && text('the key', destination.key)
  const secret = destination.secret && text('the secret', destination.secret)
  const headers = Object.fromEntries(
    Object.entries(destination.headers ?? {}).map(([header, value]) => [header, text(`header '${header}'`, value)]),
  )
  const secrets = [key, secret, ...(kind === 'slack' ? [url] : []), ...Object.values(headers)].filter(value => value !== undefined)
  let lastAnswer: string | undefined
  const opened = await openWebhook(
    { url: kind === 'alertmanager' ? alertmanagerUrl(url) : url, secret, headers, timeoutMs, concurrency: 1, allowPrivate },
    {
      ...ports,
      judge: (status, answer) => {
        const shown = answerText(answer, secrets)
        lastAnswer = shown === '' ? `status ${status}` : `status ${status}: ${shown}`
        return judgeAlertAnswer(status, answer, secrets, kind === 'webhook')
      },
    },
  )
  return { settings: destination, format: formatOf(kind, key), destination: opened, lastAnswer: () => lastAnswer }
}

function formatOf(kind: AlertDestinationIR['kind'], key = ''): AlertFormat {
  switch (kind) {
    case 'webhook':
      return webhookFormat
    case 'slack':
      return slackFormat
    case 'pagerduty':
      return pagerDutyFormat(key)
    case 'alertmanager':
      return alertmanagerFormat
  }
}

const ALERTS_PATH = '/api/v2/alerts'

/** The address of the API, if only that of the server is given. */
function alertmanagerUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || url.pathname.endsWith(ALERTS_PATH)) return text
  url.pathname = `${url.pathname.replace(/\/$/, '')}${ALERTS_PATH}`
  return url.href
}
