/** Clauses of `LogStore` about segments, decisions, stage times, named values and saved states. */
import assert from 'node:assert/strict'
import type { LogStore, StateSink, StoredDecisionBatch, StoredSchema } from '../../log/index.ts'
import type { ContractClause } from './clauses.ts'
import {
  inStore,
  placeClause,
  storeClause,
  type LogStoreHarness,
  batchFields,
  plain,
  sampleBatch,
  sampleBytes,
  sampleDeadLetter,
  sampleEffect,
  sampleSegment,
  sampleStages,
} from './log-store-harness.ts'

/** Fails unless two values are the same, apart from undefined fields and prototypes. */
function same(actual: unknown, expected: unknown, problem: string): void {
  assert.deepEqual(plain(actual), plain(expected), problem)
}

const batches = (found: Iterable<StoredDecisionBatch>): StoredDecisionBatch[] => [...found].map(batchFields)

async function saveState(store: LogStore, name: string, pieces: readonly string[]): Promise<void> {
  const sink = store.createState(name)
  const buffer = new Uint8Array(64)
  for (const piece of pieces) {
    const { written } = new TextEncoder().encodeInto(piece, buffer)
    await sink.append(buffer.subarray(0, written))
    buffer.fill(0)
  }
  await sink.finish()
}

const stateText = (store: LogStore, name: string): string | undefined => {
  const bytes = store.readState(name)
  return bytes && new TextDecoder().decode(bytes)
}

/** Two segments with decisions, effects in every state, stage times and a dead letter; then the first segment is forgotten. */
async function forgetFirstSegment(store: LogStore): Promise<void> {
  await store.commit({
    segment: sampleSegment(0, 10),
    decisions: [sampleBatch('fraud', 0, 4), sampleBatch('risk', 2, 9)],
    effects: [1, 2, 3, 4].map(number => sampleEffect(number, { entry: number, isDry: number === 4 })),
    stages: sampleStages(1, 0, 9),
    deadLetters: [sampleDeadLetter('kept')],
    put: [['cursor/payments', '10']],
  })
  await store.commit({
    segment: sampleSegment(10, 2),
    decisions: [sampleBatch('fraud', 10, 11)],
    effects: [sampleEffect(5, { entry: 10 })],
    stages: sampleStages(2, 10, 11),
    effectChanges: [
      { kind: 'delivered', number: 1, sent: 1, at: 2 },
      { kind: 'dead', number: 2, sent: 1, at: 2, why: 'x' },
    ],
  })
  await store.commit({ effectChanges: [{ kind: 'delivered', number: 5, sent: 1, at: 2 }], forget: 10 })
}

