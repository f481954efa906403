/** The way of an event to an action as a river: it splits into the feature groups that a decision reads, and is the wider, the older what flows there. */
import { spanTitle } from '../../words.ts'
import type { AuditReport, ElementPart } from '../audit-report.ts'
import { markup, px, shortened, type Child, type Markup } from './markup.ts'
import { ribbon, widthsUpTo, type Bend } from './ribbon.ts'
import { inTwoWidths, type Drawing } from './two-widths.ts'

const THIN = 3
const LABEL = 62

export const river = (report: AuditReport): Markup =>
  inTwoWidths('river', layout => (layout === 'wide' ? wideRiver(report) : narrowRiver(report)))

interface Stretch {
  readonly element: ElementPart
  /** Half of the decisions found it this old or fresher, and 95 in 100. */
  readonly p50: number
  readonly p95: number
}

interface Course {
  readonly before: readonly Stretch[]
  readonly groups: readonly Stretch[]
  readonly after: readonly Stretch[]
  readonly training: ElementPart | undefined
}

const oldest = ({ elements }: AuditReport): number => Math.max(0, ...elements.filter(isOnTheWay).map(({ now }) => now.age?.p95 ?? 0))

/** How old the model is lies beside the way of an event. */
const isOnTheWay = ({ kind }: ElementPart): boolean => kind !== 'training'

function courseOf(report: AuditReport): Course {
  const { elements } = report
  const widthOf = widthsUpTo(oldest(report))
  const of = (kind: ElementPart['kind']): Stretch[] =>
    elements
      .filter(element => element.kind === kind)
      .map(element => ({ element, p50: widthOf(element.now.age?.p50 ?? 0), p95: widthOf(element.now.age?.p95 ?? 0) }))
  return {
    before: of('ingestion'),
    groups: of('group'),
    after: [...of('inference'), ...of('action')],
    training: elements.find(({ kind }) => kind === 'training'),
  }
}

const words = (report: AuditReport): Pick<Drawing, 'title' | 'description'> => ({
  title: 'The way of an event to an action',
  description: `${report.elements.map(element => `${element.title}: ${element.now.title}, ${ageText(element)}`).join('; ')}. The older, the wider.`,
})

function ageText({ now: { age } }: ElementPart): string {
  if (age === null) return 'age not known'
  return age.p95 === age.p50 ? `age ${spanTitle(age.p50)}` : `p50 ${spanTitle(age.p50)}, p95 ${spanTitle(age.p95)}`
}

const WIDE = { width: 1000, before: 130, split: 230, groups: 470, flat: 104, join: 690, inference: 775, action: 920, alone: 840 }

function wideRiver(report: AuditReport): Drawing {
  const course = courseOf(report)
  const { before, groups, after } = course
  const lane = LABEL + 16 + Math.max(20, ...groups.map(({ p95 }) => p95))
  const tallest = Math.max(20, ...[...before, ...after].map(({ p95 }) => p95))
  const height = Math.max(groups.length * lane, tallest + 2 * LABEL + 30) + 20
  const middle = height / 2 + 12
  const stages = [
    ...before.map(stretch => ({ stretch, x: WIDE.before })),
    ...after.map((stretch, i) => ({ stretch, x: after.length === 1 ? WIDE.alone : i === 0 ? WIDE.inference : WIDE.action })),
  ]
  const arms = groups.map((stretch, i) => ({
    stretch,
    y: middle + (i - (groups.length - 1) / 2) * lane + (groups.length > 1 ? LABEL / 2 - 12 : 0),
  }))
  const shape = (which: 'p50' | 'p95') => [
    trunk(
      stages.filter(({ x }) => x < WIDE.split),
      0,
      WIDE.split,
      middle,
      which,
    ),
    ...(arms.length === 0
      ? [trunk([], WIDE.split, WIDE.join, middle, which)]
      : arms.map(({ stretch, y }) => arm(stretch[which], y, middle))),
    trunk(
      stages.filter(({ x }) => x > WIDE.split),
      WIDE.join,
      WIDE.width - 14,
      middle,
      which,
    ),
  ]
  return {
    ...words(report),
    width: WIDE.width,
    height,
    content: [
      markup`<path class="river-p95" d="${shape('p95').join('')}"/>`,
      markup`<path class="river-p50" d="${shape('p50').join('')}"/>`,
      markup`<path class="river-p50" d="M${px(WIDE.width - 14)} ${px(middle - 8)}l14 8l-14 8Z"/>`,
      stages.map(({ stretch, x }) => label(stretch.element, x, middle - stretch.p95 / 2, 22)),
      arms.map(({ stretch, y }) => label(stretch.element, WIDE.groups, y - stretch.p95 / 2, 36)),
      course.training &&
        trainingNote(course.training, after.length === 1 ? WIDE.alone : WIDE.inference, middle + (after[0]?.p95 ?? THIN) / 2),
    ],
  }
}

