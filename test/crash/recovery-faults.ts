/** Faults in the stored log and in the recovery of memory from it, one each, to show that the crash proof detects them. */
import type { Edit } from '../faults/edit.ts'

const recover = 'src/run/recovery/recover.ts'

export const recoveryFaults: Readonly<Record<string, Edit>> = {
  'the first segment is not taken again': {
    path: recover,
    was: 'this.#next = this.first\n',
    is: 'this.#next = this.first + (store.segmentAt(this.first)?.entries ?? 0)\n',
  },
  'ids of what is decided are forgotten': {
    path: recover,
    was: 'this.#next = end\n    this.#recordIds(segment, log)',
    is: 'this.#next = end',
  },
  'ids of what is undecided are forgotten': {
    path: recover,
    was: 'noColumns)) this.#recordIds(segment, log)',
    is: 'noColumns)) void segment',
  },
  'ids are those of the last millisecond': {
    path: recover,
    was: 'log.firstEntrySince(log.notBefore - dedupe)',
    is: 'log.firstEntrySince(log.notBefore)',
  },
  'originals are remembered as far back as ids': {
    path: recover,
    was: 'originals.size > 0 ? 0 : log.end',
    is: 'log.end',
    seed: 25,
  },
  'a restored group goes on one entry too late': {
    path: recover,
    was: 'bytes !== undefined)) + 1',
    is: 'bytes !== undefined)) + 2',
  },
  'a group does not know how many events it has': {
    path: recover,
    was: 'if (start.isBehind) start',
    is: 'if (!start.isBehind) start',
  },
  'state of another placement is used': {
    path: recover,
    was: '!isDeepStrictEqual(saved.place, place)',
    is: 'false',
    seed: 10690,
  },
  'keys are live from the last tick on': {
    path: recover,
    was: 'firstTick - decider.longestLiveness',
    is: 'firstTick',
  },
  'a tick that waits is taken to come after everything': {
    path: recover,
    was: 'store.segmentAt(decided - 1)!.arrival',
    is: 'log.notBefore',
  },
  'what is decided once more begins a sweep anew': {
    path: 'src/run/decide/decision-queue.ts',
    was: 'this.#recordedCounts = options',
    is: 'this.#recordedCounts = {} ?? options',
  },
  'ticks of the time in which nothing ran are not made': {
    path: 'src/run/recovery/open-pipeline.ts',
    was: 'ticked === undefined ? clock() : Number(ticked)',
    is: 'clock()',
  },
  'damaged state is used': {
    path: 'src/run/recovery/manifest.ts',
    was: 'bytes && crc32(bytes) === crc ?',
    is: 'bytes ?',
  },
  'the log forgets what windows reach back to': {
    path: 'src/run/recovery/retention.ts',
    was: 'Math.min(now - keepMs, ...this.#reaches.map(reach => reach(now)))',
    is: 'now - keepMs',
  },
  'effects are told of before they are durable': {
    path: 'src/run/loop/committer.ts',
    was: '      await store.commit(commit)\n      components.lookup',
    is: '      onEffects?.(effects)\n      await store.commit(commit)\n      components.lookup',
  },
  'the log has another name after each start': {
    path: 'src/run/recovery/open-pipeline.ts',
    was: 'store.get(LOG_NAME) ?? randomUUID()',
    is: 'randomUUID()',
  },
  'a start forgets what has not cooled down': {
    path: 'src/run/decide/outbox.ts',
    was: 'action.cooldown === undefined ? new Map',
    is: 'action !== undefined ? new Map',
  },
  'what has cooled down is taken from the end of the log': {
    path: 'src/run/recovery/open-pipeline.ts',
    was: 'undecidedFrom(store, log, from.entry)',
    is: 'log.notBefore',
    seed: 470,
  },
  'a result that is in use is swapped in again by each start': {
    path: 'src/run/jobs/batch-run-scheduler.ts',
    was: 'if (last && last.swapped === undefined) {',
    is: 'if (last) {',
    seed: 10,
  },
  'a clock that goes back stamps what comes before the time of a run': {
    path: 'src/run/loop/turns.ts',
    was: ', jobClock.notBefore)',
    is: ')',
    seed: 10,
  },
  'the ledger forgets runs that a group answers from': {
    path: 'src/run/jobs/batch-run-ledger.ts',
    was: '.filter(({ number }) => !needed.has(number))',
    is: '.filter(({ number }) => number > 0 || !needed.has(number))',
    seed: 1590,
  },
  'the swap of a run is not in the ledger': {
    path: 'src/run/loop/turns.ts',
    was: 'swaps.markers, now, swaps.put',
    is: 'swaps.markers, now, []',
    seed: 10,
  },
  'a run that is taken up again keeps the parts of no partitions': {
    path: 'src/run/jobs/batch-run-execution.ts',
    was: 'this.#finishedParts.set(part.partition, [bytes])',
    is: 'this.#finishedParts.set(part.partition, [])',
    seed: 26,
  },
  'a process that takes over follows no longer': {
    path: 'src/run/recovery/open-pipeline.ts',
    was: '  memory.catchUp(store)\n',
    is: '  if (!options.memory) memory.catchUp(store)\n',
  },
  'a training that was broken off is in the making for ever': {
    path: 'src/run/loop/composition-root.ts',
    was: 'brokenOff.length > 0',
    is: 'brokenOff.length < 0',
    trained: true,
  },
  'a promotion is asked for while another waits': {
    path: 'src/run/jobs/promotion-queue.ts',
    was: '    await before\n',
    is: '',
    trained: true,
  },
  'a clock that goes back stamps what comes before the time of a training': {
    path: 'src/run/loop/turns.ts',
    was: ', jobClock.notBefore)',
    is: ')',
    trained: true,
  },
  'a start scores by what is defined': {
    path: 'src/run/recovery/open-pipeline.ts',
    was: '  decider.scoreAsOf(from.entry)\n',
    is: '',
    trained: true,
  },
  'a promotion is in the log and not in the registry': {
    path: 'src/run/loop/turns.ts',
    was: 'promotions.markers, now, promotions.put',
    is: 'promotions.markers, now, []',
    trained: true,
  },
  'a version is kept before its score': {
    path: 'src/run/jobs/model-lifecycle.ts',
    was: 'scorePut,\n      ...beside,',
    is: '...beside,',
    trained: true,
  },
  'a promotion does not end a challenge': {
    path: 'src/training/registry/champion.ts',
    was: 'last.entry > (since?.entry ?? -1)',
    is: 'last.entry > (since?.entry ?? -1) - 1e9',
    trained: true,
  },
  'a start makes the training again that it has': {
    path: 'src/run/jobs/model-lifecycle.ts',
    was: '      this.#cover(version)\n    }',
    is: '    }',
    trained: true,
  },
  'what is left undone is drawn anew each time': {
    path: 'src/action/exploration-sampler.ts',
    was: 'explorationDraw(this.#log, this.action, decisionAt(row), t[row]) < this.share',
    is: 'Math.random() < this.share',
  },
  'a promotion that waited when the process ended is forgotten': {
    path: 'src/run/jobs/promotion-queue.ts',
    was: 'if (waiting) this.#free',
    is: 'if (waiting && this.#free === undefined) this.#free',
    trained: true,
  },
}
