/** Clauses of `LogStore` about commits: atomicity, order, durability, failures, readers. */
import assert from 'node:assert/strict'
import type { Commit, LogStore, StoredLog } from '../../log/index.ts'
import type { ContractClause } from './clauses.ts'
import {
  inStore,
  placeClause,
  storeClause,
  storeErrorOf,
  type LogStoreHarness,
  type StorePlace,
  contentOf,
  lastCommitIn,
  plain,
  sampleBytes,
  sampleCommit,
  sampleDeadLetter,
  sampleEffect,
} from './log-store-harness.ts'

const COMMITS = 60

/** Fails if the parts of a store show different commits. Returns the number of the last commit. */
function wholeCommits(store: StoredLog, when: string): number {
  const last = lastCommitIn(store)
  const [number] = Object.values(last)
  for (const [part, own] of Object.entries(last))
    assert.equal(own, number, `${when} the store has commits up to ${number} of segments, and up to ${own} of ${part}`)
  return number
}

/** Changes that a store must reject, with the whole commit. */
const impossible: Readonly<Record<string, Commit>> = {
  'a change of a missing effect': { effectChanges: [{ kind: 'delivered', number: 9, sent: 1, at: 2 }] },
  'a change of a missing dead letter': { deadLetterChanges: [{ kind: 'settled', id: 9, outcome: 'accepted', at: 1 }] },
}

async function commitsInFlight(store: LogStore, resolved: number[], seen: (n: number) => void): Promise<void> {
  const commitAndLook = async (n: number): Promise<void> => {
    await store.commit(sampleCommit(n))
    resolved.push(n)
    seen(n)
  }
  await Promise.all(Array.from({ length: COMMITS }, (_, i) => commitAndLook(i + 1)))
}

