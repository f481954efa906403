/** Rates or durations over time in UTC, drawn by uPlot. The legend has the figures under the cursor, or the newest. */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { rateText, timeStamp } from '../core/text.ts'

export interface ChartLine {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** A colour of the stylesheet: `--incident`. */
  readonly colour: string
}

/** Values of a chart as text; rates if none is given. */
export interface ChartUnit {
  readonly textOf: (value: number | undefined) => string
  /** Distances of the values at the axis. */
  readonly steps?: readonly number[]
}

const perSecond: ChartUnit = { textOf: rateText }

interface RateChartProps {
  /** Seconds since the epoch. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly label: string
  /** Times of vertical lines, seconds since the epoch. */
  readonly marks?: readonly number[]
  readonly unit?: ChartUnit
}

const HEIGHT = 190
/** Axes of longer charts have dates. */
const DAY_S = 86_400

export function RateChart({ times, lines, label, marks = [], unit = perSecond }: RateChartProps) {
  const [hovered, setHovered] = useState<number>()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const data = [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  const newest = useRef(data)
  newest.current = data
  const newestMarks = useRef(marks)
  newestMarks.current = marks
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > DAY_S
  const names = lines.map(({ label: name }) => name).join('\n')
  useEffect(() => {
    const element = box.current!
    const draw = (): void => {
      chart.current?.destroy()
      chart.current = new uPlot(
        chartOptions(element.clientWidth, lines, { onHover: setHovered, marks: () => newestMarks.current, unit }),
        newest.current,
        element,
      )
    }
    draw()
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    addEventListener('themechange', draw)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    return () => {
      resized.disconnect()
      removeEventListener('themechange', draw)
      scheme.removeEventListener('change', draw)
      chart.current?.destroy()
      chart.current = undefined
    }
  }, [names, isLong])
  useEffect(() => chart.current?.setData(newest.current))
  const at = hovered ?? times.length - 1
  return (
    <figure>
      <div ref={box} class="chart" role="img" aria-label={label} />
      <ul class="legend">
        <li class="soft">{times[at] === undefined ? '' : `${isLong ? dateText(times[at]) : clockText(times[at])} UTC`}</li>
        {lines.map(({ label: name, values, colour }) => (
          <li key={name}>
            <svg width="16" height="3" aria-hidden="true">
              <rect width="16" height="3" style={{ fill: `var(${colour})` }} />
            </svg>
            {name} {unit.textOf(values[at] ?? undefined)}
          </li>
        ))}
      </ul>
    </figure>
  )
}

const clockText = (seconds: number): string => timeStamp(seconds * 1000).slice(11, 19)

interface ChartHooks {
  readonly onHover: (index: number | undefined) => void
  readonly marks: () => readonly number[]
  readonly unit: ChartUnit
}

const dateText = (seconds: number): string => timeStamp(seconds * 1000).slice(5, 16)

function chartOptions(width: number, lines: readonly ChartLine[], { onHover, marks, unit }: ChartHooks): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--faint'), width: 1 }, ticks: { show: false }, font: '12px system-ui' }
  const axisText = (chart: uPlot, ticks: readonly number[]): string[] => {
    const { min = 0, max = 0 } = chart.scales['x']
    return ticks.map(tick => ((max ?? 0) - (min ?? 0) > DAY_S ? dateText(tick) : clockText(tick)))
  }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: {
      setCursor: [({ cursor }) => onHover(cursor.idx ?? undefined)],
      draw: [chart => drawMarks(chart, marks(), colour('--planned'))],
    },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, (most ?? 1) * 1.15)] } },
    axes: [
      { ...axis, space: 90, values: axisText, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 21_600, 86_400] },
      {
        ...axis,
        size: unit.steps ? 76 : 56,
        values: (_chart, ticks) => ticks.map(tick => unit.textOf(tick)),
        ...(unit.steps && { incrs: [...unit.steps] }),
      },
    ],
    series: [{}, ...lines.map(({ label, colour: name }) => ({ label, stroke: colour(name), width: 1.8, points: { show: false } }))],
  }
}

/** A dashed line at each time of the range. */
function drawMarks(chart: uPlot, marks: readonly number[], colour: string): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.strokeStyle = colour
  ctx.setLineDash([3, 3])
  for (const mark of marks) {
    const x = Math.round(chart.valToPos(mark, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}
