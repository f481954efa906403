/** `--webhook SOURCE=STYLE:VARIABLE`: which sources take signed webhooks, and where their secrets are. No secret stands on a command line. */
import { SpillwayError } from '../../base/errors.ts'
import type { Webhooks } from '../../serve/access/webhook-signature.ts'
import { UsageError, type OptionSpec } from './command.ts'

const styles = ['standard', 'stripe'] as const

/** A source, its style, and the environment variable that holds its secret, or several separated by spaces. */
export interface WebhookSource {
  readonly source: string
  readonly style: (typeof styles)[number]
  readonly variable: string
}

export const webhookOption: OptionSpec = {
  type: 'string',
  multiple: true,
  value: 'SOURCE=STYLE:VARIABLE',
  help: 'take signed webhooks at /sources/SOURCE/webhook; STYLE is standard or stripe, VARIABLE the environment variable with the secret',
}

/** Throws `UsageError`. */
export function webhookSources(given: readonly string[]): WebhookSource[] {
  return given.map(text => {
    const [, source, style, variable] = /^([^=]+)=([^:]+):(\w+)$/.exec(text) ?? []
    const known = styles.find(one => one === style)
    if (source === undefined || known === undefined)
      throw new UsageError(`--webhook ${text} is not SOURCE=STYLE:VARIABLE; write --webhook payments=stripe:STRIPE_SECRET`)
    return { source, style: known, variable }
  })
}

/** Throws `SPILL_INPUT` for a variable that is not set. */
export function webhooksOf(sources: readonly WebhookSource[], env: Readonly<Record<string, string | undefined>>): Webhooks {
  return Object.fromEntries(
    sources.map(({ source, style, variable }) => {
      const secrets = (env[variable] ?? '').split(/\s+/).filter(secret => secret !== '')
      if (secrets.length === 0)
        throw new SpillwayError('SPILL_INPUT', `the secret of the webhooks into '${source}' is to be in ${variable}, which is not set`)
      return [source, { style, secret: secrets }]
    }),
  )
}
