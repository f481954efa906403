import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bands } from './bands.ts'
import { StateReader, StateWriter } from './state.ts'

/** Loads slot 1 of two bands, written as [tail, flip] of each band, for a list of `entries`. */
function loadBands(places: readonly (readonly [tail: number, flip: number])[], entries: number): Bands {
  const writer = new StateWriter()
  writer.number(0)
  for (const place of places.flat()) writer.count(place)
  const bands = new Bands(places.length)
  bands.grow(2)
  bands.load(1, new StateReader(writer.finish({ layout: [0, 0], from: 0, to: 1, slots: 1, sequence: 0 })), entries)
  return bands
}

test('bands are restored as saved', () => {
  const bands = loadBands(
    [
      [3, 2],
      [5, 5],
    ],
    5,
  )
  assert.deepEqual(
    [0, 1].map(band => [bands.inner(1, band), bands.flip(1, band), bands.tail(1, band)]),
    [
      [0, 2, 3],
      [3, 5, 5],
    ],
  )
  loadBands([], 0)
})

test('bands that break the invariant are rejected: a read would leave the entries of its slot', () => {
  const damaged: readonly (readonly [RegExp, Parameters<typeof loadBands>[0], number])[] = [
    [/not between 0 and 5/, [[6, 2]], 5],
    [/not between 0 and 5/, [[5, 6]], 5],
    [
      /out of order/,
      [
        [3, 2],
        [5, 2],
      ],
      5,
    ],
    [/in no band/, [[4, 2]], 5],
    [
      /in no band/,
      [
        [3, 2],
        [4, 3],
      ],
      5,
    ],
    [/in no band/, [], 1],
  ]
  for (const [message, places, entries] of damaged)
    assert.throws(() => loadBands(places, entries), { code: 'SPILL_STATE', message }, JSON.stringify(places))
})
