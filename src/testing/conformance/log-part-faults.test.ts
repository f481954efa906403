/** Each clause about the parts of a store finds the stores that break it. */
import { dropping, testFaults, writing } from '../../../test/crash/faulty-store.ts'
import type { Commit } from '../../log/store.ts'
import { outboxClauses } from './log-outbox-clauses.ts'
import { partClauses } from './log-part-clauses.ts'

testFaults(
  [...partClauses, ...outboxClauses],
  [
    [
      'searches one entry off',
      /^segmentAt gives/,
      /entry \d+ is in the segment/,
      store => ({ segmentAt: (entry: number) => store.segmentAt(entry + 1) }),
    ],
    [
      'keeps the buffer around a segment',
      /^segmentAt gives/,
      /not read back as it was committed/,
      writing(({ segment, ...rest }) => ({
        ...rest,
        ...(segment && { segment: { ...segment, bytes: new Uint8Array(segment.bytes.buffer) } }),
      })),
    ],
    [
      'lists schemas as committed',
      /^schemas are sorted/,
      /schemas differ/,
      store => ({ schemas: () => store.disk.commits.flatMap(({ schemas = [] }) => schemas) }),
    ],
    [
      'gives one batch of an entry',
      /^decisionsAt gives/,
      /both models/,
      store => ({ decisionsAt: (entry: number) => store.decisionsAt(entry).slice(0, 1) }),
    ],
    [
      'ignores the entry',
      /^decisionsAt gives/,
      /decisionsFrom\('fraud', 4\)/,
      store => ({ decisionsFrom: (model: string) => store.decisionsFrom(model, 0) }),
    ],
    [
      'keeps replaced blocks',
      /^a block of stage times/,
      /newestStages differs/,
      store => ({ newestStages: () => store.disk.commits.flatMap(({ stages = [] }) => stages).toReversed() }),
    ],
    [
      'takes a prefix as a pattern',
      /^named values/,
      /a prefix is no pattern/,
      store => ({
        named: (prefix: string) => {
          const pattern = new RegExp(`^${prefix.replaceAll('_', '.').replaceAll('%', '.*')}`)
          return store.named('').filter(([name]) => pattern.test(name))
        },
      }),
    ],
    [
      'keeps deleted values',
      /^named values/,
      /get differs/,
      writing(({ put = [], ...rest }) => ({ ...rest, put: put.filter(([, value]) => value !== null) })),
    ],
    ['forgets nothing', /^forget removes/, /forgotten segment/, dropping('forget')],
    [
      'forgets dead effects',
      /^forget removes/,
      /states of effects/,
      writing(commit =>
        commit.forget === undefined
          ? commit
          : { ...commit, effectChanges: [...commit.effectChanges!, { kind: 'dropped', number: 2, at: 1, why: 'x' }] },
      ),
    ],
    [
      'shows unfinished states',
      /^a state can be read/,
      /unfinished state/,
      (store, disk) => ({
        createState: (name: string) => {
          const sink = store.createState(name)
          return { ...sink, append: (bytes: Uint8Array) => Promise.resolve(void disk.states.set(name, bytes)) }
        },
      }),
    ],
    [
      'keeps a buffer of the caller',
      /^a state can be read/,
      /one two three/,
      (_, disk) => ({
        createState: (name: string) => {
          const pieces: Uint8Array[] = []
          return {
            append: async (bytes: Uint8Array) => void pieces.push(bytes),
            finish: async () => void disk.states.set(name, new Uint8Array(Buffer.concat(pieces))),
            discard: async () => {},
          }
        },
      }),
    ],
    ['retains everything', /^retainStates/, /states differ/, () => ({ retainStates: () => {} })],
    [
      'sends dry effects',
      /^a new effect/,
      /dry/,
      writing(({ effects = [], ...rest }) => ({ ...rest, effects: effects.map(effect => ({ ...effect, isDry: false })) })),
    ],
    [
      'forgets the first attempt',
      /^changes move an effect/,
      /the effect differs after/,
      store => ({ effects: { ...store.effects, byNumber: (number: number) => ({ ...store.effects.byNumber(number), began: undefined }) } }),
    ],
    [
      'allows every change of an effect',
      /^a change that the state of an effect/,
      /did not fail/,
      store => ({ commit: (commit: Commit) => store.commit(commit).catch(() => {}) }),
    ],
    [
      'ignores the limit',
      /^pending effects are listed/,
      /at most 2/,
      store => ({
        effects: { ...store.effects, pending: (action: string, after: number) => store.effects.pending(action, after, Infinity) },
      }),
    ],
    [
      'counts the effects that are left',
      /^the number of a forgotten effect/,
      /deep-equal/,
      store => ({
        effects: { ...store.effects, lastNumber: () => [1, 2, 3].findLast(number => store.effects.byNumber(number)) ?? 0 },
      }),
    ],
    [
      'decodes bytes as text',
      /^dead letters are numbered/,
      /strictly deep-equal/,
      writing(({ deadLetters = [], ...rest }) => ({
        ...rest,
        deadLetters: deadLetters.map(letter => ({ ...letter, raw: String(letter.raw) })),
      })),
    ],
    [
      'loses the first bytes',
      /^an edit keeps/,
      /an edit/,
      store => ({ deadLetters: { ...store.deadLetters, byId: (id: number) => ({ ...store.deadLetters.byId(id), original: undefined }) } }),
    ],
    [
      'allows every change of a dead letter',
      /^a change of a dead letter/,
      /did not fail/,
      store => ({ commit: (commit: Commit) => store.commit(commit).catch(() => {}) }),
    ],
  ],
)
