/** Where the effects of a pipeline's actions go, as its definitions say, with the settings that are looked up where it runs. */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../base/errors.ts'
import type { EffectFunction, EffectRecord } from '../define/action/action.ts'
import type { ActionIR, EffectIR, PipelineIR, SettingIR } from '../define/ir/ir.ts'
import type { Sending } from './dispatcher.ts'
import { outputDestination } from './output-destination.ts'
import { ownDestination } from './own-destination.ts'
import { sharedFile } from './shared-file.ts'
import { openWebhook } from './webhook.ts'

export interface Acting {
  readonly ir: PipelineIR
  /** The user's own functions, by action. */
  readonly effects: ReadonlyMap<string, EffectFunction>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens the destinations. Throws `SPILL_INPUT` for a variable or file that is not there, and `SPILL_DEFINITION` for settings that cannot be; neither shows
 * what a secret is.
 */
export function sendingsOf({ ir, effects }: Acting, env: Environment): Promise<Sending[]> {
  const sending = (ir.actions ?? []).filter(({ do: effect }) => effect.kind !== 'answer')
  return Promise.all(
    sending.map(async action => ({
      action: action.name,
      destination: await destinationOf(action, effects.get(action.name), env),
      ...(action.do.kind === 'webhook' && action.do.attempts !== undefined && { attempts: action.do.attempts }),
    })),
  )
}

async function destinationOf(
  { name, do: effect }: ActionIR,
  own: EffectFunction | undefined,
  env: Environment,
): Promise<Sending['destination']> {
  const text = (what: string, setting: SettingIR) => settingText(`action '${name}': ${what}`, setting, env)
  switch (effect.kind) {
    case 'stdout':
      return outputDestination()
    case 'file':
      return sharedFile(text('the file', effect.path))
    case 'function':
      return ownDestination((body, { attempt }) => own!(body as EffectRecord, { attempt }))
    case 'webhook':
      return openWebhook(webhookSettings(effect, text))
    case 'answer':
      throw new SpillwayError('SPILL_ASSERT', 'an answer is sent to nobody but who asked')
  }
}

function webhookSettings(
  { url, secret, headers, timeout, concurrency, allowPrivate }: Extract<EffectIR, { kind: 'webhook' }>,
  text: (what: string, setting: SettingIR) => string,
): Parameters<typeof openWebhook>[0] {
  return {
    url: text('the address', url),
    ...(secret && { secret: text('the secret', secret) }),
    ...(headers && {
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(`header '${name}'`, value)])),
    }),
    timeoutMs: timeout,
    concurrency,
    allowPrivate,
  }
}

function settingText(what: string, setting: SettingIR, env: Environment): string {
  switch (setting.kind) {
    case 'value':
      return setting.value
    case 'env': {
      const value = env[setting.name]
      if (value === undefined || value === '')
        throw new SpillwayError('SPILL_INPUT', `${what} is env('${setting.name}'), which is not set; export it first`)
      return value
    }
    case 'file':
      try {
        return readFileSync(setting.name, 'utf8').trimEnd()
      } catch (error) {
        throw new SpillwayError('SPILL_INPUT', `${what} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
          place: setting.name,
          cause: error,
        })
      }
  }
}
