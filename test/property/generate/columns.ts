import type { ColumnIR, ColumnType, TypeIR, Value } from '../../../src/define/ir/ir.ts'
import type { Axes } from './axes.ts'
import type { Draw } from './draw.ts'

/** A column and its random values. `reach` is the largest magnitude of an exact physical value, else 0. */
export interface ColumnPlan {
  readonly ir: ColumnIR
  readonly value: (draw: Draw) => Exclude<Value, null>
  readonly reach: number
}

const LARGEST = Number.MAX_SAFE_INTEGER

const scales = [0, 1, 2, 2, 3, 6, 9, 15]

/** Their orders by UTF-8 bytes, by UTF-16 units and by a locale all differ. */
const unicode = [
  '',
  'z',
  'Z',
  'é',
  'e\u0301',
  '\u{1F600}',
  '\u{10000}',
  '\uE000',
  '\uFFFD',
  '\uFF5E',
  'ß',
  'ss',
  ' ',
  '\u{1F600}a',
  "'",
  '"',
  '\\',
]
const plain = ['', 'a', 'b', 'ab', 'B', '10', '9', 'null']

export function columnPlan(draw: Draw, axes: Axes, name: string, type: ColumnType, nullable = axes.nulls && draw.chance(0.5)): ColumnPlan {
  const base = { name, type, nullable }
  switch (type) {
    case 'bool':
      return { ir: base, value: d => d.chance(0.5), reach: 0 }
    case 'string':
      return stringPlan(draw, axes, base)
    case 'double':
      return doublePlan(draw, axes, base)
    case 'decimal':
      return integerPlan(draw, axes, { ...base, scale: draw.pick(scales) })
    default:
      return integerPlan(draw, axes, base)
  }
}

function stringPlan(draw: Draw, axes: Axes, base: ColumnIR): ColumnPlan {
  const pool = draw.shuffled(axes.unicode ? unicode : plain).slice(0, draw.between(2, 8))
  return { ir: draw.chance(0.3) ? { ...base, values: pool } : base, value: d => d.pick(pool), reach: 0 }
}

function doublePlan(draw: Draw, axes: Axes, base: ColumnIR): ColumnPlan {
  const kind = draw.weighted([
    [2, 'few'],
    [3, 'fractions'],
    [axes.extremes ? 4 : 0, 'extremes'],
  ] as const)
  const ir = kind === 'few' && draw.chance(0.4) ? { ...base, min: -10, max: 10 } : base
  const value = {
    few: (d: Draw) => d.pick([0, 0.1, 0.2, 0.25, -1.5, 3, -10, 10]),
    fractions: (d: Draw) => d.between(-1e9, 1e9) / 997,
    // An outlier that has left the window must leave no trace: these absorb each other, within the 400 bits that the oracle keeps.
    extremes: (d: Draw) => d.pick([1e50, -1e50, 1e-50, 1, 0, -1, 2 ** 53, 0.1, -0.1, 5e-324, d.between(-1e6, 1e6) / 1e3]),
  }[kind]
  return { ir, value, reach: 0 }
}

function integerPlan(draw: Draw, axes: Axes, base: ColumnIR): ColumnPlan {
  const [reach, centre] = draw.weighted<readonly [number, number]>([
    [2, [3, 0]],
    [3, [1e6, 0]],
    [1, [1e6, 5e5]],
    [1, [2 ** 40, 0]],
    [axes.extremes ? 4 : 0, [LARGEST, 0]],
  ])
  const bounded = draw.chance(0.4)
  const ir = bounded ? { ...base, min: centre - reach, max: centre + reach } : base
  const value = (d: Draw): number =>
    d.weighted([
      [6, () => d.between(centre - reach, centre + reach)],
      [2, () => centre + (d.chance(0.5) ? 1 : -1) * d.magnitude(reach)],
      [1, () => centre + d.between(-1, 1)],
      [1, () => centre - reach],
      [1, () => centre + reach],
    ])()
  return { ir, value, reach: Math.abs(centre) + reach }
}

/** The type of a column for an expression node: its name and scale. */
export function typeOf({ type, scale }: TypeIR): TypeIR {
  return scale === undefined ? { type } : { type, scale }
}
