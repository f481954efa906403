import { visibleEvents, ofKey, standing, valueOf, type OracleValue } from '../../oracle/oracle.ts'
import { groupOf, sourceOf, type Answer, type Ask, type Case, type Engine } from '../case.ts'

/** Engine `oracle`, the naive reference: a scan of the whole log for each read. */
export function oracleEngine(): Engine {
  return { name: 'oracle', values: of => Promise.resolve(of.asks.map(ask => answers(of, ask))), close: () => {} }
}

function answers(of: Case, { group: name, place, prefix, t, key, trigger }: Ask): Answer[] {
  const group = groupOf(of, name)
  const source = sourceOf(of, group)
  const { events, clock } = visibleEvents(source, place, of.log, prefix, t)
  const own = ofKey(group, standing(source, events), key)
  const triggering = trigger === undefined ? undefined : of.log[trigger]
  return group.features.map(feature => toAnswer(valueOf(source, feature, own, clock, triggering)))
}

function toAnswer({ delivered, exact, tolerance, rejected }: OracleValue): Answer {
  return { value: delivered, tolerance, ...(exact !== undefined && { exact }), ...(rejected && { rejected }) }
}
