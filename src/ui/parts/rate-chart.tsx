/** Rates over time, drawn by uPlot. The legend has the figures under the cursor, or the newest. */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { rateText } from '../core/text.ts'

export interface ChartLine {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** A colour of the stylesheet: `--incident`. */
  readonly colour: string
}

interface RateChartProps {
  /** Seconds since the epoch. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly label: string
}

const HEIGHT = 190

export function RateChart({ times, lines, label }: RateChartProps) {
  const [hovered, setHovered] = useState<number>()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const data = [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  const newest = useRef(data)
  newest.current = data
  const names = lines.map(({ label: name }) => name).join('\n')
  useEffect(() => {
    const element = box.current!
    const draw = (): void => {
      chart.current?.destroy()
      chart.current = new uPlot(chartOptions(element.clientWidth, lines, setHovered), newest.current, element)
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
  }, [names])
  useEffect(() => chart.current?.setData(newest.current))
  const at = hovered ?? times.length - 1
  return (
    <figure>
      <div ref={box} class="chart" role="img" aria-label={label} />
      <ul class="legend">
        <li class="soft">{times[at] === undefined ? '' : clockText(times[at])}</li>
        {lines.map(({ label: name, values, colour }) => (
          <li key={name}>
            <svg width="16" height="3" aria-hidden="true">
              <rect width="16" height="3" style={{ fill: `var(${colour})` }} />
            </svg>
            {name} {rateText(values[at] ?? undefined)}
          </li>
        ))}
      </ul>
    </figure>
  )
}

const clockText = (seconds: number): string => new Date(seconds * 1000).toLocaleTimeString('en-GB')

function chartOptions(width: number, lines: readonly ChartLine[], onHover: (index: number | undefined) => void): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--faint'), width: 1 }, ticks: { show: false }, font: '12px system-ui' }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? undefined)] },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, (most ?? 1) * 1.15)] } },
    axes: [
      { ...axis, space: 90, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300], values: (_chart, ticks) => ticks.map(clockText) },
      { ...axis, size: 56, values: (_chart, ticks) => ticks.map(tick => rateText(tick)) },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: name }) => ({
        label,
        stroke: colour(name),
        width: 1.8,
        points: { show: false },
      })),
    ],
  }
}
