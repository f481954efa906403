/** Finds and loads `spillway.config.ts`, and reads the settings of a profile from it. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { didYouMean, type ErrorCode, SpillwayError } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'
import { type Config, defineConfig, type ProjectSettings, type SourceSettings } from '../../define/config/index.ts'
import { livePlaceOf, STANDARD_INPUT } from '../../sources/index.ts'
import { UsageError } from './command.ts'
import { importDefault } from './pipeline-file.ts'

const configNames = ['ts', 'mts', 'js', 'mjs'].map(extension => `spillway.config.${extension}`)

/** The configuration file, and the profile. */
export interface ConfigChoice {
  /** The file of `--config`; by default the nearest, from the working directory upwards. */
  readonly config?: string
  readonly profile?: string
}

/** The settings of a project's configuration file, of one profile. */
export class ConfigFile {
  /** The name of the file in messages. */
  readonly name: string
  readonly settings: ProjectSettings
  /** The options `--config` and `--profile` that lead to these settings. */
  readonly choice: ConfigChoice
  readonly #folder: string
  readonly #profile: string | undefined
  readonly #ofProfile: ProjectSettings

  constructor(file: string, { profiles = {}, ...base }: Config, profile: string | undefined) {
    this.name = shortPath(file)
    this.choice = { config: file, ...(profile !== undefined && { profile }) }
    this.#folder = dirname(file)
    this.#profile = profile
    if (profile !== undefined && !Object.hasOwn(profiles, profile))
      throw this.error('SPILL_NOT_FOUND', 'profiles', `has no profile '${profile}'${didYouMean(profile, Object.keys(profiles))}`)
    this.#ofProfile = profile === undefined ? {} : profiles[profile]
    const sources = mergedSources(base.sources, this.#ofProfile.sources)
    this.settings = { ...base, ...this.#ofProfile, sources }
  }

  /** The configuration of a command; undefined without a file. Throws `UsageError` for a profile without a file. */
  static async load({ config, profile }: ConfigChoice): Promise<ConfigFile | undefined> {
    const file = config === undefined ? nearestConfig(process.cwd()) : resolve(config)
    if (file === undefined) {
      if (profile === undefined) return undefined
      throw new UsageError(`--profile ${profile} needs ${configNames[0]}, which is neither here nor in a folder above`)
    }
    const place = shortPath(file)
    if (!existsSync(file)) throw new SpillwayError('SPILL_FILE', 'does not exist; it was given as --config', { place })
    const exported = await importDefault(file)
    if (exported === undefined)
      throw new SpillwayError('SPILL_DEFINITION', 'has no default export; end it with: export default defineConfig({ … })', { place })
    return new ConfigFile(file, checkedConfig(exported, place), profile)
  }

  /** An error about a setting. Its place is the file and the key. */
  error(code: ErrorCode, key: string, problem: string): SpillwayError {
    return new SpillwayError(code, problem, { place: `${this.name} ${this.#keyOf(key)}` })
  }

  /** A path of the configuration, from the working directory. Addresses stay as they are. */
  pathOf(path: string): string {
    if (path === STANDARD_INPUT || livePlaceOf(path) !== undefined) return path
    return relative(process.cwd(), resolve(this.#folder, path)) || '.'
  }

  /** The key with its profile, if the profile has the setting: `profiles.production.data`. */
  #keyOf(key: string): string {
    const isOfProfile = key
      .split('.')
      .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], this.#ofProfile)
    return isOfProfile === undefined ? key : `profiles.${this.#profile}.${key}`
  }
}

/** The nearest configuration file, from a folder upwards. */
function nearestConfig(folder: string): string | undefined {
  const file = configNames.map(name => join(folder, name)).find(path => existsSync(path))
  const parent = dirname(folder)
  return file ?? (parent === folder ? undefined : nearestConfig(parent))
}

/** A default export as settings. An object that `defineConfig` did not check gets errors with the file as their place. */
function checkedConfig(value: unknown, place: string): Config {
  try {
    return defineConfig(value as Config)
  } catch (error) {
    const mistake = error as SpillwayError
    throw new SpillwayError(mistake.code, mistake.problemAt(), { place })
  }
}

/** The sources of the base with the settings that the profile replaces. */
function mergedSources(base: ProjectSettings['sources'] = {}, profile: ProjectSettings['sources'] = {}): Record<string, SourceSettings> {
  const names = new Set([...Object.keys(base), ...Object.keys(profile)])
  return Object.fromEntries(Array.from(names, name => [name, { ...base[name], ...profile[name] }]))
}
