/** Reads settings of a pipeline from the environment and from files of this machine, when a run starts. */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../base/index.ts'
import type { SettingIR } from '../define/ir/index.ts'

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The text of a setting. Throws `SPILL_INPUT` for a missing variable or file. */
export function settingText(label: string, setting: SettingIR, env: Environment): string {
  switch (setting.kind) {
    case 'value':
      return setting.value
    case 'env': {
      const value = env[setting.name]
      if (value === undefined || value === '')
        throw new SpillwayError('SPILL_INPUT', `${label} is env('${setting.name}'), which is not set; export it first`)
      return value
    }
    case 'file':
      try {
        return readFileSync(setting.name, 'utf8').trimEnd()
      } catch (error) {
        throw new SpillwayError('SPILL_INPUT', `${label} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
          place: setting.name,
          cause: error,
        })
      }
  }
}
