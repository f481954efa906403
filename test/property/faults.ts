import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { FeatureIR, PlacementIR } from '../../src/define/ir/ir.ts'
import type { Ask, Case, Engine } from './case.ts'

/** A misreading of the semantics: the case that an engine would compute with one misunderstanding. */
export type Fault = (of: Case) => Case

/** An engine with a planted fault, to show that parity detects it. */
export const withFault = (engine: Engine, fault: Fault): Engine => ({ ...engine, values: of => engine.values(fault(of)) })

export const faults: Readonly<Record<string, Fault>> = {
  't − W is outside the window': features(feature => resized(feature, -1)),
  't − W − 1 is inside the window': features(feature => resized(feature, 1)),
  'tails do not move by tiles': features(feature => ({ ...feature, hop: 1 })),
  'what decays does so a hundredth too slowly': features(feature =>
    feature.halfLife === undefined ? feature : { ...feature, halfLife: Math.ceil(feature.halfLife * 1.01) },
  ),
  'a value on a bound is above it': features(feature =>
    feature.bounds === undefined ? feature : { ...feature, bounds: feature.bounds.map(bound => bound - 1) },
  ),
  'a quantile is of another part': features(feature => (feature.q === undefined ? feature : { ...feature, q: (feature.q + 1) / 2 })),
  'before keeps the triggering event': features(({ before: _before, ...feature }) => feature),
  'conditions are ignored': features(({ where: _where, ...feature }) => feature),
  'the event at which P ends is not known': asks(ask => ({ ...ask, prefix: ask.prefix - 1 })),
  'an event later than t counts': asks(ask => (ask.trigger === undefined ? { ...ask, t: ask.t + 1 } : ask)),
  'partial does not know what arrived at its cut': placements(place => (place.kind === 'partial' ? { ...place, by: place.by + 1 } : place)),
  'lag moves the cut and not the clock': placements(place => (place.kind === 'lag' ? { ...place, kind: 'partial' } : place)),
  'a job is done a millisecond later': placements(place => (place.kind === 'scheduled' ? { ...place, lasts: place.lasts + 1 } : place)),
  'corrected knows only P': placements(place => (place.kind === 'corrected' ? { kind: 'stream' } : place)),
  'of equal times and arrivals the lower partition is later': events(event => ({ ...event, partition: 9 - event.partition })),
  'of equal times the earlier arrival is later': events(event => ({ ...event, arrival: event.time })),
}

const resized = (feature: FeatureIR, by: number): FeatureIR =>
  feature.hop === 1 && feature.window !== 'lifetime' ? { ...feature, window: feature.window + by } : feature

function features(change: (feature: FeatureIR) => FeatureIR): Fault {
  return of => ({ ...of, ir: { ...of.ir, groups: of.ir.groups.map(group => ({ ...group, features: group.features.map(change) })) } })
}

function asks(change: (ask: Ask) => Ask): Fault {
  return of => ({ ...of, asks: of.asks.map(change) })
}

function placements(change: (place: PlacementIR) => PlacementIR): Fault {
  return asks(ask => ({ ...ask, place: change(ask.place) }))
}

function events(change: (event: LoggedEvent) => LoggedEvent): Fault {
  return of => ({ ...of, log: of.log.map(change) })
}