/** The clauses about commits. */
export const commitClauses: readonly ContractClause<LogStoreHarness>[] = [
  storeClause('a new store is empty', async store => {
    assert.equal(wholeCommits(store, 'before the first commit'), 0)
    assert.deepEqual([store.segmentAt(0), store.lastSegment(), store.effects.byNumber(1)], [undefined, undefined, undefined])
    assert.deepEqual(store.named(''), [], 'a new store has named values')
  }),
  storeClause('a commit can be read, in all parts, once its promise has resolved', async (store, place) => {
    for (let n = 1; n <= 3; n++) {
      await store.commit(sampleCommit(n))
      assert.equal(wholeCommits(store, 'after a commit'), n, `commit ${n} has resolved and cannot be read`)
    }
    await store.commit({})
    const reader = await place.read?.()
    if (reader) assert.deepEqual(contentOf(reader), contentOf(store), 'a reader beside the store sees other data')
    reader?.close?.()
  }),
  storeClause('commits in flight resolve in the order of the calls', async store => {
    const resolved: number[] = []
    await commitsInFlight(store, resolved, n => {
      // Later commits may become durable between two queries, so the parts may differ.
      for (const [part, own] of Object.entries(lastCommitIn(store)))
        assert.ok(own >= n, `commit ${n} has resolved, and the store has ${own} commits of ${part}`)
    })
    assert.equal(wholeCommits(store, 'after all commits'), COMMITS)
    assert.deepEqual(
      resolved,
      resolved.toSorted((a, b) => a - b),
      'commits resolved out of order',
    )
  }),
  ...Object.entries(impossible).map(([name, change]) =>
    placeClause(`a commit with ${name} fails, and no part of it is written`, async place => {
      let before: object = {}
      await inStore(place, async store => {
        await store.commit(sampleCommit(1))
        before = contentOf(store)
        await storeErrorOf(store.commit({ ...sampleCommit(2), ...change }), `a commit with ${name}`)
        assert.deepEqual(contentOf(store), before, 'a part of a failed commit can be read')
      })
      assert.deepEqual(await inStore(place, contentOf), before, 'a part of a failed commit is there after opening again')
    }),
  ),
  placeClause('after a failed commit all later commits fail with the same error, and nothing is written', async place => {
    await inStore(place, async store => {
      await store.commit(sampleCommit(1))
      const [{ message }, inFlight] = await Promise.all([
        storeErrorOf(store.commit(impossible['a change of a missing effect']), 'an impossible commit'),
        storeErrorOf(store.commit({ put: [['n', 'in flight']] }), 'a commit in flight behind a failed commit'),
      ])
      assert.equal(inFlight.message, message, 'a commit in flight behind a failed commit has a different error')
      const later = await storeErrorOf(store.commit({ put: [['n', 'later']] }), 'a commit after a failed commit')
      assert.equal(later.message, message, 'a commit after a failed commit has a different error')
    })
    await inStore(place, store => assert.equal(wholeCommits(store, 'after a failure and opening again'), 1))
  }),
  storeClause('readers beside the store see whole commits, in order, while it writes', async (store, place) => {
    const reader = await place.read?.()
    if (!reader) return
    let last = 0
    try {
      await commitsInFlight(store, [], n => {
        // Commits may become durable between two queries, so a part may show later commits than the part before.
        const before = Number(reader.get('n') ?? 0)
        const parts = lastCommitIn(reader)
        const after = Number(reader.get('n') ?? 0)
        assert.ok(before >= Math.max(n, last), `commit ${n} has resolved, and a reader sees ${before} commits, after ${last}`)
        for (const [part, own] of Object.entries(parts))
          assert.ok(before <= own && own <= after, `a reader sees ${own} commits of ${part} between commits ${before} and ${after}`)
        last = before
      })
    } finally {
      reader.close?.()
    }
  }),
  storeClause('a crash loses no resolved commit, and leaves whole commits in order', async (store, place) => {
    if (!place.crash) return
    const resolved: number[] = []
    const crashes: [least: number, place: StorePlace][] = []
    for (let n = 1; n <= 5; n++) {
      await store.commit(sampleCommit(n))
      crashes.push([n, await place.crash()])
    }
    const inFlight = Array.from({ length: COMMITS }, (_, i) => store.commit(sampleCommit(i + 6)).then(() => resolved.push(i + 6)))
    await inFlight[9]
    const least = resolved.length + 5
    crashes.push([least, await place.crash()])
    await Promise.all(inFlight)
    crashes.push([COMMITS + 5, await place.crash()])
    await store.close()
    for (const [resolved, place] of crashes)
      await inStore(place, store => {
        const left = wholeCommits(store, 'after a crash')
        assert.ok(left >= resolved, `${resolved} commits had resolved, and ${left} are left after a crash`)
        assert.equal(store.segmentAt(0)?.first ?? 0, 0, 'the first commit is missing after a crash')
      })
  }),
  placeClause('close waits for all commits, and the data are there after opening again', async place => {
    const store = await place.open()
    let resolved = 0
    const inFlight = Array.from({ length: COMMITS }, (_, i) => store.commit(sampleCommit(i + 1)).then(() => resolved++))
    await store.close()
    const outcomes = await Promise.allSettled(inFlight)
    assert.ok(
      outcomes.every(({ status }) => status === 'fulfilled'),
      `close resolved, and ${COMMITS - resolved} commits before it were not written`,
    )
    await inStore(place, async again => {
      assert.equal(wholeCommits(again, 'after opening again'), COMMITS)
      assert.deepEqual(plain(again.segmentAt(7)), plain(sampleCommit(8).segment), 'a segment has changed after opening again')
      await again.commit(sampleCommit(COMMITS + 1))
      assert.equal(wholeCommits(again, 'after a commit to an opened store'), COMMITS + 1)
    })
  }),
  placeClause('a closed store rejects commits, and closes again without an error', async place => {
    const store = await place.open()
    await store.close()
    await storeErrorOf(store.commit({ put: [['a', 'b']] }), 'a commit after close')
    await store.close()
    await inStore(place, again => assert.equal(again.get('a'), undefined, 'a commit after close was written'))
  }),
  placeClause('a full disk fails a commit; all commits before it are kept', async place => {
    if (!place.openFull) return
    const store = await place.openFull()
    let written = 0
    const next = (): Commit => ({
      ...sampleCommit(written + 1),
      segment: { first: written, entries: 1, arrival: 1000 + written, bytes: sampleBytes(written, 1 << 16) },
      effects: [sampleEffect(written + 1)],
      deadLetters: [sampleDeadLetter(`record ${written + 1}`)],
    })
    try {
      while (
        written < 4096 &&
        (await store.commit(next()).then(
          () => true,
          () => false,
        ))
      )
        written++
      assert.ok(written < 4096, 'the store is not full after 256 MB')
      await storeErrorOf(store.commit(next()), 'a commit to a full store')
      assert.equal(wholeCommits(store, 'on a full disk'), written)
    } finally {
      await store.close()
    }
    await inStore(place, again => assert.equal(wholeCommits(again, 'after a full disk'), written))
  }),
]