function trunk(
  stages: readonly { readonly stretch: Stretch; readonly x: number }[],
  from: number,
  to: number,
  y: number,
  which: 'p50' | 'p95',
): string {
  const bends: Bend[] = [
    { along: from, across: y, width: THIN },
    ...stages.flatMap(({ stretch, x }) => [x - 26, x + 26].map(along => ({ along, across: y, width: stretch[which] }))),
    { along: to, across: y, width: THIN },
  ]
  return ribbon(bends, 'right')
}

const arm = (width: number, y: number, middle: number): string =>
  ribbon(
    [
      { along: WIDE.split, across: middle, width: THIN },
      { along: WIDE.groups - WIDE.flat, across: y, width },
      { along: WIDE.groups + WIDE.flat, across: y, width },
      { along: WIDE.join, across: middle, width: THIN },
    ],
    'right',
  )

const label = (element: ElementPart, x: number, bottom: number, characters: number): Markup => {
  const line = (text: string, name: string, above: number) =>
    markup`<text class="${name}" x="${px(x)}" y="${px(bottom - above)}" text-anchor="middle">${shortened(text, characters)}</text>`
  return markup`${line(element.title, 'name', 41)}${line(element.now.title, 'small', 25)}${line(ageText(element), 'small', 9)}`
}

const trainingNote = ({ now }: ElementPart, x: number, y: number): Child => [
  markup`<path class="river-note" d="M${px(x)} ${px(y + 42)}V${px(y + 6)}"/>`,
  markup`<text class="small" x="${px(x)}" y="${px(y + 58)}" text-anchor="middle">${shortened(`model trained: ${now.title}`, 34)}</text>`,
]

const NARROW = { width: 328, river: 44, text: 96, row: 74 }

function narrowRiver(report: AuditReport): Drawing {
  const { before, groups, after, training } = courseOf(report)
  const stretches = [...before, ...groups, ...after]
  const top = (i: number) => 12 + i * NARROW.row
  const end = top(stretches.length) + 6
  const shape = (which: 'p50' | 'p95') =>
    ribbon(
      [
        { along: 0, across: NARROW.river, width: THIN },
        ...stretches.flatMap((stretch, i) => [18, 50].map(from => ({ along: top(i) + from, across: NARROW.river, width: stretch[which] }))),
        { along: end, across: NARROW.river, width: THIN },
      ],
      'down',
    )
  const [first, last] = [top(before.length) + 4, top(before.length + groups.length) - 8]
  return {
    ...words(report),
    width: NARROW.width,
    height: end + (training ? 34 : 14),
    content: [
      markup`<path class="river-p95" d="${shape('p95')}"/>`,
      markup`<path class="river-p50" d="${shape('p50')}"/>`,
      markup`<path class="river-p50" d="M${px(NARROW.river - 8)} ${px(end)}h16l-8 12Z"/>`,
      groups.length > 1 ? markup`<path class="river-note" d="M90 ${px(first)}h-6V${px(last)}h6"/>` : undefined,
      stretches.map(({ element }, i) => rowLabel(element, top(i))),
      training &&
        markup`<text class="small" x="${px(NARROW.text)}" y="${px(end + 12)}">${shortened(`model trained: ${training.now.title}`, 34)}</text>`,
    ],
  }
}

const rowLabel = (element: ElementPart, y: number): Markup => {
  const line = (text: string, name: string, below: number) =>
    markup`<text class="${name}" x="${px(NARROW.text)}" y="${px(y + below)}">${shortened(text, 26)}</text>`
  return markup`${line(element.title, 'name', 22)}${line(element.now.title, 'small', 39)}${line(ageText(element), 'small', 55)}`
}

const scaleAges = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000]

/** How wide some ages are. */
export function riverScale(report: AuditReport): Child {
  if (oldest(report) < 1) return undefined
  const widthOf = widthsUpTo(oldest(report))
  const within = scaleAges.filter(age => age <= Math.max(10, oldest(report)))
  const ages = [...new Set([0, 1, 2, 3].map(i => within[Math.round(((within.length - 1) * i) / 3)]))]
  return markup`<figcaption>How wide an age is:<svg class="scale" viewBox="0 0 300 88" role="img" aria-labelledby="scale-title">
<title id="scale-title">How wide the river is at ages of ${ages.map(spanTitle).join(', ')}</title>
${ages.map((age, i) => {
  const [x, wide] = [i * 75 + 30, widthOf(age)]
  return markup`<rect class="river-p95" x="${px(x - 14)}" y="${px(34 - wide / 2)}" width="28" height="${px(wide)}"/><text class="small" x="${px(x)}" y="84" text-anchor="middle">${spanTitle(age)}</text>`
})}
</svg></figcaption>`
}
