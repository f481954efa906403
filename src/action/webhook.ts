/**
 * Webhooks as a destination: POSTs with an idempotency key, signed by Standard Webhooks, over persistent connections.
 *
 * A complete 2xx response acknowledges the effect, 410 is final, everything else may be retried.
 */
import { callAfter, wallClock, type Clock } from '../base/index.ts'
import { packageVersion } from '../base/node/index.ts'
import type { Destination } from '../define/action/index.ts'
import { guardedConnector, resolveBySystem, type MakeConnector, type ResolveHost } from './guarded-connector.ts'
import { webhookSigner } from './signature.ts'
import { WebhookAttempt, type WebhookTransport } from './webhook-attempt.ts'
import { checkWebhook, type WebhookSettings } from './webhook-settings.ts'

/** Ports for tests. */
export interface WebhookPorts {
  readonly clock: Clock
  readonly after: typeof callAfter
  readonly resolve: ResolveHost
  readonly connector: MakeConnector
}

/**
 * Opens no connection before the first delivery.
 * @throws `SPILL_DEFINITION` for invalid settings.
 */
export async function openWebhook(settings: WebhookSettings, ports: Partial<WebhookPorts> = {}): Promise<Destination> {
  const { url, secret, timeoutMs, concurrency, allowPrivate, headers, maxRedirects } = checkWebhook(settings)
  const sign = secret === undefined ? undefined : webhookSigner(secret)
  // Loading takes 0.2 s, so only pipelines with webhooks load it.
  const { Agent, buildConnector } = await import('undici')
  const make = ports.connector ?? (options => buildConnector({ ...options, timeout: timeoutMs, allowH2: false }))
  const agent = new Agent({
    connections: concurrency,
    connect: guardedConnector(make, ports.resolve ?? resolveBySystem, allowPrivate),
    allowH2: false,
    // One timer for the whole attempt replaces these.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const wire: WebhookTransport = {
    agent,
    url,
    sign,
    headers: ['content-type', 'application/json', 'user-agent', `spillway/${packageVersion()}`],
    ownHeaders: headers,
    timeoutMs,
    maxRedirects,
    clock: ports.clock ?? wallClock,
    after: ports.after ?? callAfter,
  }
  return {
    concurrency,
    deliver: delivery => new Promise(resolve => new WebhookAttempt(wire, delivery, resolve).start()),
    close: () => agent.close(),
  }
}
