/** Receivers and webhooks of one test, which `afterEach(closeWebhooks)` closes. */
import type { ServerResponse } from 'node:http'
import type { Destination } from '../../src/define/action/destination.ts'
import { openWebhook, type WebhookPorts, type WebhookSettings } from '../../src/action/webhook.ts'
import { receiver, type Received, type Receiver } from './receiver.ts'

const open: { close(): Promise<void> }[] = []
export async function closeWebhooks(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close()
}

export async function answering(answer: (response: ServerResponse, request: Received) => void): Promise<Receiver> {
  const there = await receiver(answer)
  open.push(there)
  return there
}

export async function opened(settings: WebhookSettings, ports: Partial<WebhookPorts> = {}): Promise<Destination> {
  const webhook = await openWebhook(settings, ports)
  open.push(webhook)
  return webhook
}

/** The test closes this one itself. */
export function closedByTest(one: { close(): Promise<void> }): void {
  open.splice(open.indexOf(one), 1)
}
