/** The settings of a project, `spillway.config.ts`: the command line takes from them what its arguments leave out. */
import type { Effect } from '../action/effect.ts'
import { type AlertThresholds, alertThresholds } from './alert-thresholds.ts'
import { show } from '../../base/index.ts'
import { isTopicName } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, optionNames } from '../mistake/names.ts'
import { type AlertDestination, alertDestinationsIR } from './alert-destinations.ts'
import { type FeedPlace, placeValueOf } from './feed-place.ts'
import { checkRecordDestination } from './record-destination.ts'

/** The places of a source's records. Paths are relative to the folder of `spillway.config.ts`. */
export interface SourceSettings {
  /** Files with past events, for replays, audits, training and backfills: NDJSON, CSV or Parquet, plain or gzip; or topics, `kafka({ … })`. */
  readonly history?: string | FeedPlace | readonly (string | FeedPlace)[]
  /** Names of fields in the files of `history`, by column: `{ amount: 'value' }`. Other columns keep their names. */
  readonly columns?: Readonly<Record<string, string>>
  /** The place from which a run reads new events: a file that it follows, an address such as `pg:outbox`, or `kafka({ … })`. */
  readonly feed?: string | FeedPlace | readonly (string | FeedPlace)[]
  /** The topics that `spillway gate --source NAME` reads and writes. */
  readonly gate?: SourceGateSettings
}

/** The topics of a source's gate, `spillway gate`. All have equal numbers of partitions, on the cluster of `raw`. */
export interface SourceGateSettings {
  /** The topic that producers write to, with how to log in and the format of its values: `kafka({ topic: 'raw.payments' })`. */
  readonly raw: FeedPlace
  /** The topic that gets the events, each once. */
  readonly checked: string
  /** The topic that gets the rejected records. */
  readonly rejected: string
}

/** The scheduled backups of runs. */
export interface BackupSettings {
  /** A folder, or `s3://BUCKET/PREFIX`. */
  readonly to: string
  /** A cron in UTC such as `'0 * * * *'`, or an interval such as `'1h'`, which is the default. */
  readonly schedule?: string
  /** The age beyond which backups are deleted, such as `'7d'`, or the number of backups that stay; all by default. */
  readonly keep?: string | number
}

/** The alerts of a run. */
export interface AlertSettings {
  /** Receivers of alerts: `[slack(env('SLACK_WEBHOOK_URL')), pagerDuty(env('PAGERDUTY_KEY'))]`. */
  readonly notify?: readonly AlertDestination[]
  /** Numbers of the alert rules, in place of the defaults: `{ deadlines: 0.999 }`. */
  readonly thresholds?: Partial<AlertThresholds>
}

/** The settings of a project, or of one profile of it. Paths are relative to the folder of `spillway.config.ts`. */
export interface ProjectSettings {
  /** The pipeline file: `pipeline.ts`. */
  readonly pipeline?: string
  /** The data folder of runs; `.spillway` by default. */
  readonly data?: string
  /** The address of the server of `spillway run`: a port, or `HOST:PORT`. */
  readonly listen?: number | string
  /** Places of the records, by source. */
  readonly sources?: Readonly<Record<string, SourceSettings>>
  /** Where each decision of `spillway run` goes once it is durable: `kafka('decisions')`, `webhook(…)`, `appendTo(…)`. */
  readonly decisions?: Effect
  /** Where each rejected record goes too; it stays in the data folder: `kafka('payments.rejected')`. */
  readonly deadLetters?: Effect
  /** Where alerts of a run go. */
  readonly alerts?: AlertSettings
  /** A file with the prices of the audit. */
  readonly prices?: string
  /** A file with the audit's effort of people. */
  readonly people?: string
  /** The scheduled backups of `spillway run`. */
  readonly backup?: BackupSettings
  /** Where OpenLineage events go; none are sent by default. */
  readonly openlineage?: OpenLineageSettings
}

/**
 * The receiver of OpenLineage events: an address, or a file. The environment variables `OPENLINEAGE_URL`, `OPENLINEAGE_ENDPOINT` and
 * `OPENLINEAGE_NAMESPACE` replace settings; a token is in `OPENLINEAGE_API_KEY`.
 *
 * @example
 * const settings: OpenLineageSettings = { url: 'http://127.0.0.1:5000', namespace: 'shop-production' }
 */
export interface OpenLineageSettings {
  /** The address of the receiver, such as `http://127.0.0.1:5000`. */
  readonly url?: string
  /** The path of the receiver below its address; `api/v1/lineage` by default. */
  readonly endpoint?: string
  /** A file to which events are appended as NDJSON, if there is no address. */
  readonly file?: string
  /** The namespace of jobs and datasets; `spillway` by default. */
  readonly namespace?: string
}

/** The settings of a project, with profiles that replace some of them: `spillway run --profile production`. */
export interface Config extends ProjectSettings {
  readonly profiles?: Readonly<Record<string, ProjectSettings>>
}

const PORT_MAX = 65_535

const sourceOptions = optionNames<SourceSettings>({ history: true, columns: true, feed: true, gate: true })
const gateOptions = optionNames<SourceGateSettings>({ raw: true, checked: true, rejected: true })
const projectFields = {
  pipeline: true,
  data: true,
  listen: true,
  sources: true,
  decisions: true,
  deadLetters: true,
  prices: true,
  people: true,
  alerts: true,
  backup: true,
  openlineage: true,
} as const
const backupOptions = optionNames<BackupSettings>({ to: true, schedule: true, keep: true })
const alertOptions = optionNames<AlertSettings>({ notify: true, thresholds: true })
const projectOptions = optionNames<ProjectSettings>(projectFields)
const openLineageOptions = optionNames<OpenLineageSettings>({ url: true, endpoint: true, file: true, namespace: true })
const configOptions = optionNames<Config>({ ...projectFields, profiles: true })

