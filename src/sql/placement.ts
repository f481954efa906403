import { SpillwayError } from '../base/index.ts'
import type { GroupIR } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'

/** The visible events and the as-of time, as the columns `prefix`, `upto` and `t` of a relation of requests. */
export interface PlacementSql {
  readonly prefix: string
  readonly upto: string
  readonly t: string
}

/** Writes a placement in SQL (semantics, decisions and placements) for decisions `d` at `d._t` that see `d._prefix` up to `d._upto`. */
export function placementSql({ name, place }: GroupIR, dialect: SqlDialect): PlacementSql {
  const [prefix, t] = ['d._prefix', 'd._t']
  switch (place.kind) {
    case 'stream':
    case 'hybrid':
      return { prefix, upto: 'd._upto', t }
    case 'corrected':
      return { prefix: String(Number.MAX_SAFE_INTEGER), upto: `CAST(NULL AS ${dialect.types.int})`, t }
    case 'lag':
      return { prefix, upto: `${t} - ${place.by}`, t: `${t} - ${place.by}` }
    case 'partial':
      return { prefix, upto: `${t} - ${place.by}`, t }
    case 'batch':
    case 'scheduled': {
      const { schedule, lasts } = place
      if (schedule.kind === 'cron')
        throw new SpillwayError(
          'SPILL_UNSUPPORTED',
          `group '${name}': a cron cannot be written in SQL; use an interval, or pass explicit requests`,
        )
      const s = `${dialect.tileStart(`(${t} - ${lasts + schedule.phase})`, schedule.every)} + ${schedule.phase}`
      return { prefix, upto: s, t: s }
    }
  }
}
