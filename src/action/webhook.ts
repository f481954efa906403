/**
 * Webhooks: effects as POSTs with an idempotency key, signed as Standard Webhooks has it, over connections that are kept.
 *
 * A 2xx is an acknowledgement once the answer is complete, 410 is final, everything else may be tried again.
 */
import { after, wallClock, type Clock } from '../base/clock.ts'
import { packageVersion } from '../base/package-version.ts'
import type { Destination } from './destination.ts'
import { guardedConnector, systemResolve, type MakeConnector, type Resolve } from './guarded-connector.ts'
import { signer } from './signature.ts'
import { WebhookTry, type Wire } from './webhook-try.ts'
import { checkWebhook, type WebhookSettings } from './webhook-settings.ts'

/** What tests replace. */
export interface WebhookPorts {
  readonly clock: Clock
  readonly after: typeof after
  readonly resolve: Resolve
  readonly connector: MakeConnector
}

/** Throws `SPILL_DEFINITION` for settings that cannot be. Opens no connection before there is something to deliver. */
export async function openWebhook(settings: WebhookSettings, ports: Partial<WebhookPorts> = {}): Promise<Destination> {
  const { url, secret, timeoutMs, concurrency, allowPrivate, headers, maxRedirects } = checkWebhook(settings)
  const sign = secret === undefined ? undefined : signer(secret)
  // A fifth of a second to load: only where there are webhooks.
  const { Agent, buildConnector } = await import('undici')
  const make = ports.connector ?? (options => buildConnector({ ...options, timeout: timeoutMs, allowH2: false }))
  const agent = new Agent({
    connections: concurrency,
    connect: guardedConnector(make, ports.resolve ?? systemResolve, allowPrivate),
    allowH2: false,
    // One timer for the whole try takes their place.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const wire: Wire = {
    agent,
    url,
    sign,
    headers: ['content-type', 'application/json', 'user-agent', `spillway/${packageVersion()}`],
    ownHeaders: headers,
    timeoutMs,
    maxRedirects,
    clock: ports.clock ?? wallClock,
    after: ports.after ?? after,
  }
  return {
    concurrency,
    deliver: delivery => new Promise(resolve => new WebhookTry(wire, delivery, resolve).begin()),
    close: () => agent.close(),
  }
}
