/** The format of a place's values, with the settings of its schema registry. */
import { settingReader } from '../../base/node/index.ts'
import { type KafkaPlaceIR, type KafkaRegistryIR, SCHEMA_REGISTRY } from '../../define/config/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { JsonLineReader } from '../../intake/index.ts'
import { openValueFormat, type ValueFormat, type ValueFormatOptions } from '../../kafka/index.ts'
import type { ReaderSetting } from '../reader/reader-kind.ts'

const defaultRegistry: KafkaRegistryIR = { url: { kind: 'env', name: SCHEMA_REGISTRY } }

interface FormatSetting extends Pick<ReaderSetting, 'env'> {
  /** Name of the source. */
  readonly name: string
  /** The source, if records are decoded straight into its cells. */
  readonly source: SourceIR | undefined
}

/** The address and account of a place's registry. @throws `SPILL_INPUT` for a setting that cannot be read. Messages show no secret. */
export function schemaRegistryOf(
  { topic, registry = defaultRegistry }: Pick<KafkaPlaceIR, 'topic' | 'registry'>,
  { name, env }: Pick<FormatSetting, 'name' | 'env'>,
): { readonly url: string; readonly username?: string; readonly password?: string } {
  const read = settingReader(`source '${name}': kafka:${topic}`, env)
  const { url, username, password } = registry
  return {
    url: read('registry.url', url),
    ...(username && { username: read('registry.username', username) }),
    ...(password && { password: read('registry.password', password) }),
  }
}

/**
 * Returns a function that opens the format of a place.
 *
 * @throws `SPILL_INPUT` for a setting of the registry that cannot be read, and for an address that is none. Messages show no secret.
 */
export function formatOpener(
  place: Pick<KafkaPlaceIR, 'topic' | 'value' | 'registry' | 'columns'>,
  { name, source, env }: FormatSetting,
): (warn: (problem: string) => void) => ValueFormat {
  const { value = 'json' } = place
  const reader = (): JsonLineReader | undefined => source && JsonLineReader.of(source)
  if (value === 'json' || (value === 'json-schema' && !place.registry))
    return warn => openValueFormat({ format: value, reader: reader() }, warn)
  const registry = schemaRegistryOf(place, { name, env })
  // Columns are added to decoded records, which are no cells.
  const decodesCells = source !== undefined && source.mapVersion === undefined && place.columns === undefined
  const options: ValueFormatOptions =
    value === 'json-schema' ? { format: value, registry, reader: reader() } : { format: value, registry, ...(decodesCells && { source }) }
  // A mistake in the settings ends the start.
  openValueFormat(options, () => {}).close()
  return warn => openValueFormat(options, warn)
}

/** Opens the default format of the values of a source. */
export const jsonFormat = (source: SourceIR) => (): ValueFormat =>
  openValueFormat({ format: 'json', reader: JsonLineReader.of(source) }, () => {})
