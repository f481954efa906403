/** The terms of the page: a tooltip where a term first matters, and all of them at the end. */
import { toleratedLossText } from '../report-text.ts'
import { markup, type Markup } from './markup.ts'

const terms = {
  '95 % interval': 'Holds for all ages of an element together. An interval that leaves out 0 shows a difference.',
  'with retraining': 'The model is trained on features of that age: the price of a planned change. Also called planned, or withRetraining.',
  'without retraining': 'The model stays as it is. At the same threshold too, that is an incident that makes data late.',
  'equal alert volume':
    'The threshold of the score is moved so that as many decisions act as now; otherwise old data would also change how often the model acts.',
  'freshness threshold': `The oldest age that loses, by the interval, at most ${toleratedLossText}. The incident threshold is for alerts, the planned one for a placement.`,
  'break-even': 'The value of one outcome above which the fresher setting earns more than it costs.',
  independent: 'Effective sample size: decisions about one entity, or of one day, share their luck, so they count as fewer.',
  'stream, batch, hybrid': 'Computed with every event; by a job at set times; or the last job with the events since.',
  'age of a schedule': 'Its mean age: half the period and the length of the job. “Nightly at 02:00, 2 h” is 14 h old on average.',
  mark: 'ok: the loss is within the tolerated share. may lose: it may exceed it. loses: it does. collapse: over half of the greatest loss.',
  net: 'Value less cost. The low end takes the dearest prices, the high end the cheapest.',
  'staleness tax, streaming tax': 'What late features cost, and what streaming them costs.',
  'ingestion, inference, action, training': 'Events come in; a score is computed; its effect is delivered; a new model is fitted.',
} as const

/** A term with its meaning as a tooltip. `text` is the term's form in the sentence. */
export const term = (name: keyof typeof terms, text: string = name): Markup => markup`<abbr title="${terms[name]}">${text}</abbr>`

export const glossarySection: Markup = markup`<section aria-labelledby="glossary"><h2 id="glossary">Glossary</h2>
<details><summary>All terms of this page</summary>
<dl class="terms">${Object.entries(terms).map(([name, meaning]) => markup`<div><dt>${name}</dt><dd>${meaning}</dd></div>`)}</dl>
</details></section>
`
