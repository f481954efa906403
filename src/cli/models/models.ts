/** `spillway models`: lists, shows and compares the versions of models, promotes a version or rolls back. */
import { SpillwayError } from '../../base/index.ts'
import { forTerminal } from '../command/print.ts'
import type { Pipeline } from '../../define/index.ts'
import type { RegisteredModels, VersionRegistry } from '../../operate/index.ts'
import { trainableModel } from '../../training/registry/index.ts'
import { lastOf, lastOption, subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { registryOf, registryOptions } from '../command/data-folder.ts'
import { pluralize } from '../command/text-format.ts'
import { trainedModelName } from './train.ts'
import { comparisonText, driftStateText, skippedVersionText, versionsText, versionText } from './version-text.ts'

const verbs = ['list', 'show', 'compare', 'promote', 'rollback'] as const

/** The command `spillway models`. */
export const modelsCommand = defineCommand({
  name: 'models',
  task: 'Train',
  takesPipeline: true,
  usage: '[list] | show N | compare N | promote N | rollback',
  summary: 'list, show and compare versions of models, with their training data and metrics; promote a version or roll back',
  options: {
    model: { value: 'NAME', help: 'only this model [default: the only trained model]' },
    last: lastOption('versions', 'list: '),
    score: { help: 'show: print the score itself as JSON' },
    ...registryOptions,
    json: { help: 'print one JSON object per line' },
  },
  async run({ model, last, score = false, json = false, ...registryValues }, [text = 'list', ...rest], project) {
    project.requirePath()
    const verb = subcommandOf('models', verbs, text)
    const newestMax = lastOf(last)
    const needsNumber = verb !== 'list' && verb !== 'rollback'
    if (needsNumber ? rest.length !== 1 || !/^\d+$/.test(rest[0]) : rest.length > 0)
      throw new UsageError(needsNumber ? `name the number of a version: models ${verb} 3` : `models ${verb} takes no more arguments`)
    const pipeline = await project.importPipeline()
    const registry = registryOf(registryValues)
    if (verb === 'list') return registry.read(registered => list(registered, pipeline, model, newestMax, json))
    const request: Request = { pipeline, registry, model: trainedModelName(pipeline, model), number: Number(rest[0]), json }
    if (verb === 'promote' || verb === 'rollback') return promote(request, verb)
    return registry.read(registered => show(registered, request, verb === 'compare' ? 'compare' : score ? 'score' : 'show'))
  },
})

interface Request {
  readonly pipeline: Pipeline
  readonly registry: VersionRegistry
  readonly model: string
  readonly number: number
  readonly json: boolean
}

function list(registered: RegisteredModels, { ir }: Pipeline, model: string | undefined, last: number, json: boolean): number {
  const trained = ir.models.filter(({ train }) => train)
  const models = model === undefined && trained.length > 0 ? trained : [trainableModel(ir, trainedModelName({ ir }, model))]
  const all = models.map(definition => ({ definition, ...registered.byModel(ir, definition) }))
  const versions = all.flatMap(each => each.versions.slice(-last))
  if (json) {
    for (const version of versions) console.log(JSON.stringify(version))
    return 0
  }
  console.log(versions.length === 0 ? 'No versions: spillway train makes one.' : versionsText(versions))
  for (const { definition, model: name, skipped, champion, drift, pending } of all) {
    if (drift && definition.train?.orWhen) console.log(driftStateText(name, drift))
    for (const each of skipped) console.log(forTerminal(skippedVersionText(definition, each, champion)))
    if (pending)
      console.log(
        `${pending.version === 0 ? `the own score of '${name}'` : `version ${pending.version} of '${name}'`} scores once a run starts: ${pending.why}`,
      )
  }
  if (versions.length > 0) console.log(`${pluralize(versions.length, 'version')}.`)
  return 0
}

function show(registered: RegisteredModels, { pipeline, model, number, json }: Request, view: 'show' | 'compare' | 'score'): number {
  const version = registered.version(pipeline.ir, model, number)
  const score = view === 'score' ? registered.score(model, number) : undefined
  if (view !== 'show' && !version.trained)
    throw new SpillwayError('SPILL_PRECONDITION', `version ${number} of model '${model}' has no score: ${version.error ?? version.state}`)
  if (view === 'score') console.log(JSON.stringify(score))
  else if (json)
    console.log(
      JSON.stringify(
        view === 'compare'
          ? { metrics: version.trained!.metrics, champion: version.trained!.champion, shadowed: version.shadowed }
          : version,
      ),
    )
  else
    console.log(view === 'compare' ? `${comparisonText(version)}\n${version.verdict}` : versionText(version, registered.promotions(model)))
  return 0
}

async function promote({ pipeline, registry, model, number, json }: Request, verb: 'promote' | 'rollback'): Promise<number> {
  const { version, waitsForRun } = await registry.promote(pipeline, { model, version: verb === 'rollback' ? 'previous' : number })
  const champion = version === 0 ? `the own score of '${model}'` : `version ${version} of '${model}'`
  if (json) console.log(JSON.stringify({ model, version, waitsForRun }))
  else console.log(waitsForRun ? `${champion} scores once a run starts, from its first entry on` : `${champion} is the champion`)
  return 0
}
