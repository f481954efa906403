/** The project of a command: its pipeline file, and options that it takes from `spillway.config.ts`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RecordDestinations } from '../../action/index.ts'
import { didYouMean, SpillwayError } from '../../base/index.ts'
import type { Effect } from '../../define/action/index.ts'
import {
  type AlertDestinationIR,
  alertDestinationsIR,
  type AlertThresholds,
  alertThresholds,
  destinationWithPaths,
  type FeedPlace,
  type OpenLineageSettings,
  placeValueOf,
  type SourceGateSettings,
} from '../../define/config/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { hasHistory, livePlaceOf, STANDARD_INPUT } from '../../sources/index.ts'
import { type Command, type OptionSpec, type ParsedCommand, type Project, type SourcePlace, takesSettings, UsageError } from './command.ts'
import { type ConfigChoice, ConfigFile } from './config-file.ts'
import { DEFAULT_DATA_FOLDER } from './data-folder.ts'
import { importPipeline } from './pipeline-file.ts'

type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/**
 * The project of a command, and the options of the command line with those that the configuration adds. Throws as `ConfigFile.load` does,
 * `SPILL_FILE` for a missing file of a setting, and `SPILL_INPUT` for a setting that contradicts an option.
 */
export async function openProject(
  command: Command,
  { values: { config, profile, ...others }, pipeline }: ParsedCommand,
): Promise<{ readonly values: never; readonly project: Project }> {
  const file = takesSettings(command) ? await ConfigFile.load({ config, profile } as ConfigChoice) : undefined
  const values: Record<string, Values[string]> = { ...others }
  let places: readonly SourcePlace[] = []
  if (file)
    for (const [name, option] of Object.entries(command.options)) {
      if (option.unless?.some(other => values[other] !== undefined)) continue
      if (option.setting === 'feed' || option.setting === 'history')
        places = sourcePlaces(file, option.setting, (values[name] ?? []) as Texts)
      const value = option.multiple
        ? listSetting(file, option, values, values[name])
        : (values[name] ?? singleSetting(file, option, values))
      if (value !== undefined) values[name] = value
    }
  return { values: values as never, project: new ConfiguredProject(pipeline, file, { places }) }
}

/**
 * The places of the sources in a configuration file, for a process that gets all other settings as arguments. Throws as `ConfigFile.load`
 * does.
 */
export async function loadPlaces(choice: ConfigChoice, sources: readonly string[]): Promise<readonly SourcePlace[]> {
  const file = await ConfigFile.load(choice)
  return file ? sourcePlaces(file, 'feed', []).filter(({ source }) => sources.includes(source)) : []
}

/** The setting of an option that takes one value. */
function singleSetting(file: ConfigFile, { setting }: OptionSpec, { 'no-auth': noAuth }: Values): string | undefined {
  const { data = DEFAULT_DATA_FOLDER, listen, ...settings } = file.settings
  if (setting === 'data') return file.pathOf(data)
  if (setting === 'prices' || setting === 'people') return settings[setting] && existingPath(file, setting, settings[setting])
  if (setting === 'backup' || setting === 'backupSchedule' || setting === 'backupKeep') return backupSetting(file, setting)
  if (setting !== 'listen' || listen === undefined) return undefined
  if (noAuth && !LOOPBACK.test(String(listen)))
    throw file.error(
      'SPILL_INPUT',
      'listen',
      `is ${listen}, which other machines can reach, so the server needs tokens there; leave --no-auth out, or add --listen 127.0.0.1:7070`,
    )
  return String(listen)
}

function backupSetting(file: ConfigFile, setting: 'backup' | 'backupSchedule' | 'backupKeep'): string | undefined {
  const { to, schedule, keep } = file.settings.backup ?? {}
  if (setting === 'backupSchedule') return schedule
  if (setting === 'backupKeep') return keep === undefined ? undefined : String(keep)
  return to === undefined || /^\w+:\/\//.test(to) ? to : file.pathOf(to)
}

