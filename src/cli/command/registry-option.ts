/** The model registry of a command: in a data folder beside its log, or in a folder of its own (`--registry`). */
import { dataFolderRegistry, separateRegistry, type VersionRegistry } from '../../operate/index.ts'
import { UsageError, type OptionSpec } from './command.ts'
import { dataFolderOf, dataOption } from './data-option.ts'

/** The options `--data` and `--registry`. */
export const registryOptions = {
  data: dataOption,
  registry: { type: 'string', value: 'DIR', help: 'a folder with versions of models only, for work on files, in place of a data folder' },
} satisfies Readonly<Record<string, OptionSpec>>

/** The registry that the options select. Throws `UsageError` if both are given. */
export function registryOf(values: Readonly<Record<string, unknown>>): VersionRegistry {
  const path = values['registry'] as string | undefined
  if (path === undefined) return dataFolderRegistry(dataFolderOf(values))
  if (values['data'] !== undefined) throw new UsageError('--data and --registry both name a registry; leave one out')
  return separateRegistry(path)
}
