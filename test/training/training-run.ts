/** A training run over a model store with its own clock, for the tests of trainings and promotions. */
import { DrivenRun, type Driving } from '../batch/driven-run.ts'
import { judgeHere, lookHere, trainHere } from '../batch/train-here.ts'
import type { ModelStore } from '../crash/model-store.ts'
import { startTime, HOUR, fraudPipeline, fraudHistory } from './fraud-pipeline.ts'
import type { Train } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { versionsOf } from '../../src/training/registry/registry.ts'
import type { DriftCheckPort } from '../../src/run/jobs/drift-job.ts'
import type { TrainPort } from '../../src/run/jobs/training-job.ts'

export const weekly: Train = { algorithm: 'logistic', every: 'week', promote: { metric: 'auc', atLeast: 0.6 } }
export const byHand: Train = { algorithm: 'logistic' }

export type TrainingRun = DrivenRun

export interface Options extends Pick<Driving, 'disk'> {
  readonly train?: Train
  readonly pipeline?: ReturnType<typeof fraudPipeline>
  readonly at?: number
  readonly training?: (store: ModelStore) => TrainPort
  readonly looking?: (store: ModelStore) => DriftCheckPort
}

/** Times are relative to the begin. */
export const open = ({
  train = weekly,
  pipeline = fraudPipeline(train),
  disk,
  at = 0,
  training = trainHere,
  looking = lookHere,
}: Options = {}): TrainingRun =>
  new DrivenRun(pipeline, {
    disk,
    start: startTime,
    now: at,
    besides: store => ({ train: training(store), evaluateChallenger: judgeHere(store), checkDrift: looking(store) }),
  })

const { payments, chargebacks } = fraudHistory(40 * 24, { seed: 7 })

/** Sends the arrivals of (from, to] hours after the start, and moves the clock there. */
export async function send({ run, to }: TrainingRun, from: number, upto: number): Promise<void> {
  const rows = [...payments.map(row => ['payments', row] as const), ...chargebacks.map(row => ['chargebacks', row] as const)]
    .filter(([, { at }]) => at > startTime + from * HOUR && at <= startTime + upto * HOUR)
    .sort(([, a], [, b]) => a.at - b.at)
  // A day at a time, each with the arrivals of its last moment, like a source that is read once a day.
  for (let day = from; day < upto; day += 24) {
    const end = Math.min(day + 24, upto)
    await to(end * HOUR)
    for (const name of ['payments', 'chargebacks'])
      await run.submit(
        name,
        recordBatchOf(
          rows
            .filter(([source, { at }]) => source === name && at > startTime + day * HOUR && at <= startTime + end * HOUR)
            .map(([, row]) => row),
        ),
      )
  }
}

export { decisionsOf } from '../batch/driven-run.ts'
export const stateOf = ({ store }: Pick<TrainingRun, 'store'>) => versionsOf(store, 'fraud').map(({ number, state }) => [number, state])
export const pay = (id: string, at: number) => recordBatchOf([{ id, card: 'c1', amount: 90, shop: 7, at }])
/** The reports of a run, without those of promotions. */
export const problemsOf = ({ reports }: Pick<TrainingRun, 'reports'>) => reports.filter(report => !report.includes(' is promoted'))
