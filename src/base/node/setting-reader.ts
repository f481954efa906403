/** Reads settings where a run starts: from the environment, and from files of this machine. */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../errors.ts'

/** A text, or the name of what holds it (`SettingIR`). */
type Setting = { readonly kind: 'value'; readonly value: string } | { readonly kind: 'env' | 'file'; readonly name: string }

export type SettingReader = (label: string, setting: Setting) => string

/** Reads the texts of settings. Throws `SPILL_INPUT` for a missing variable or file, with the owner and the label. */
export const settingReader =
  (owner: string, env: Readonly<Record<string, string | undefined>>): SettingReader =>
  (label, setting) => {
    const subject = `${owner}: ${label}`
    if (setting.kind === 'value') return setting.value
    if (setting.kind === 'env') {
      const value = env[setting.name]
      if (value) return value
      throw new SpillwayError('SPILL_INPUT', `${subject} is env('${setting.name}'), which is not set; export it first`)
    }
    try {
      return readFileSync(setting.name, 'utf8').trimEnd()
    } catch (error) {
      throw new SpillwayError('SPILL_INPUT', `${subject} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
        place: setting.name,
        cause: error,
      })
    }
  }
