/** `--webhook SOURCE=STYLE:VARIABLE`: sources that accept signed webhooks, and the environment variables of their secrets. */
import { SpillwayError } from '../../base/index.ts'
import type { WebhookSecrets } from '../../serve/access/index.ts'
import { UsageError, type OptionSpec } from './command.ts'

const styles = ['standard', 'stripe'] as const

/** A source, its signature style, and the environment variable with its secret, or several secrets separated by spaces. */
export interface WebhookSource {
  readonly source: string
  readonly style: (typeof styles)[number]
  readonly variable: string
}

/** The option `--webhook`. */
export const webhookOption: OptionSpec = {
  type: 'string',
  multiple: true,
  value: 'SOURCE=STYLE:VARIABLE',
  help: 'accept signed webhooks at /sources/SOURCE/webhook; STYLE is standard or stripe, VARIABLE the environment variable with the secret',
}

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
