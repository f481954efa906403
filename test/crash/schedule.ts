/** A random schedule for a run that is fed, with at least one crash. */
import type { Draw } from '../property/generate/draw.ts'
import { drawAsk } from './asks.ts'
import type { CrashCase, Step } from './case.ts'

const STEPS_MAX = 120

/** `span`: length of the history, ms. */
export function drawSteps(draw: Draw, { ir, changed = [], feeds }: Pick<CrashCase, 'ir' | 'changed' | 'feeds'>, span: number): Step[] {
  const total = feeds.reduce((sum, { records }) => sum + records.length, 0)
  const batch = draw.pick([1, 4, 20])
  const isCrashing = draw.pick([0.15, 0.5, 1.5])
  const pace = Math.max(1, Math.ceil(span / draw.pick([5, 50, 500])))
  const isAsked = ir.models.some(({ decide }) => decide.kind === 'request')
  const isHandedOver = draw.pick([0, 0.2, 1])
  const steps: Step[] = []
  let sentCount = 0
  while (sentCount < total && steps.length < STEPS_MAX) {
    const step = draw.weighted<() => Step>([
      [4, () => ({ do: 'send', feed: draw.between(0, feeds.length - 1), count: draw.between(1, batch) })],
      [4, () => ({ do: 'turn' })],
      [3, () => ({ do: 'sync', count: draw.pick([1, 1, 2, 5, 1000]) })],
      [1, () => ({ do: 'clock', by: draw.magnitude(pace) })],
      [0.5, () => ({ do: 'clock', by: -draw.magnitude(2 * pace) })],
      [isAsked ? 1 : 0, () => drawAsk(draw, ir, feeds, steps.length) ?? { do: 'turn' }],
      [0.7, () => ({ do: 'save' })],
      [isHandedOver, () => ({ do: 'ready' })],
      [isHandedOver / 4, () => ({ do: 'stop' })],
      [changed.length > 0 ? 0.5 : 0, () => ({ do: 'change', to: draw.between(-1, changed.length - 1) })],
      [isCrashing, () => crash(draw)],
      [isCrashing / 5, () => ({ do: 'full' })],
    ])()
    if (step.do === 'send') sentCount += step.count
    steps.push(step)
  }
  return [...steps, crash(draw)]
}

const crash = (draw: Draw): Step => ({
  do: 'crash',
  kept: draw.pick([0, 0, 1, 2, 5, 1000]),
  states: draw.weighted([
    [8, 'kept'],
    [1, 'damaged'],
    [1, 'gone'],
  ] as const),
})
