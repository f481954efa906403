/** Whether `spillway dev` sends anything: not to an address that stands in the file, which is as a rule the real one, and not without its settings. */
import { existsSync } from 'node:fs'
import type { ActionIR, PipelineIR, SettingIR } from '../../define/ir/ir.ts'

/** Why nothing is sent; undefined if all is there that is needed to send. */
export function whyDry(
  { actions = [] }: Pick<PipelineIR, 'actions'>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  for (const action of actions) {
    const why = whyNot(action, env)
    if (why !== undefined) return `action '${action.name}': ${why}`
  }
  return undefined
}

function whyNot({ do: effect }: ActionIR, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (effect.kind === 'webhook' && effect.url.kind === 'value') return 'its address stands in the file, and not in the environment'
  const missing = settingsOf(effect).find(setting => !isThere(setting, env))
  if (missing === undefined || missing.kind === 'value') return undefined
  return missing.kind === 'env' ? `env('${missing.name}') is not set` : `secretFile('${missing.name}') is not there`
}

function settingsOf(effect: ActionIR['do']): SettingIR[] {
  if (effect.kind === 'file') return [effect.path]
  if (effect.kind !== 'webhook') return []
  return [effect.url, ...(effect.secret ? [effect.secret] : []), ...Object.values(effect.headers ?? {})]
}

function isThere(setting: SettingIR, env: Readonly<Record<string, string | undefined>>): boolean {
  if (setting.kind === 'value') return true
  return setting.kind === 'env' ? Boolean(env[setting.name]) : existsSync(setting.name)
}
