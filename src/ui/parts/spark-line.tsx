/** A line without axes, for a figure beside it. Gaps stay gaps. */
interface SparkLineProps {
  readonly values: readonly (number | null)[]
  readonly width?: number
  readonly height?: number
}

export function SparkLine({ values, width = 84, height = 22 }: SparkLineProps) {
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={sparkPath(values, width, height)} />
    </svg>
  )
}

/** From 0 to the greatest value. */
function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const most = Math.max(1e-9, ...values.map(value => value ?? 0))
  const step = width / Math.max(1, values.length - 1)
  let isDrawing = false
  let path = ''
  values.forEach((value, i) => {
    if (value !== null)
      path += `${isDrawing ? 'L' : 'M'}${(i * step).toFixed(1)} ${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`
    isDrawing = value !== null
  })
  return path
}
