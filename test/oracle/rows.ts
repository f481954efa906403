/** Rows of a training set (semantics, decisions and placements): the visible values of a key at a time, and their age. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { GroupIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { OracleValue } from './formulas.ts'
import { isDeleted, visibleEvents, standing } from './placement.ts'
import { ofKey, valueOf } from './value.ts'

export interface OracleRow {
  /** One for each feature of the group. */
  readonly values: readonly OracleValue[]
  /** Visible events of the group's source. */
  readonly visible: number
  /** `t` minus the as-of time, ms; NULL before the first run of a schedule. */
  readonly age: number | null
  /** `t` minus the time of the key's newest visible event not later than the as-of time, ms; NULL if there is none. */
  readonly newest: number | null
}

/** `log` is in order of arrival; `P` is everything in it that had arrived by `t`. */
export function rowAt(group: GroupIR, source: SourceIR, log: readonly LoggedEvent[], key: readonly Value[], t: number): OracleRow {
  const prefix = log.filter(({ arrival }) => arrival <= t).length
  const { events, clock } = visibleEvents(source, group.place, log, prefix, t)
  const own = ofKey(group, standing(source, events), key)
  const times = own.filter(event => event.time <= clock && !isDeleted(source, event)).map(({ time }) => time)
  return {
    values: group.features.map(feature => valueOf(source, feature, own, clock)),
    visible: events.length,
    age: clock === -Infinity ? null : t - clock,
    newest: times.length === 0 ? null : t - Math.max(...times),
  }
}