/**
 * Declares the settings of a project, as the default export of `spillway.config.ts`. Arguments of a command replace them.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an unknown setting, or a value of another type.
 * @example
 * export default defineConfig({
 *   pipeline: 'pipeline.ts',
 *   sources: { payments: { history: 'payments.csv', columns: { amount: 'value' }, feed: 'pg:payments' } },
 *   profiles: { production: { data: '/var/lib/spillway', listen: '0.0.0.0:7070' } },
 * })
 */
export function defineConfig(config: Config): Config {
  checkOptions('the configuration', config, configOptions)
  const { profiles = {}, ...settings } = config
  checkSettings('', settings)
  checkRecord('profiles', profiles)
  for (const [name, profile] of Object.entries(profiles)) {
    checkOptions(`profiles.${name}`, profile, projectOptions)
    checkSettings(`profiles.${name}.`, profile)
  }
  return config
}

function checkSettings(
  prefix: string,
  { sources = {}, decisions, deadLetters, listen, alerts = {}, backup, openlineage, ...paths }: ProjectSettings,
): void {
  for (const [name, path] of Object.entries(paths)) if (path !== undefined) checkText(`${prefix}${name}`, path, 'a path')
  if (listen !== undefined && !isAddress(listen)) mistake(`${prefix}listen is a port or HOST:PORT, got ${show(listen)}`)
  for (const [name, destination] of Object.entries({ decisions, deadLetters }))
    if (destination !== undefined) checkRecordDestination(`${prefix}${name}`, destination)
  if (backup !== undefined) checkBackup(`${prefix}backup`, backup)
  checkOptions(`${prefix}alerts`, alerts, alertOptions)
  alertDestinationsIR(`${prefix}alerts.notify`, alerts.notify ?? [])
  if (openlineage !== undefined) checkOpenLineage(`${prefix}openlineage`, openlineage)
  alertThresholds(alerts.thresholds, `${prefix}alerts.thresholds`)
  checkRecord(`${prefix}sources`, sources)
  for (const [name, source] of Object.entries(sources)) {
    const key = `${prefix}sources.${name}`
    checkOptions(key, source, sourceOptions)
    const { history = [], feed = [], columns = {}, gate } = source
    if (gate !== undefined) checkGate(`${key}.gate`, gate)
    for (const [setting, inputs] of Object.entries({ history, feed }))
      for (const input of texts(inputs))
        if (!placeValueOf(input)) checkText(`${key}.${setting}`, input, 'a path, an address or kafka({ … }), or a list of them')
    checkRecord(`${key}.columns`, columns)
    for (const [column, field] of Object.entries(columns)) checkText(`${key}.columns.${column}`, field, 'the name of a field')
  }
}

function checkGate(key: string, gate: SourceGateSettings): void {
  checkRecord(key, gate)
  checkOptions(key, gate, gateOptions)
  const { raw, checked, rejected }: { readonly [Name in keyof SourceGateSettings]: unknown } = gate
  if (!placeValueOf(raw)) mistake(`${key}.raw is kafka({ topic: … }), got ${show(raw)}`)
  for (const [name, topic] of Object.entries({ checked, rejected }))
    if (!isTopicName(topic)) mistake(`${key}.${name} is the name of a topic, of letters, digits, ., _ and -, got ${show(topic)}`)
}

/** Throws `SPILL_DEFINITION` for an unknown setting, and for a value of a wrong kind. */
export function checkBackup(key: string, backup: BackupSettings): void {
  checkRecord(key, backup)
  checkOptions(key, backup, backupOptions)
  const { to, schedule = '1h', keep = '7d' } = backup
  checkText(`${key}.to`, to, 'a folder, or s3://BUCKET/PREFIX')
  checkText(`${key}.schedule`, schedule, 'a cron in UTC, or an interval such as 1h')
  const isCount = typeof keep === 'number' && Number.isSafeInteger(keep) && keep > 0
  if (!isCount) checkText(`${key}.keep`, keep, 'an age such as 7d, or a number of backups')
}

/** Throws `SPILL_DEFINITION` for an unknown setting, a value that is no text, and for an address beside a file. */
export function checkOpenLineage(key: string, settings: OpenLineageSettings): void {
  checkOptions(key, settings, openLineageOptions)
  for (const [name, value] of Object.entries(settings)) if (value !== undefined) checkText(`${key}.${name}`, value, 'a text')
  if (settings.url !== undefined && settings.file !== undefined) mistake(`${key} has url and file; events go to one of them`)
}

/** True for a port, `localhost:7070` and `[::1]:7070`. */
function isAddress(value: unknown): boolean {
  const [, port] = /^(?:(?:\[[^\]]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(String(value)) ?? []
  return port !== undefined && Number(port) <= PORT_MAX
}

/** A text or place, or a list of them, as a list. Other values are in the list unchanged, for `checkText`. */
const texts = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

function checkText(key: string, value: unknown, kind: string): void {
  if (typeof value !== 'string' || value === '') mistake(`${key} is ${kind}, got ${show(value)}`)
}

function checkRecord(key: string, value: unknown): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) mistake(`${key} is an object, got ${show(value)}`)
}
