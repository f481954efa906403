/** A log in segments of other lengths: the same entries in the same order. */
import { concatBlocks, sliceBlock } from '../../src/columns/block.ts'
import type { Segment } from '../../src/log/segment.ts'
import type { Draw } from '../property/generate/draw.ts'

/** Log markers stay alone, as a run appends them; events between them are cut anywhere. */
export function recut(segments: readonly Segment[], draw: Draw): Segment[] {
  const most = draw.pick([1, 3, 20, 1000])
  const out: Segment[] = []
  for (let from = 0; from < segments.length;) {
    let to = from
    while (to < segments.length && segments[to].markers.length === 0) to++
    if (to > from) out.push(...cutStretch(segments.slice(from, to), draw, most))
    if (to < segments.length) out.push(segments[to])
    from = to + 1
  }
  return out
}

/** Cuts consecutive segments with events alone. */
function cutStretch(segments: readonly Segment[], draw: Draw, most: number): Segment[] {
  const names = [...new Set(segments.flatMap(({ sources }) => sources.map(({ source }) => source)))]
  const all = names.map(name => segments.flatMap(({ sources }) => sources.filter(({ source }) => source === name)))
  const blocks = all.map(rows => concatBlocks(rows.map(({ block }) => block)))
  const order = segments.flatMap(({ length, sources, order }) =>
    Array.from({ length }, (_, entry) => names.indexOf(sources[order ? order[entry] : 0].source)),
  )
  const rowsTaken = names.map(() => 0)
  const out: Segment[] = []
  for (let from = 0; from < order.length;) {
    const to = Math.min(order.length, from + draw.between(1, most))
    const here = order.slice(from, to)
    const present = [...new Set(here)].sort((a, b) => a - b)
    const sources = present.map(index => {
      const start = rowsTaken[index]
      rowsTaken[index] = start + here.filter(other => other === index).length
      return { source: names[index], schema: all[index][0].schema, block: sliceBlock(blocks[index], start, rowsTaken[index]) }
    })
    const order8 = Uint8Array.from(here, index => present.indexOf(index))
    out.push({
      first: segments[0].first + from,
      length: to - from,
      sources,
      markers: [],
      offsets: {},
      ...(present.length > 1 && { order: order8 }),
    })
    from = to
  }
  return out
}
