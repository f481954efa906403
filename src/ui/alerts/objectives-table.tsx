/** All objectives of the run: target, burn rates, the alert that is nearest, and the budget that is left. */
import { spanText } from '../core/text.ts'
import { Link } from '../core/router.tsx'
import { causeView } from './alert-guidance.ts'
import {
  budgetText,
  countsText,
  fewEventsText,
  isAtThreshold,
  objectiveName,
  type ObjectiveRatesAnswer,
  type ObjectivesAnswer,
  shownRule,
  targetText,
  thresholdText,
  windowText,
} from './objective-rates.ts'

export function ObjectivesTable({ answer: { problem, burnRates } }: { readonly answer: ObjectivesAnswer }) {
  const longest = burnRates?.[0]?.rules.at(-1)
  return (
    <section aria-labelledby="objectives">
      <h2 id="objectives">Objectives</h2>
      {problem !== undefined && <p class="banner">objectives.json {problem}</p>}
      {burnRates === undefined ? (
        <p class="soft">This server has no monitor, so no burn rates are known.</p>
      ) : (
        <>
          <p class="soft">
            A burn rate of 1× uses up exactly the errors that the target allows. An alert opens when both windows reach its rate; each row
            shows the pair of windows that is nearest to an alert.
          </p>
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Objective</th>
                <th scope="col">Target</th>
                <th scope="col">Short window</th>
                <th scope="col">Long window</th>
                <th scope="col">Alert</th>
                <th scope="col">Budget left{longest && ` in ${spanText(longest.long.windowMs)}`}</th>
              </tr>
            </thead>
            <tbody>
              {burnRates.map(objective => (
                <ObjectiveRow key={objectiveName(objective)} objective={objective} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

function ObjectiveRow({ objective }: { readonly objective: ObjectiveRatesAnswer }) {
  const { rules, budgetLeft, alert } = objective
  const view = causeView(objective)
  const rule = shownRule(rules)
  return (
    <tr>
      <th scope="row">
        <Link page={view.page} item={view.item} {...(view.query && { query: view.query })} isRow>
          {objectiveName(objective)}
        </Link>
      </th>
      <td>{targetText(objective)}</td>
      {rule ? (
        [rule.short, rule.long].map(rate => (
          <td key={rate.windowMs}>
            {windowText(rate)} <span class="soft">{countsText(rate)}</span>
          </td>
        ))
      ) : (
        <td colSpan={2}>
          <span class="soft">{fewEventsText(rules.at(-1)!)}</span>
        </td>
      )}
      <td class={alert || (rule && isAtThreshold(rule)) ? 'bad' : ''} data-label="alert:">
        {thresholdText(rule ?? rules[0], alert)}
      </td>
      <td class={budgetLeft !== undefined && budgetLeft < 0 ? 'bad' : ''} data-label="budget left:">
        {budgetText(budgetLeft)}
      </td>
    </tr>
  )
}
