/** Secrets in settings: they are never in the file. */
import type { SettingIR } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { settingIR } from './setting.ts'

/** A value that is no setting is not shown: it may be the secret. */
export function secretIR(subject: string, value: unknown, instead = "secretFile('…')"): SettingIR {
  if (value === undefined) mistake(`${subject} is missing; write env('NAME') or ${instead}`)
  if (typeof value !== 'object' || value === null)
    mistake(`${subject} is a secret and must not be in the file; write env('NAME') or ${instead}`)
  return settingIR(subject, value)
}
