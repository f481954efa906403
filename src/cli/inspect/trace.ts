/** `spillway trace`: when everything happened to a decision, from its event to its acknowledged effects, from a data folder, which another process may hold. */
import { inspect } from 'node:util'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { lookInto } from '../../log/sqlite/data-folder.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { traces, type Trace, type TraceAsk } from '../../operate/trace.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataOf, dataOption } from '../command/data-option.ts'
import { traceText } from './trace-text.ts'
import { printEach, printLines } from '../command/print.ts'

interface Request extends Pick<TraceAsk, 'model' | 'key'> {
  /** An entry of the log, or the idempotency key of an effect. */
  readonly named: number | string
  readonly json: boolean
}

export const traceCommand: Command = {
  name: 'trace',
  usage: 'ENTRY | EFFECT-ID',
  summary: 'show when everything happened to a decision: its event, features, score, durable, and its effects until they were acknowledged',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only the decision of this model' },
    key: { type: 'string', value: 'KEY', help: 'only the decision about this key: a tick makes many' },
    data: dataOption,
    json: { type: 'boolean', help: 'print each decision as a line of JSON, and nothing else' },
  },
  run(values, positionals) {
    const request = requestOf(values, positionals)
    return lookInto(dataOf(values), async reader => {
      const found = await traces(reader, askOf(reader, request))
      if (found.length === 0) throw new SpillwayError('SPILL_INPUT', nothingText(reader, request))
      print(found, request.json)
      return 0
    })
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [named, ...extra]: readonly string[]): Request {
  if (named === undefined) throw new UsageError('name the entry of the log that made the decision: trace 12; spillway decisions shows it')
  if (extra.length > 0) throw new UsageError(`one entry, not also ${extra.join(', ')}`)
  const { model, key, json = false } = values as { model?: string; key?: string; json?: boolean }
  if (/^\d{1,15}$/.test(named)) return { named: Number(named), model, key, json }
  if (!named.includes('/')) throw new UsageError(`${inspect(named)} is neither the number of an entry nor the id of an effect`)
  return { named, model, key, json }
}

/** Throws `SPILL_INPUT` for an effect that there is not. */
function askOf({ effects }: SqliteReader, { named, model, key }: Request): TraceAsk {
  const most = limits.DECISIONS_TRACED_MAX
  if (typeof named === 'number') return { entry: named, model, key, most }
  const effect = effects.withId(named)
  if (!effect) throw new SpillwayError('SPILL_INPUT', `there is no effect with the id ${inspect(named)}`)
  const { model: of } = JSON.parse(effect.body) as { model?: string }
  return { entry: effect.entry, model: model ?? of, key: key ?? keyText(effect.key), most }
}

/** A key that is kept as JSON, as text. */
const keyText = (json: string): string => String(JSON.parse(json))

function nothingText(reader: SqliteReader, { named, model, key }: Request): string {
  const of = [...(model === undefined ? [] : [`of model '${model}'`]), ...(key === undefined ? [] : [`about key '${key}'`])]
  const last = reader.models().reduce((greatest, each) => Math.max(greatest, each.last), -1)
  const known = last < 0 ? 'none is recorded' : `the last that made one is ${last}`
  return `no decision ${[...of, typeof named === 'number' ? `was made by entry ${named}` : `made effect '${named}'`].join(' ')}; ${known}`
}

function print(found: readonly Trace[], json: boolean): void {
  printEach(found, { json, textOf: traceText, between: '\n' })
  if (!json && found.length === limits.DECISIONS_TRACED_MAX)
    printLines('', `The first ${found.length} of this entry (DECISIONS_TRACED_MAX); --key and --model choose.`)
}
