/**
 * `GET /decisions` lists the newest decisions by model, key, time and score, in pages, and `GET /decisions/:entry/trace` the stage times of
 * decisions on one entry.
 *
 * A thread beside the run searches decisions: a recorded batch may hold thousands, which are decoded together. A trace is read on the
 * main thread, and so are the newest decisions if they are few.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { limits } from '../../base/index.ts'
import type { NeighbourEntries } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { type EventPosition, parseEventId } from '../events/journal.ts'
import { lookupByName, timeParameter } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import type { RecordedDecision } from '../../run/decide/index.ts'
import { addReadRoute, listLimit, maskFor, personalRole } from './route.ts'

const LIST_PARAMETERS = ['model', 'key', 'since', 'until', 'min', 'before', 'limit'] as const

export function decisionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, load, search, folder, run } = context
  const modelNamed = lookupByName('model', ir.models)
  const find = async (
    { model, key, since, until, min, before, limit }: Readonly<Partial<Record<(typeof LIST_PARAMETERS)[number], string>>>,
    request: FastifyRequest,
  ): Promise<unknown> => {
    if (model !== undefined) modelNamed(model)
    const last = listLimit(limit, limits.DECISIONS_LISTED_MAX)
    const mask = maskFor(context, request)
    const masked = (decisions: readonly RecordedDecision[]): readonly RecordedDecision[] =>
      mask ? decisions.map(decision => mask.decision(decision)) : decisions
    const isFiltered = [model, key, since, until, min, before].some(parameter => parameter !== undefined)
    const newest = isFiltered ? undefined : folder.decisions.newestAtOnce(last)
    if (newest) return { ...newest, decisions: masked(newest.decisions) }
    const query = {
      model,
      key,
      since: since === undefined ? undefined : timeParameter('since', since),
      until: until === undefined ? undefined : timeParameter('until', until),
      min: min === undefined ? undefined : scoreParameter(min),
      before: before === undefined ? undefined : placeParameter(before),
      last,
      maxScanned: limits.DECISIONS_SCANNED_MAX,
    }
    const found = await load.shareOf('read', request).countSearch(() => search.newest(query))
    if (!mask) return found
    const { decisions, ...rest } = JSON.parse(found) as { readonly decisions: readonly RecordedDecision[] }
    return { decisions: masked(decisions), ...rest }
  }
  addReadRoute(app, '/decisions', LIST_PARAMETERS, find, personalRole(context))
  const trace = async (
    { model, key }: Readonly<Partial<Record<'model' | 'key', string>>>,
    request: FastifyRequest<{ Params: Readonly<Record<string, string>> }>,
  ): Promise<unknown> => {
    const { params } = request
    if (model !== undefined) modelNamed(model)
    if (!/^\d{1,15}$/.test(params['entry']))
      throw new ServeError('SPILL_INPUT', `'${params['entry']}' is not a log entry: write its number`)
    const target = Number(params['entry'])
    const traces = await folder.decisions.traces({
      target,
      model,
      key,
      most: limits.DECISIONS_TRACED_MAX,
      gathered: run.stages?.gathered,
    })
    if (traces.length === 0) throw noDecision(target, folder.decisions.around(target, model))
    const mask = maskFor(context, request)
    return { traces: mask ? traces.map(trace => mask.trace(trace)) : traces }
  }
  addReadRoute(app, '/decisions/:entry/trace', ['model', 'key'], trace, personalRole(context))
}

/** Throws 400 for a text that is no number. */
function scoreParameter(text: string): number {
  const score = Number(text)
  if (text.trim() !== '' && !Number.isNaN(score)) return score
  throw new ServeError('SPILL_INPUT', `?min=${text} is not a score; write a number such as 0.8`)
}

/** Throws 400 for a text that is no place among the decisions. */
function placeParameter(text: string): EventPosition {
  const place = parseEventId(text)
  if (place) return place
  throw new ServeError('SPILL_INPUT', `?before=${text} is not a place among decisions; write the \`next\` of an answer, such as 12.0`)
}

/** 404 with the entries nearby that have decisions. */
function noDecision(entry: number, nearby: NeighbourEntries): ServeError {
  const places = Object.entries(nearby).map(([side, other]) => `${side} it: ${other}`)
  const advice = places.length === 0 ? '' : `; entries with decisions ${places.join(', ')}`
  return new ServeError('SPILL_NOT_FOUND', `entry ${entry} has no such decision${advice}`, { more: { nearby } })
}
