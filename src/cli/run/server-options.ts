/** Options of servers: `--listen`, `--host`, `--rate N`, and `--webhook SOURCE=STYLE:VARIABLE`. */
import type { RateLimit, WebhookSecrets } from '../../serve/access/index.ts'
import { UsageError } from '../command/command.ts'
import { SpillwayError } from '../../base/index.ts'

/** The option `--rate`. */
export const rateOption = {
  value: 'N',
  help: 'limit each client, by token or address, to N requests per second, or to N:BURST with a burst (twice N unless given); more get status 429 [default: no limit]',
} as const

/** Parses `N` or `N:BURST`; the default burst is twice the rate. Throws `UsageError`. */
export function rateLimitOf(text: string | undefined): RateLimit | undefined {
  if (text === undefined) return undefined
  const [, perSecond, burst] = /^([1-9]\d{0,6})(?::([1-9]\d{0,6}))?$/.exec(text) ?? []
  if (perSecond === undefined)
    throw new UsageError(`--rate ${text} is not a number of requests per second; write --rate 100, or --rate 100:500`)
  return { perSecond: Number(perSecond), burst: burst === undefined ? 2 * Number(perSecond) : Number(burst) }
}

const styles = ['standard', 'stripe'] as const

/** A source, its signature style, and the environment variable with its secret, or several secrets separated by spaces. */
export interface WebhookSource {
  readonly source: string
  readonly style: (typeof styles)[number]
  readonly variable: string
}

/** The option `--webhook`. */
export const webhookOption = {
  multiple: true,
  value: 'SOURCE=STYLE:VARIABLE',
  help: 'accept signed webhooks at /sources/SOURCE/webhook; STYLE is standard or stripe, VARIABLE the environment variable with the secret',
} as const

/** Parses the values of `--webhook`. Throws `UsageError`. */
export function parseWebhookSources(values: readonly string[]): WebhookSource[] {
  return values.map(text => {
    const [, source, style, variable] = /^([^=]+)=([^:]+):(\w+)$/.exec(text) ?? []
    const validStyle = styles.find(candidate => candidate === style)
    if (source === undefined || validStyle === undefined)
      throw new UsageError(`--webhook ${text} is not SOURCE=STYLE:VARIABLE; write --webhook payments=stripe:STRIPE_SECRET`)
    return { source, style: validStyle, variable }
  })
}

/** Reads the secrets from the environment. Throws `SPILL_INPUT` for a variable that is not set. */
export function webhooksOf(sources: readonly WebhookSource[], env: Readonly<Record<string, string | undefined>>): WebhookSecrets {
  return Object.fromEntries(
    sources.map(({ source, style, variable }) => {
      const secrets = (env[variable] ?? '').split(/\s+/).filter(secret => secret !== '')
      if (secrets.length === 0)
        throw new SpillwayError(
          'SPILL_INPUT',
          `the webhook secret of source '${source}' is missing: set the environment variable ${variable}`,
        )
      return [source, { style, secret: secrets }]
    }),
  )
}

/** Parses `7070`, `host:7070` or `[::1]:7070`. Throws `UsageError`. */
export function listenAddress(text: string | undefined): { host?: string; port?: number } {
  if (text === undefined) return {}
  const [, ipv6, name, port] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) throw new UsageError(`--listen ${text} is not PORT or HOST:PORT; write --listen 7070`)
  const host = ipv6 ?? name
  return { ...(host !== undefined && { host }), port: Number(port) }
}

/** Checks the values of `--host`. Throws `UsageError`. */
export function checkHostNames(names: readonly string[]): void {
  const invalid = names.find(name => !/^[\w.-]+$/.test(name))
  if (invalid !== undefined)
    throw new UsageError(`--host ${invalid} is not a host name; write it without a scheme and a port: --host flow.example.com`)
}
