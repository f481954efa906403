/** Random cases of `prove threads`: several sources that record ingestion times or add a delay, revisions, feature groups in any placement, and a model with each trigger, value function and form of score. */
import {
  after,
  batch,
  begins,
  caught,
  corrected,
  count,
  doesNotHappen,
  entity,
  every,
  features,
  happens,
  hybrid,
  labelFrom,
  lag,
  linear,
  logistic,
  model,
  money,
  notice,
  on,
  partial,
  pipeline,
  request,
  rules,
  source,
  stream,
  t,
  worth,
  type Train,
} from '../../src/index.ts'
import { Draw } from '../property/generate/draw.ts'
import type { ThreadCase } from './case.ts'
import { eventsOf, requestsOf, type Delays } from './history.ts'

const who = entity('who', t.string())
const schema = {
  id: t.string(),
  who,
  slot: t.int(),
  level: t.int(),
  worn: t.bool(),
  about: t.string(),
  at: t.timestamp(),
  seen: t.timestamp(),
}

type Sensor = ReturnType<typeof sensorOf>
type Part = ReturnType<typeof groupOf>

const WINDOWS = ['10m', '45m', '3h', '1d'] as const
const TRIGGERS = ['on', 'every', 'request'] as const

/** The case of a seed. */
export function threadCase(seed: number): ThreadCase {
  const draw = new Draw(seed)
  const names = ['visits', ...Array.from({ length: draw.between(1, 3) }, (_, i) => `sensor${i}`), 'results']
  const delays = new Map(names.map(name => [name, delaysOf(draw)]))
  const sensors = names.map(name => sensorOf(draw, name, delays.get(name)!))
  const groups = Array.from({ length: draw.between(1, 3) }, (_, i) => groupOf(draw, `g${i}`, draw.pick(sensors)))
  const trigger = draw.weighted([
    [3, TRIGGERS[0]],
    [2, TRIGGERS[1]],
    [1, TRIGGERS[2]],
  ])
  const failing = modelOf(draw, trigger, sensors, groups)
  const { ir, worths } = pipeline(`threads${seed}`, [failing, worth(failing, utilityOf(draw))])
  const used = sensors.filter(({ name }) => ir.sources.some(source => source.name === name))
  const log = eventsOf(
    draw,
    used.map(({ ir }) => ({ source: ir, delays: delays.get(ir.name)! })),
  )
  return { seed, ir, worth: worths.get(failing.name)!.ir, log, requests: trigger === 'request' ? requestsOf(draw, log, failing.name) : [] }
}

const delaysOf = (draw: Draw): Delays =>
  draw.weighted<Delays>([
    [3, { kind: 'column', longest: draw.pick([30, 600, 3600]) * 1000 }],
    [2, { kind: 'after', ms: draw.pick([1, 90, 1200]) * 1000 }],
    [1, { kind: 'after', ms: 0 }],
  ])

function sensorOf(draw: Draw, name: string, delays: Delays) {
  return source(name, {
    schema,
    key: 'who',
    time: 'at',
    id: 'id',
    arrives: delays.kind === 'column' ? 'seen' : after(`${delays.ms}ms`),
    ...(draw.chance(0.3) && { identity: ['slot'] as const, revisable: '2d' as const }),
  })
}

function groupOf(draw: Draw, name: string, from: Sensor) {
  const [counted, summed, highest, newest] = Array.from({ length: 4 }, () => draw.pick(WINDOWS))
  const isWhole = draw.chance(0.5)
  return features(name, {
    from,
    entity: who,
    place: placementOf(draw),
    values: r => ({
      n: count(counted),
      mean: isWhole ? r.level.sum(summed) : r.level.mean(summed),
      top: r.level.max(highest),
      last: r.level.last(newest),
    }),
  })
}

const placementOf = (draw: Draw) =>
  draw.weighted([
    [4, stream],
    [1, lag('7m')],
    [1, partial('3m')],
    [1, corrected],
    [1, hybrid(every('4h'))],
    [1, batch(every('2h'), { lasts: '10m' })],
  ])

function modelOf(draw: Draw, trigger: (typeof TRIGGERS)[number], sensors: readonly Sensor[], groups: readonly Part[]) {
  const read = (key: Parameters<Part['of']>[0]) => Object.fromEntries(groups.map(group => [group.name, group.of(key)]))
  const weights = Object.fromEntries(
    groups.flatMap(({ name }) =>
      ['n', 'mean', 'top', 'last'].map(feature => [`${name}.${feature}`, { weight: draw.between(-3, 9) / 100, mean: 3, ifNull: 0 }]),
    ),
  )
  const high = draw.between(5, 12)
  const score = draw.weighted([
    [3, logistic({ intercept: -1, weights })],
    [1, linear({ intercept: 0, weights })],
    [1, undefined],
  ])
  const train = draw.weighted<Train | undefined>([
    [3, undefined],
    [1, { algorithm: 'logistic', ifNull: 0 }],
    [1, { algorithm: 'trees', rounds: 5, leaves: 4, minRows: 3 }],
  ])
  const rest = {
    ...(train && { train }),
    score:
      score ??
      ((v: Record<string, ReturnType<Part['of']>>) =>
        rules(
          [
            { when: v[groups[0].name].top.gt(high), score: 0.9 },
            { when: v[groups[0].name].n.gt(3), score: 0.4 },
          ],
          0.1,
        )),
  }
  const label = () =>
    draw.weighted([
      [2, () => begins(draw.pick(sensors), r => r.worn, { within: '40m', lasting: '0s', maxGap: '1d' })],
      [1, () => happens(draw.pick(sensors), { by: 'who', within: '40m', lateness: '5m', where: r => r.worn })],
      [1, () => doesNotHappen(draw.pick(sensors), { by: 'who', within: '40m', lateness: '0s', ...(draw.chance(0.5) && { per: 'who' }) })],
    ])()
  switch (trigger) {
    case 'on': {
      const own = labelFrom(sensors.at(-1)!, { join: 'about', value: r => r.worn, negativeAfter: draw.pick(['10m', '1h']) })
      return model('failing', { ...rest, decide: on(sensors[0]), inputs: v => read(v.who), label: own })
    }
    case 'every': {
      const period = draw.pick(['15m', '40m'] as const)
      return model('failing', { ...rest, decide: every(period, who, { live: '2h' }), inputs: v => read(v.who), label: label() })
    }
    case 'request':
      return model('failing', { ...rest, decide: request({ who }), inputs: v => read(v.who), label: label() })
  }
}

function utilityOf(draw: Draw) {
  const budget = draw.pick(['10%', '30%'] as const)
  const price = draw.chance(0.5) ? { dollars: 40, wrong: draw.pick([0, 3]) } : {}
  return draw.weighted([
    [3, caught({ budget, unit: 'failures', ...price })],
    [1, notice({ budget, unit: 'failures', ...price })],
    [1, money({ budget, saves: 30, wrong: 4 })],
  ])
}
