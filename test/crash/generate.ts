/**
 * Random crash cases. Sources, groups, tables and histories are those of `prove parity`, with ids, duplicates, conflicts, revisions,
 * invalid records, placements, models that decide on events, at ticks and on request, batch runs, and a random schedule.
 */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'
import { Draw } from '../property/generate/draw.ts'
import { generate } from '../property/generate/generate.ts'
import type { CrashCase, Resend } from './case.ts'
import { withActions } from './actions.ts'
import { drawChanged } from './eras.ts'
import { drawFeed } from './feeds.ts'
import { drawRetention } from './retention.ts'
import { drawModels, drawPlacement } from './models.ts'
import { withHybrid, withRuns } from './runs.ts'
import { drawSteps } from './schedule.ts'
import { withTrainings } from './trainings.ts'

/** Longer than any history, so that nothing is forgotten or too late, ms. */
const FOR_EVER = 2 ** 45
/** Share of cases with batch runs. */
const RUNS = 0.5
/** Share of those in which some groups with batch runs are hybrid. */
const HYBRID = 0.4

export const generateCrash = (seed: number): CrashCase => withSomeRuns(seed, generateWithoutRuns(seed))

/** The same with trainings, if one of the models can be trained. */
export function generateTrained(seed: number): CrashCase {
  const { of, span } = generateWithoutRuns(seed)
  return withSomeRuns(seed, { of: withTrainings(new Draw(seed ^ 0x7a1e), of, span) ?? of, span })
}

function withSomeRuns(seed: number, { of, span }: Drawn): CrashCase {
  const draw = new Draw(seed ^ 0xba7c)
  if (!draw.chance(RUNS)) return of
  const hybrid = new Draw(seed ^ 0x4b20)
  return hybrid.chance(HYBRID) ? withHybrid(hybrid, withRuns(draw, of, span)) : withRuns(draw, of, span)
}

interface Drawn {
  readonly of: CrashCase
  /** Length of its history, ms. */
  readonly span: number
}

export function generateWithoutRuns(seed: number): Drawn {
  const of = generate(seed)
  const draw = new Draw(seed ^ 0x5eed)
  const span = of.log.reduce((most, { arrival }) => Math.max(most, arrival), -Infinity) - of.log[0].arrival
  const plans = of.ir.sources.map(source =>
    drawSource(
      draw,
      source,
      of.log.filter(event => event.source === source.name),
      span,
    ),
  )
  const sources = plans.map(({ source }) => source)
  const groups = of.ir.groups.map(group => ({ ...group, place: drawPlacement(draw, span) }))
  const deciding: PipelineIR = { ...of.ir, sources, groups, models: drawModels(draw, { ...of.ir, sources, groups }, span) }
  const whole = withActions(new Draw(seed ^ 0xac7), deciding, span)
  const feeds = plans.map(({ source, resend, log }) => drawFeed(draw, source, resend, log))
  // The revisions of a sender that begins again would arrive later than the log remembers their originals.
  const canForget = plans.every(({ source, resend }) => !source.identity || resend === 'cursor')
  const keeping = canForget && draw.chance(0.3) ? drawRetention(draw, whole, span) : undefined
  const { ir, keep } = keeping ?? { ir: whole, keep: undefined }
  // A longer window is rejected after the log was forgotten.
  const changed = !keeping && draw.chance(0.4) ? [drawChanged(draw, ir, span)] : []
  const partitions = draw.pick([1, 1, 2, 3])
  const steps = drawSteps(draw, { ir, changed, feeds }, span)
  return { of: { seed, ir, changed, ...(keep !== undefined && { keep }), partitions, feeds, steps }, span }
}

interface SourcePlan {
  readonly source: SourceIR
  readonly resend: Resend
  readonly log: readonly LoggedEvent[]
}

function drawSource(draw: Draw, base: SourceIR, events: readonly LoggedEvent[], span: number): SourcePlan {
  const { source: plain, log } = revisable(draw, base, events)
  const source = draw.chance(0.65) ? withIds(draw, plain, span) : plain
  const resend: Resend = source.id ? draw.pick(['cursor', 'cursor', 'acknowledged', 'start'] as const) : 'cursor'
  // A resent revision that was in time may be late.
  const isBrief = source.identity !== undefined && resend === 'cursor' && draw.chance(0.4)
  return { source: { ...source, ...(source.identity && { revisable: isBrief ? brief(draw, span) : FOR_EVER }) }, resend, log }
}

const added: readonly ColumnIR[] = [
  { name: 'ref', type: 'string', nullable: true },
  { name: 'gone', type: 'bool', nullable: true },
]

/** Some sources of events get an identity and a deletion mark, in addition to those that have one. */
function revisable(draw: Draw, source: SourceIR, log: readonly LoggedEvent[]): { source: SourceIR; log: readonly LoggedEvent[] } {
  if (source.identity || source.deleted !== undefined || !draw.chance(0.2)) return { source, log }
  const marks = () => ({ ref: draw.chance(0.1) ? null : `r${draw.between(0, 9)}`, gone: draw.chance(0.05) ? true : null })
  return {
    source: { ...source, columns: [...source.columns, ...added], identity: ['ref'], revisable: FOR_EVER, deleted: 'gone' },
    log: log.map(event => ({ ...event, row: { ...event.row, ...marks() } })),
  }
}

const withIds = (draw: Draw, source: SourceIR, span: number): SourceIR => ({
  ...source,
  columns: [...source.columns, { name: 'id', type: 'string', nullable: true }],
  id: 'id',
  dedupe: draw.chance(0.75) ? FOR_EVER : draw.pick([0, brief(draw, span)]),
})

/** A period that covers a part of a history, ms. */
const brief = (draw: Draw, span: number): number => Math.ceil(span / draw.pick([2, 4, 20]))
