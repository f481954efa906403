/** A topic of Kafka as a place: what compiles, and what must not. */
import { env, secretFile } from 'spillway'
import { defineConfig, kafka } from 'spillway/config'
import { run } from 'spillway/run'

const login = { mechanism: 'scram-sha-512', username: 'fraud', password: env('PASSWORD') } as const
const place = kafka({ topic: 'payments', brokers: ['a:9092', 'b:9092'], sasl: login, tls: { ca: secretFile('ca.pem') } })
defineConfig({ sources: { payments: { feed: place } } })
defineConfig({ sources: { payments: { feed: ['old.ndjson', kafka({ topic: 'payments' })] } } })
kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: async () => ({ token: 't', expiresAt: Date.now() + 1000 }) }, tls: true })
kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: secretFile('token'), extensions: { logicalCluster: 'lkc-1' } } })
declare const shop: Parameters<typeof run>[0]
void run(shop, { data: 'data', sources: { payments: place } })

// @ts-expect-error a topic is needed
kafka({ brokers: 'a:9092' })
// @ts-expect-error no such option
kafka({ topic: 'p', ssl: true })
// @ts-expect-error a secret in the file
kafka({ topic: 'p', sasl: { ...login, password: 'swordfish' } })
// @ts-expect-error a mechanism in the letters of another client
kafka({ topic: 'p', sasl: { ...login, mechanism: 'SCRAM-SHA-512' } })
// @ts-expect-error a token beside a password
kafka({ topic: 'p', sasl: { ...login, token: env('TOKEN') } })
// @ts-expect-error a token in the file
kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: 'swordfish' } })
// @ts-expect-error a path that is no setting
kafka({ topic: 'p', tls: { ca: 'ca.pem' } })
// @ts-expect-error certificates are always checked
kafka({ topic: 'p', tls: { rejectUnauthorized: false } })
defineConfig({ sources: { payments: { history: ['old.csv', kafka({ topic: 'payments', to: '2026-01-01T00:00Z' })] } } })
// @ts-expect-error a place is made by kafka
defineConfig({ sources: { payments: { feed: { topic: 'payments' } } } })

defineConfig({ decisions: kafka('decisions'), deadLetters: kafka('payments.rejected', { sasl: login, tls: true }) })
// @ts-expect-error a place to read is no destination
defineConfig({ decisions: kafka({ topic: 'decisions' }) })
// @ts-expect-error an option of a place to read
kafka('decisions', { from: 'latest' })
// @ts-expect-error a topic to write is no feed
defineConfig({ sources: { payments: { feed: kafka('payments') } } })