/** The clauses about these parts. */
export const partClauses: readonly ContractClause<LogStoreHarness>[] = [
  storeClause('segmentAt gives the segment that holds an entry, or the next one; lastSegment the last', async store => {
    const large = { ...sampleSegment(4, 3), bytes: sampleBytes(4, 300_000) }
    for (const segment of [sampleSegment(0, 4), large, sampleSegment(7, 1)]) await store.commit({ segment })
    for (const [entry, first] of [0, 0, 0, 0, 4, 4, 4, 7].entries())
      assert.equal(store.segmentAt(entry)?.first, first, `entry ${entry} is in the segment at ${first}`)
    assert.equal(store.segmentAt(8), undefined, 'an entry behind the log has a segment')
    same(store.segmentAt(5), large, 'a segment is not read back as it was committed')
    same(store.lastSegment(), sampleSegment(7, 1), 'lastSegment is not the last segment')
  }),
  storeClause('schemas are sorted by source and version, with all columns', async store => {
    const schema = (source: string, version: number): StoredSchema => ({
      source,
      version,
      columns: [
        { name: 'card', type: 'string', nullable: false },
        { name: 'amount', type: 'decimal', scale: 2, nullable: version > 1 },
      ],
    })
    await store.commit({ schemas: [schema('payments', 1), schema('cards', 1)] })
    await store.commit({ schemas: [schema('payments', 2)] })
    same(store.schemas(), [schema('cards', 1), schema('payments', 1), schema('payments', 2)], 'schemas differ')
  }),
  storeClause('decisionsAt gives the batches of an entry, decisionsFrom those of a model, in the order of commits', async store => {
    const first = [sampleBatch('fraud', 0, 3), sampleBatch('risk', 2, 3)]
    const second = [sampleBatch('fraud', 4, 4), sampleBatch('fraud', 6, 9)]
    const expected = structuredClone([...first, ...second])
    await store.commit({ segment: sampleSegment(0, 4), decisions: first })
    await store.commit({ segment: sampleSegment(4, 6), decisions: second })
    const at = (entry: number) => batches(store.decisionsAt(entry))
    same(at(1), [expected[0]], 'decisionsAt(1) differs')
    same(at(3), [expected[0], expected[1]], 'decisionsAt(3) does not give the batches of both models')
    same(at(9), [expected[3]], 'decisionsAt(9) differs')
    same([at(5), at(10)], [[], []], 'an entry without decisions has some')
    same(batches(store.decisionsFrom('fraud', 0)), [expected[0], expected[2], expected[3]], "decisionsFrom('fraud', 0) differs")
    same(batches(store.decisionsFrom('fraud', 4)), [expected[2], expected[3]], "decisionsFrom('fraud', 4) differs")
    same(batches(store.decisionsFrom('other', 0)), [], 'a model without decisions has some')
  }),
  storeClause('a block of stage times replaces the block with its number; blocks are read newest first', async store => {
    await store.commit({ stages: sampleStages(1, 0, 9) })
    await store.commit({ stages: sampleStages(2, 10, 12) })
    await store.commit({ stages: sampleStages(2, 10, 19) })
    assert.equal(store.lastStageBlock(), 2)
    same([...store.newestStages()], [sampleStages(2, 10, 19), sampleStages(1, 0, 9)], 'newestStages differs')
    same([store.stagesAt(9), store.stagesAt(15)], [[sampleStages(1, 0, 9)], [sampleStages(2, 10, 19)]], 'stagesAt differs')
    same(store.stagesAt(20), [], 'an entry without stage times has some')
  }),
  storeClause('named values are replaced and deleted, and listed by prefix in order of name', async store => {
    const long = 'ü'.repeat(100_000)
    const values = [
      ['a/2', 'two'],
      ['a/1', ''],
      ['a%', '%'],
      ['a_1', '_'],
      ['b/ü試😀', long],
      ['gone', 'x'],
    ] as const
    await store.commit({ put: values })
    await store.commit({
      put: [
        ['gone', null],
        ['a/2', 'zwei'],
        ['twice', '1'],
        ['twice', '2'],
        ['missing', null],
      ],
    })
    same([store.get('a/2'), store.get('a/1'), store.get('gone'), store.get('b/ü試😀')], ['zwei', '', undefined, long], 'get differs')
    assert.equal(store.get('twice'), '2', 'the last of two values of a name in a commit does not win')
    same(
      store.named('a/'),
      [
        ['a/1', ''],
        ['a/2', 'zwei'],
      ],
      "named('a/') differs",
    )
    same(store.named('a%'), [['a%', '%']], "named('a%') differs: a prefix is no pattern")
    same(store.named('a_'), [['a_1', '_']], "named('a_') differs: a prefix is no pattern")
    same(
      store.named('').map(([name]) => name),
      ['a%', 'a/1', 'a/2', 'a_1', 'b/ü試😀', 'twice'],
      "named('') differs",
    )
  }),
  placeClause('forget removes segments, their decisions and their finished effects, and nothing else', async place => {
    const check = (store: LogStore): void => {
      assert.equal(store.segmentAt(0)?.first, 10, 'a forgotten segment is there')
      same(store.lastSegment(), sampleSegment(10, 2), 'the last segment is not there')
      same([store.decisionsAt(1), store.decisionsAt(9)], [[], []], 'decisions on forgotten entries are there')
      same(batches(store.decisionsFrom('fraud', 0)), [sampleBatch('fraud', 10, 11)], 'decisionsFrom differs after forget')
      same(batches(store.decisionsFrom('risk', 0)), [], 'forgotten decisions are there')
      const effects = [1, 2, 3, 4, 5].map(number => store.effects.byNumber(number)?.state)
      same(effects, [undefined, 'dead', 'pending', undefined, 'delivered'], 'the states of effects 1 to 5 differ after forget')
      same(store.stagesAt(5), [], 'stage times of forgotten entries are there')
      assert.equal(store.get('cursor/payments'), '10', 'forget has removed a named value')
      assert.equal([...store.deadLetters.dead()].length, 1, 'forget has removed a dead letter')
    }
    await inStore(place, async store => {
      await forgetFirstSegment(store)
      check(store)
    })
    await inStore(place, check)
  }),
  placeClause('a state can be read once it is finished, and not before; its buffers can be reused', async place => {
    let unfinished: StateSink | undefined
    await inStore(place, async store => {
      const sink = store.createState('state-1')
      await sink.append(Uint8Array.of(1, 2, 3))
      assert.equal(store.readState('state-1'), undefined, 'an unfinished state can be read')
      await sink.discard()
      assert.equal(store.readState('state-1'), undefined, 'an abandoned state can be read')
      await saveState(store, 'state-2', ['one ', 'two ', 'three'])
      assert.equal(stateText(store, 'state-2'), 'one two three')
      await saveState(store, 'state-3', [])
      assert.equal(stateText(store, 'state-3'), '', 'a state without pieces cannot be read')
      unfinished = store.createState('state-4')
      await unfinished.append(Uint8Array.of(1))
    })
    await inStore(place, store => {
      assert.equal(stateText(store, 'state-2'), 'one two three', 'a finished state is gone after opening again')
      assert.equal(store.readState('state-4'), undefined, 'an unfinished state can be read after opening again')
    })
    await unfinished?.discard()
  }),
  placeClause('retainStates deletes all states but the named ones, and later states are whole', async place => {
    await inStore(place, async store => {
      await saveState(store, 'a', ['a long state'])
      await saveState(store, 'b', ['b'])
      store.retainStates(new Set(['b', 'missing']))
      await saveState(store, 'c', ['c'])
      store.retainStates(new Set(['b', 'c']))
    })
    await inStore(place, store =>
      same(
        ['a', 'b', 'c'].map(name => stateText(store, name)),
        [undefined, 'b', 'c'],
        'states differ',
      ),
    )
  }),
]
