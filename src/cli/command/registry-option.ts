/** The model registry of a command: in a data folder beside its log, or in a folder of its own (`--registry`). */
import { existsSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import { changeFolder, withFolder } from '../../operate/index.ts'
import { RegistryFolder } from '../../training/registry/folder.ts'
import type { NamedValues, NamedWrite } from '../../training/registry/registry.ts'
import { UsageError, type OptionSpec } from './command.ts'
import { dataFolderOf, dataOption } from './data-option.ts'

/** The options `--data` and `--registry`. */
export const registryOptions = {
  data: dataOption,
  registry: { type: 'string', value: 'DIR', help: 'a folder with versions of models only, for work on files, in place of a data folder' },
} satisfies Readonly<Record<string, OptionSpec>>

/** Access to the versions of models. */
export interface VersionRegistry {
  /** Reads the current versions. */
  read<T>(use: (values: NamedValues) => T | Promise<T>): Promise<T>
  /**
   * Commits a change. A data folder must be free, and its audit log records the change: `command` such as `models promote`,
   * `target` the model and version.
   */
  change(
    command: string,
    target: string,
    change: (values: NamedValues) => readonly NamedWrite[] | Promise<readonly NamedWrite[]>,
  ): Promise<void>
  /** True if a promotion takes effect as a marker in a log, which the next run appends. */
  readonly hasLog: boolean
}

/** The registry that the options select. Throws `UsageError` if both are given. */
export function registryOf(values: Readonly<Record<string, unknown>>): VersionRegistry {
  const path = values['registry'] as string | undefined
  if (path === undefined) return dataFolderRegistry(dataFolderOf(values))
  if (values['data'] !== undefined) throw new UsageError('--data and --registry both name a registry; leave one out')
  const folder = new RegistryFolder(path)
  return {
    hasLog: false,
    read: async use => use(requireExisting(folder, path)),
    change: async (_command, _target, change) => folder.commit(await change(requireExisting(folder, path))),
  }
}

/** Throws `SPILL_STORE` for a folder that does not exist. */
function requireExisting(folder: RegistryFolder, path: string): RegistryFolder {
  if (existsSync(path)) return folder
  throw new SpillwayError('SPILL_STORE', 'does not exist; create a registry with spillway train --source … --registry', {
    place: path,
  })
}

const dataFolderRegistry = (data: string): VersionRegistry => ({
  hasLog: true,
  read: use => withFolder(data, ({ log }) => use(log)),
  change: (command, target, change) =>
    changeFolder(data, { subject: 'models', command, targets: target }, async (store, reader) =>
      store.commit({ put: await change(reader) }),
    ),
})