/** Addresses that other machines cannot reach, by their names. `serve/` decides by the address that a name has. */
const LOOPBACK = /^(?:(?:localhost|127(?:\.\d+){3}|\[::1\]):)?\d+$/

/** The values of an option that takes a list: those of the command line, and the settings of other names. */
function listSetting(file: ConfigFile, { setting }: OptionSpec, { source }: Values, own: Values[string] = []): Texts | undefined {
  const texts = own as Texts
  const names = new Set(texts.map(nameOf))
  if (setting === 'history' || setting === 'feed') return nonEmpty([...texts, ...sourceFiles(file, setting, names)])
  return nonEmpty(setting === 'columns' ? [...texts, ...columnFields(file, source as Texts, names)] : texts)
}

type Texts = readonly string[]

const nonEmpty = (texts: Texts): Texts | undefined => (texts.length > 0 ? texts : undefined)

/** The name in `NAME=FILE`. */
const nameOf = (text: string): string => text.split('=', 1)[0]

/** The feeds or histories that are no texts, without those of sources that the command line names as `NAME=FILE`. */
function sourcePlaces(file: ConfigFile, setting: 'feed' | 'history', named: Texts): readonly SourcePlace[] {
  const others = new Set(named.map(nameOf))
  return Object.entries(file.settings.sources ?? {})
    .filter(([source]) => !others.has(source))
    .flatMap(([source, { [setting]: inputs = [] }]) =>
      [inputs]
        .flat()
        .flatMap(each => placeValueOf(each)?.withPaths(path => file.pathOf(path)) ?? [])
        .map(place => ({ source, place })),
    )
}

/** `NAME=FILE` of each file or feed of the sources, without those of `others`. Throws `SPILL_INPUT` for a history that is no file. */
function sourceFiles(file: ConfigFile, setting: 'history' | 'feed', others: ReadonlySet<string>): string[] {
  return Object.entries(file.settings.sources ?? {})
    .filter(([name]) => !others.has(name))
    .flatMap(([name, source]) =>
      [source[setting] ?? []].flat().flatMap(path => {
        if (typeof path !== 'string') return []
        const key = `sources.${name}.${setting}`
        const place = setting === 'history' && !hasHistory(path) ? livePlaceOf(path) : undefined
        if (place !== undefined) throw file.error('SPILL_INPUT', key, `is a file, and ${path} is ${place}; write it as feed`)
        return [`${name}=${existingPath(file, key, path)}`]
      }),
    )
}

/** `SOURCE.COLUMN=FIELD` of the columns of sources that are read, without those of `others`. `files` are the files of the sources. */
function columnFields(file: ConfigFile, files: Texts = [], others: ReadonlySet<string>): string[] {
  const read = new Set(files.map(nameOf))
  return Object.entries(file.settings.sources ?? {})
    .filter(([name]) => read.has(name))
    .flatMap(([name, { columns = {} }]) => Object.entries(columns).map(([column, field]) => [`${name}.${column}`, field] as const))
    .filter(([name]) => !others.has(name))
    .map(([name, field]) => `${name}=${field}`)
}

/** The path of a setting, from the working directory. Throws `SPILL_FILE` if there is no file. */
function existingPath(file: ConfigFile, key: string, text: string): string {
  const path = file.pathOf(text)
  if (path !== STANDARD_INPUT && livePlaceOf(path) === undefined && !existsSync(path))
    throw file.error('SPILL_FILE', key, `names ${path}, which does not exist`)
  return path
}

/** A project whose command line or configuration names the pipeline. */
export class ConfiguredProject implements Project {
  readonly argument: string | undefined
  readonly places: readonly SourcePlace[]
  readonly configFile: ConfigChoice | undefined
  readonly #config: ConfigFile | undefined

