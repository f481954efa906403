/** Each clause about commits finds the stores that break it. */
import { ModelStore } from '../../../test/crash/model-store.ts'
import { dropping, ROOM, testFaults } from '../../../test/crash/faulty-store.ts'
import { pause } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { Commit } from '../../log/store.ts'
import { commitClauses } from './log-commit-clauses.ts'

testFaults(commitClauses, [
  ['begins with a value', /^a new store/, /has named values/, () => ({ named: () => [['a', 'b']] })],
  ['drops decisions', /^a commit can be read/, /of decisions/, dropping('decisions')],
  ['drops stage times', /^a commit can be read/, /of stage times/, dropping('stages')],
  [
    'resolves before it has written',
    /^a commit can be read/,
    /has commits up to 0|cannot be read/,
    store => ({
      commit: (commit: Commit) => {
        pause(5)
          .then(() => store.commit(commit))
          .catch(() => {})
        return Promise.resolve()
      },
    }),
  ],
  ['never resolves', /^a commit can be read/, /did not respond within 20 ms/, () => ({ commit: () => new Promise(() => {}) })],
  [
    'resolves out of order',
    /^commits in flight/,
    /out of order|has \d+ commits/,
    store => {
      let n = 0
      return {
        commit: async (commit: Commit) => {
          const written = store.commit(commit)
          if (n++ % 2 === 0) await pause(2)
          await written
        },
      }
    },
  ],
  [
    'writes the parts one after the other',
    /^a commit with a change of a missing effect/,
    /a part of a failed commit/,
    store => ({
      commit: async ({ segment, ...rest }: Commit) => {
        await store.commit({ ...(segment && { segment }) })
        await store.commit(rest)
      },
    }),
  ],
  [
    'skips a change of a missing dead letter',
    /^a commit with a change of a missing dead letter/,
    /did not fail/,
    dropping('deadLetterChanges'),
  ],
  [
    'goes on after a failed commit',
    /^after a failed commit/,
    /did not fail/,
    (_, disk) => ({ commit: (commit: Commit) => new ModelStore(disk, true).commit(commit) }),
  ],
  [
    'fails with an error of its own',
    /^after a failed commit/,
    /not with a SpillwayError of code SPILL_STORE/,
    store => ({
      commit: (commit: Commit) =>
        store.commit(commit).catch((error: Error) => {
          throw new Error(error.message)
        }),
    }),
  ],
  [
    'shows readers old data',
    /^readers beside the store/,
    /a reader sees/,
    store => {
      const frozen = store.get('n')
      return store.waiting < 0 ? {} : { get: (name: string) => (name === 'n' ? frozen : store.get(name)) }
    },
  ],
  [
    'keeps commits in memory',
    /^a crash loses/,
    /are left after a crash/,
    store => ({ crash: () => ({ commits: store.disk.commits.slice(0, -1) }) }),
  ],
  [
    'closes with commits under way',
    /^close waits/,
    /were not written|did not respond/,
    store => {
      let isOpen = true
      return {
        commit: async (commit: Commit) => {
          await pause(1)
          if (!isOpen) throw new SpillwayError('SPILL_STORE', 'was closed')
          await store.commit(commit)
        },
        close: async () => void (isOpen = false),
      }
    },
  ],
  ['writes after it is closed', /^a closed store/, /after close did not fail/, () => ({ close: () => Promise.resolve() })],
  [
    'writes a part of what does not fit',
    /^a full disk/,
    /of named values/,
    (store, disk) => ({
      commit: (commit: Commit) => {
        if (disk.commits.length < ROOM) return store.commit(commit)
        disk.commits.push({ put: commit.put! })
        return Promise.reject(new SpillwayError('SPILL_STORE', 'the disk is full'))
      },
    }),
  ],
])
