/** The data folder of a command: its options, and changes of the folder by an operator. */
import {
  dataFolderRegistry,
  openControl,
  type OpenControl,
  type OpenControlOptions,
  operatorName,
  separateRegistry,
  type VersionRegistry,
} from '../../operate/index.ts'
import { type OptionSpecs, UsageError } from './command.ts'

/** Default of `--data`. */
export const DEFAULT_DATA_FOLDER = '.spillway'

/** The option `--data`. */
export const dataOption = { setting: 'data', value: 'DIR', help: `the data folder [default: ${DEFAULT_DATA_FOLDER}]` } as const

/** The data folder that the user named, or the default. */
export const dataFolderOf = ({ data = DEFAULT_DATA_FOLDER }: { readonly data?: string }): string => data

/** The options `--data` and `--registry`. */
export const registryOptions = {
  data: { ...dataOption, unless: ['registry'] },
  registry: { value: 'DIR', help: 'a folder with versions of models only, for work on files, in place of a data folder' },
} as const satisfies OptionSpecs

/** The registry that the options select. Throws `UsageError` if both are given. */
export function registryOf({ data, registry }: { readonly data?: string; readonly registry?: string }): VersionRegistry {
  if (registry === undefined) return dataFolderRegistry(data ?? DEFAULT_DATA_FOLDER)
  if (data !== undefined) throw new UsageError('--data and --registry both name a registry; leave one out')
  return separateRegistry(registry)
}

/** Opens the folder for changes, calls `use` with the name of the operator, and releases the folder. Throws as `openControl` does. */
export async function withControl<T>(
  data: string,
  options: OpenControlOptions,
  use: (opened: OpenControl, by: string) => Promise<T>,
): Promise<T> {
  const opened = await openControl(data, options)
  try {
    return await use(opened, operatorName())
  } finally {
    await opened.close()
  }
}