  /** `configFile`: a file that further commands read, of a process that gets its own settings as arguments. */
  constructor(
    argument: string | undefined,
    config: ConfigFile | undefined,
    { places, configFile = config?.choice }: { readonly places: readonly SourcePlace[]; readonly configFile?: ConfigChoice },
  ) {
    this.argument = argument
    this.places = places
    this.configFile = configFile
    this.#config = config
  }

  get path(): string | undefined {
    const pipeline = this.#config?.settings.pipeline
    return this.argument ?? (pipeline === undefined ? undefined : this.#config!.pathOf(pipeline))
  }

  requirePath(): string {
    const { path } = this
    if (path === undefined)
      throw new UsageError(`name the pipeline file${this.#config ? `, or write it as pipeline in ${this.#config.name}` : ''}`)
    return this.argument ?? existingPath(this.#config!, 'pipeline', this.#config!.settings.pipeline!)
  }

  get openlineage(): OpenLineageSettings | undefined {
    const settings = this.#config?.settings.openlineage
    return settings?.file === undefined ? settings : { ...settings, file: this.pathOf(settings.file) }
  }

  pathOf(path: string): string {
    return this.#config?.pathOf(path) ?? path
  }

  alertDestinations(): readonly AlertDestinationIR[] {
    return alertDestinationsIR('alerts.notify', this.#config?.settings.alerts?.notify ?? [])
  }

  recordDestinations(): RecordDestinations<Effect> {
    const { decisions, deadLetters } = this.#config?.settings ?? {}
    const placed = (effect: Effect | undefined) => effect && destinationWithPaths(effect, path => this.pathOf(path))
    return { decisions: placed(decisions), deadLetters: placed(deadLetters) }
  }

  feedsOf(source: string): readonly (string | FeedPlace)[] {
    const feeds = [this.#config?.settings.sources?.[source]?.feed ?? []].flat()
    return feeds.map(feed => placeValueOf(feed)?.withPaths(path => this.pathOf(path)) ?? feed)
  }

  gateOf(source: string): SourceGateSettings | undefined {
    const gate = this.#config?.settings.sources?.[source]?.gate
    return gate && { ...gate, raw: placeValueOf(gate.raw)!.withPaths(path => this.pathOf(path)) }
  }

  alertThresholds(): AlertThresholds {
    return alertThresholds(this.#config?.settings.alerts?.thresholds)
  }

  async importPipeline(): Promise<Pipeline> {
    const pipeline = await importPipeline(this.requirePath())
    if (this.#config) this.#checkNames(this.#config, pipeline)
    return pipeline
  }

  /** Throws `SPILL_NOT_FOUND` for a source or a column of the configuration that the pipeline does not have. */
  #checkNames(config: ConfigFile, { ir, maps }: Pipeline): void {
    const { sources = {}, pipeline } = config.settings
    const isReplaced = this.argument !== undefined && pipeline !== undefined && resolve(this.argument) !== resolve(config.pathOf(pipeline))
    const replacement = isReplaced ? `; ${this.argument} takes the place of ${config.pathOf(pipeline)}` : ''
    for (const [name, { columns = {} }] of Object.entries(sources)) {
      const source = ir.sources.find(candidate => candidate.name === name)
      const sourceNames = ir.sources.map(candidate => candidate.name)
      const unknown = (key: string, text: string): SpillwayError =>
        config.error('SPILL_NOT_FOUND', `sources.${key}`, `${text}${replacement}`)
      if (!source) throw unknown(name, `is not a source of pipeline '${ir.name}'${didYouMean(name, sourceNames)}`)
      const columnNames = source.columns.map(column => column.name)
      const column = maps.has(name) ? undefined : Object.keys(columns).find(key => !columnNames.includes(key))
      if (column !== undefined)
        throw unknown(`${name}.columns.${column}`, `is not a column of source '${name}'${didYouMean(column, columnNames)}`)
    }
  }
}
