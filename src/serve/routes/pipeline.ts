/**
 * The pipeline as a whole. `GET /pipeline`: its definitions, for people. `GET /lineage`: which columns, features and scores each feature,
 * model, action and report depends on; around one of them with `?of=`, in one direction with `&direction=`. `GET /objectives`: freshness
 * objectives of feature groups, with the decisions of the last hour that met them, and the burn rates of all objectives by the monitor.
 */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/index.ts'
import { describePipeline, lineageAround, type LineageDirection, lineageDirections, lineageOf } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute } from './route.ts'

export function pipelineRoutes(app: FastifyInstance, { ir, folder, monitor }: ServerContext): void {
  const whole = lineageOf(ir)
  const description = JSON.stringify(describePipeline(ir))
  addReadRoute(app, '/pipeline', [], () => description)
  addReadRoute(app, '/lineage', ['of', 'direction'], ({ of, direction }) => {
    const known = directionNamed(direction, of)
    return of === undefined ? whole : lineageAround(whole, of, known)
  })
  addReadRoute(app, '/objectives', [], () => ({ ...folder.objectives(), ...(monitor && { burnRates: monitor.burnRates }) }))
}

/** Throws 400 for an unknown direction, and for a direction of nothing. */
function directionNamed(direction: string | undefined, of: string | undefined): LineageDirection {
  const known = lineageDirections.find(candidate => candidate === (direction ?? 'both'))
  if (!known)
    throw new ServeError(
      'SPILL_INPUT',
      `?direction= is ${lineageDirections.join(', ')}; got '${direction}'${didYouMean(direction!, lineageDirections)}`,
    )
  if (direction !== undefined && of === undefined) throw new ServeError('SPILL_INPUT', '?direction= needs a name: add ?of=NAME')
  return known
}
