import { Strings } from '../../../src/columns/strings.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { ModelIR, PipelineIR } from '../../../src/define/ir/ir.ts'
import type { SourceHistory } from '../../../src/intake/history-builder.ts'
import { replayLog, type ReplayLog, type Requests } from '../../../src/replay/log.ts'
import type { Run } from '../../oracle/oracle.ts'
import { blockOf, columnOf } from './block.ts'

/** A replay's log is in order of arrival. */
export function isReplayed(log: readonly LoggedEvent[]): boolean {
  return log.every((event, i) => i === 0 || log[i - 1].arrival <= event.arrival)
}

/** The oracle's log and requests in columns. */
export function logOf(ir: PipelineIR, log: readonly LoggedEvent[], run: Run = {}): ReplayLog {
  const strings = new Strings()
  const own = (name: string) => log.filter(({ source }) => source === name)
  const histories = ir.sources.map(
    source => [source.name, { source, block: blockOf(source, own(source.name), strings) } as SourceHistory] as const,
  )
  const source = Uint8Array.from(log, event => ir.sources.findIndex(({ name }) => name === event.source))
  const rows = new Map<string, number>()
  const row = Uint32Array.from(log, event => {
    const before = rows.get(event.source) ?? 0
    rows.set(event.source, before + 1)
    return before
  })
  const requests = ir.models
    .filter(({ decide }) => decide.kind === 'request')
    .map(model => [model.name, requestsOf(model, log, run, strings)] as const)
  return replayLog(ir, new Map(histories), strings, {
    order: { length: log.length, source, row },
    requests: new Map(requests),
    ...(run.until !== undefined && { until: run.until }),
  })
}

function requestsOf({ name, decide }: ModelIR, log: readonly LoggedEvent[], { requests = [] }: Run, strings: Strings): Requests {
  const own = requests.filter(({ model }) => model === name)
  let latest = -Infinity
  const columns = decide.kind === 'request' ? decide.columns : []
  return {
    t: Float64Array.from(own, ({ place, arrival }) => (latest = Math.max(latest, arrival, log[place - 1]?.arrival ?? -Infinity))),
    prefixes: source => Int32Array.from(own, ({ place }) => log.slice(0, place).filter(event => event.source === source).length),
    columns: Object.fromEntries(
      columns.map(({ name, type }) => [
        name,
        columnOf(
          type,
          own.map(({ row }) => row[name]),
          strings,
        ),
      ]),
    ),
  }
}
