/**
 * `bench train`: gradient-boosted trees beside scikit-learn's histogram version, one thread each, with the same rows, rounds, leaves and
 * learning rate.
 *
 * The time includes the binning of columns on both sides. Checked: the AUCs on held-out rows differ by less than a bound.
 */
import { auc, fitTrees, predict, type TreesFit } from '../src/public/training.ts'
import { inTurn, median, peerIfThere, MissingPeerError, ratioOf, type Bench, type BenchOptions, type Outcome, type Side } from './bench.ts'
import { labelledRows, type LabelledRows } from './data/labelled-rows.ts'
import { inFolder } from './live/folder.ts'
import { Sklearn, sklearn as environment, type FitResult, type SameSettings } from './live/sklearn.ts'

/** Bounds of the issue: times the seconds of the baseline, and the difference of the AUCs. */
const SECONDS_RATIO_MAX = 2
const AUC_DIFFERENCE_MAX = 0.003
const ROUNDS = 5
const sizes = { full: { train: 200_000, heldOut: 100_000, rounds: 100 }, small: { train: 5000, heldOut: 5000, rounds: 20 } }
const SEEDS = { train: 1, heldOut: 2 }

export const bench: Bench = { name: 'train', run: options => inFolder(folder => run(folder, options)) }

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const settings: SameSettings = { rounds: size.rounds, learningRate: 0.1, leaves: 31, minRows: 20, bins: 255 }
  const peer = await peerIfThere(async () => environment.checkThere(), options)
  options.progress(`${size.train} rows to train on, ${size.heldOut} held out`)
  const train = labelledRows(size.train, SEEDS.train)
  const heldOut = labelledRows(size.heldOut, SEEDS.heldOut)
  const sklearn = peer instanceof MissingPeerError ? undefined : await Sklearn.start(folder, train, heldOut, settings)
  try {
    const measurements = await measure({ train, settings, sklearn }, options)
    const ours = auc(predict(measurements.fit, heldOut.columns), heldOut.labels)
    const theirs = sklearn && auc(await sklearn.predict(), heldOut.labels)
    return outcome({ ...measurements, auc: { ours, theirs }, size, settings, peer }, options)
  } finally {
    await sklearn?.stop()
  }
}

interface Measurements {
  readonly fit: TreesFit
  readonly ours: { readonly wall: readonly number[]; readonly cpu: readonly number[] }
  readonly theirs: readonly FitResult[]
  readonly rounds: number
}

async function measure(
  { train, settings, sklearn }: { train: LabelledRows; settings: SameSettings; sklearn: Sklearn | undefined },
  options: BenchOptions,
): Promise<Measurements> {
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  let fit = fitTrees(train, settings)
  const theirs: FitResult[] = []
  await sklearn?.fit()
  options.progress(`${rounds} rounds in turn`)
  const sides: Record<string, Side> = { ours: () => (fit = fitTrees(train, settings)) }
  if (sklearn) sides['theirs'] = async () => theirs.push(await sklearn.fit())
  const { ours } = await inTurn(rounds, sides)
  return { fit, ours, theirs, rounds }
}

interface Measured extends Measurements {
  readonly auc: { readonly ours: number; readonly theirs: number | undefined }
  readonly size: (typeof sizes)['full']
  readonly settings: SameSettings
  readonly peer: unknown
}

function outcome({ fit, ours, theirs, rounds, auc, size, settings, peer }: Measured, options: BenchOptions): Outcome {
  const seconds = { wall: median(ours.wall), cpu: median(ours.cpu) }
  const peerSeconds =
    auc.theirs === undefined ? undefined : { wall: median(theirs.map(one => one.wall)), cpu: median(theirs.map(one => one.cpu)) }
  const failures: string[] = []
  if (peerSeconds && !options.small && seconds.cpu > SECONDS_RATIO_MAX * peerSeconds.cpu)
    failures.push(`${(seconds.cpu / peerSeconds.cpu).toFixed(2)} times the seconds of scikit-learn, the bound is ${SECONDS_RATIO_MAX}`)
  if (auc.theirs !== undefined && !options.small && Math.abs(auc.ours - auc.theirs) > AUC_DIFFERENCE_MAX)
    failures.push(`the AUC is ${auc.ours.toFixed(4)}, scikit-learn's ${auc.theirs.toFixed(4)}; they may differ by ${AUC_DIFFERENCE_MAX}`)
  if (!(auc.ours > 0.7)) failures.push(`the AUC is ${auc.ours.toFixed(4)}: nothing was learnt`)
  return {
    figure: {
      bench: 'train',
      unit: 'CPU s',
      spillway: seconds.cpu,
      peer: peerSeconds ? { name: 'scikit-learn', version: Sklearn.version, value: peerSeconds.cpu } : null,
      ...(peer instanceof MissingPeerError && { peerMissing: peer.message }),
      ratio: peerSeconds ? ratioOf('lower', seconds.cpu, peerSeconds.cpu) : null,
      rounds,
      settings: {
        job: 'gradient boosting for 0 and 1 over 20 columns of doubles, some with NULLs; columns in memory to a model, binning included',
        peer: 'HistGradientBoostingClassifier, early_stopping=False, l2_regularization=0, OMP_NUM_THREADS=1, in a process of its own, after one fit',
        seconds: 'CPU of the fit alone, all threads of its process, collections too; medians',
        ...settings,
        trainRows: size.train,
        heldOutRows: size.heldOut,
        small: options.small,
      },
      wallSeconds: { spillway: seconds.wall, ...(peerSeconds && { peer: peerSeconds.wall }) },
      trees: fit.file.trees.length,
      auc: { spillway: auc.ours, ...(auc.theirs !== undefined && { peer: auc.theirs }) },
    },
    failures,
  }
}
