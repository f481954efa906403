/** Caveats in words. */
import { exactSpanTitle, spanTitle } from '../../base/span.ts'
import type { Caveat, CountedClusters } from './caveat.ts'

/** One caveat as a sentence, without a full stop. */
export function caveatText(caveat: Caveat): string {
  switch (caveat.kind) {
    case 'few weeks':
      return `what is judged covers ${caveat.weeks.toFixed(1)} weeks: seasons, and shocks that are rarer, are not in it`
    case 'no year':
      return `${caveat.days} days of history: a year is an extrapolation`
    case 'few true labels':
      return `only ${caveat.count} decisions of those that are judged have a true label`
    case 'long window':
      return `"${caveat.group}" looks back ${exactSpanTitle(caveat.size)} and the history has ${spanTitle(caveat.history)}: for ${percent(caveat.part)} of the decisions that are judged the window was not full`
    case 'long age':
      return `an age of ${exactSpanTitle(caveat.size)} was asked for, and what is judged spans ${spanTitle(caveat.judged)}: at that age most of what is known is from before it, or nothing is`
    case 'labels alike':
      return 'all labels of what is judged are alike: nothing can be ranked'
    case 'unknown labels':
      return `of ${percent(caveat.part)} of the decisions it is not known what came of them${
        caveat.isMost ? ': figures are of the others, and nothing says that these are like them' : '; they are taken to be like the others'
      }`
    case 'supposed labels': {
      const [one, other] = [caveat.ifTrue, caveat.ifFalse].map(week => week.toLocaleString('en-US', { maximumSignificantDigits: 3 }))
      return `were all labels that are not known true, what runs would be worth ${one} ${caveat.unit} a week; were they all false, ${other}`
    }
    case 'censored labels':
      return `${number(caveat.count)} labels are unknown because an action changed what came`
    case 'undone stand': {
      const [least, most] = caveat.weight.map(weight => number(Math.round(weight)))
      const each = least === most ? least : `${least} to ${most}`
      return `${number(caveat.count)} decisions that an action left undone stand, each for ${each}, for the ${number(caveat.hidden)} whose outcome it has hidden; they are worth ${number(Math.round(caveat.effective))} of equal weight, and intervals have what drawing them adds`
    }
    case 'few undone':
      return `${number(caveat.count)} decisions of those that are judged were left undone to see what comes of them, ${number(caveat.positive)} of them with a true label: under ${caveat.least}, or ${caveat.ofLabel} of either label, they stand for themselves alone`
    case 'nothing acts':
      return 'no decision of the block in between acts at that threshold: frozen curves are flat because nothing follows from decisions'
    case 'unjudged actions':
      return `${percent(caveat.part)} of the actions of what runs are about what goes on already, or have no known label: they are in no figure, and part of no budget`
    case 'other volume':
      return `${caveat.at === 'threshold' ? 'at the same threshold' : 'at a volume that was to be equal'}, ${caveat.level}, ${number(Math.round(caveat.actions))} decisions a week act and not ${number(Math.round(caveat.now))}: ${
        caveat.at === 'threshold'
          ? 'what that column gains or loses is in part its other volume; verdicts are at an equal one'
          : 'what it gains or loses is in part its other volume'
      }`
    case 'no retraining':
      return `planned changes are judged with the model as it is: ${caveat.why}`
    case 'few clusters':
      return `${clustersText(caveat.clusters)}: intervals are less sure under ${caveat.under}`
    case 'lasting shocks':
      return `what one ${caveat.block} gains or loses goes with the next one (correlation ${caveat.size.toFixed(2)}): shocks last longer, and intervals may be too narrow`
    case 'longer blocks':
      return `what one ${caveat.block} gains or loses goes with the next one (correlation ${caveat.correlation.toFixed(2)}): intervals take each ${caveat.longer} as one`
    case 'some plans':
      return `${number(caveat.looked)} of ${number(caveat.of)} plans with decisions of their own were looked at: from what runs, from the freshest and from the oldest, by changes of one element and of two`
    case 'no price':
      return `the price of a unit of utility is given as ${caveat.price}, which is none: no dollar verdict`
    case 'note':
      return caveat.text
  }
}

/** `9 patients`; `300 merchants, worth 12 of equal size`; `57 patients, 15 of them judged`. */
export function clustersText({ name, count, effective, all }: CountedClusters): string {
  const effectiveCount = Math.round(effective)
  return `${all} ${all === 1 ? name : plural(name)}${count < all ? `, ${count} of them judged` : ''}${effectiveCount < count ? `, worth ${effectiveCount} of equal size` : ''}`
}

function plural(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`
}

const number = (count: number): string => count.toLocaleString('en-US')
const percent = (part: number): string => `${Math.round(part * 100)} %`
