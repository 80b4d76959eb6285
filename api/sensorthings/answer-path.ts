import {
  ENTITY_TYPES,
  type Entity,
  type EntityType,
  type Navigation,
} from '../../exchange/sensorthings/entity-model.ts'
import { lookInto } from '../../exchange/sensorthings/evaluate.ts'
import { parseObservationId } from '../../exchange/sensorthings/observation.ts'
import { parsePath, type ResourcePath, writePath } from '../../exchange/sensorthings/parse-path.ts'
import {
  type EntityQuery,
  type Expansion,
  parseQuery,
  type QueryTexts,
  refuseSetOptions,
} from '../../exchange/sensorthings/parse-query.ts'
import { selectEntities } from '../../exchange/sensorthings/select-entities.ts'
import {
  type EntityPage,
  type Expanded,
  type WrittenEntity,
  writeEntity,
  writePage,
} from '../../exchange/sensorthings/write-entity.ts'
import { KerbsideError } from '../../model/error.ts'
import { type ObservationContext, pageObservations } from './page-observations.ts'

/** A query as it came: its options, and where the page before ended. */
type EntityOptions = QueryTexts & { readonly $skiptoken?: string | undefined }

export interface PathRequest {
  /** The steps of the path behind the service's address, decoded. */
  readonly steps: readonly string[]
  readonly options: EntityOptions
  /** The service's address. */
  readonly root: string
  /** The path as it was asked for, behind the service's address. */
  readonly path: string
}

/** What is at a path: JSON, a property's bare value, or, of a property without one, nothing. */
export type PathAnswer = { readonly json: WrittenEntity } | { readonly text: string } | undefined

/** Rejects with NOT_FOUND where there is nothing, and INVALID_REQUEST where the query is wrong. */
export async function answerPath(context: ObservationContext, request: PathRequest): Promise<PathAnswer> {
  const { steps, options, root } = request
  const path = parsePath(steps)
  if (!path) throw notFound(request)
  const { end, target, isMany } = path
  if (!isMany) refuseSetOptions(options)
  const query = parseQuery(target, options)
  const found = await findTarget(context, path, request)

  if (end.type === 'property' || end.type === 'value') {
    const { property, within } = end
    const value = within.reduce(lookInto, expectOne(found, request).properties[property])
    if (value === undefined || value === null) return undefined
    if (end.type === 'value') return { text: typeof value === 'string' ? value : writePlain(value) }
    return { json: { [within.at(-1) ?? property]: value } }
  }
  if (!isMany) {
    const entity = expectOne(found, request)
    if (end.type === 'references') return { json: { '@iot.selfLink': `${root}/${writePath(entity)}` } }
    return { json: await write(entity, query) }
  }
  const { entities, count, next } = await pageOf(found.set ?? [], target, query, options.$skiptoken)
  const nextLink = next && writeLink(`${root}/${request.path}`, { ...options, ...without(next) })
  const written =
    end.type === 'references'
      ? entities.map((entity) => ({ '@iot.selfLink': `${root}/${writePath(entity)}` }))
      : await writeAll(entities, query)
  return { json: writePage({ entities: written, count, nextLink }) }

  async function pageOf(set: readonly Entity[], type: EntityType, query: EntityQuery, after?: string) {
    if (type === 'Observation') return pageObservations(context, set, query, after)
    const { page, count, hasMore } = selectEntities(set, query, context.scope)
    const next = hasMore ? { $skip: query.skip + query.top } : undefined
    return { entities: page, count: query.isCounted ? count : undefined, next }
  }

  async function writeAll(entities: readonly Entity[], query: EntityQuery): Promise<WrittenEntity[]> {
    context.budget.spendEntities(entities.length)
    const written: WrittenEntity[] = []
    for (const entity of entities) written.push(await write(entity, query))
    return written
  }

  async function write(entity: Entity, query: EntityQuery): Promise<WrittenEntity> {
    const expanded = new Map<Expansion, Expanded>()
    for (const expansion of query.expansions) expanded.set(expansion, await expand(entity, expansion))
    return writeEntity(entity, query, expanded, root)
  }

  async function expand(entity: Entity, { navigation, query, options }: Expansion): Promise<Expanded> {
    const set = followTo(context, entity, navigation)
    if (!navigation.isMany) {
      const [one] = set
      return one && (await writeAll([one], query))[0]
    }
    const { entities, count, next } = await pageOf(set, navigation.type, query)
    const link = `${root}/${writePath(entity)}/${navigation.name}`
    const page: EntityPage = {
      entities: await writeAll(entities, query),
      count,
      nextLink: next && writeLink(link, { ...options, ...without(next) }),
    }
    return page
  }
}

/** What a path leads to: one entity, or a set; of Observations, the Datastreams that they are of. */
async function findTarget(
  context: ObservationContext,
  { steps, isMany }: ResourcePath,
  request: PathRequest,
): Promise<{ readonly one?: Entity | undefined; readonly set?: readonly Entity[] }> {
  const { graph } = context.town
  let one: Entity | undefined
  for (const [index, { navigation, id }] of steps.entries()) {
    const set: readonly Entity[] =
      index === 0
        ? graph.list(navigation.type === 'Observation' ? 'Datastream' : navigation.type)
        : followTo(context, expectOne({ one }, request), navigation)
    if (index === steps.length - 1 && isMany) return { set }
    if (!navigation.isMany) one = set[0]
    else if (navigation.type === 'Observation') one = await findObservation(context, set, id ?? '')
    else one = set.find((entity) => entity.id === id)
    if (!one) throw notFound(request)
  }
  return { one }
}

/** Of Observations, the Datastreams that they are of. */
function followTo(
  { town: { graph } }: ObservationContext,
  entity: Entity,
  { name, type }: Navigation,
): readonly Entity[] {
  if (type !== 'Observation') return graph.follow(entity, name)
  if (entity.type === 'Datastream') return [entity]
  const thing = graph.find('Thing', entity.id)
  return thing ? graph.follow(thing, 'Datastreams') : []
}

async function findObservation(
  { authority, store, town, budget }: ObservationContext,
  datastreams: readonly Entity[],
  id: string,
): Promise<Entity | undefined> {
  const place = parseObservationId(id)
  const datastream = datastreams.find((each) => each.id === place?.datastreamId)
  if (!place || !datastream || !(Math.abs(place.time) < 8.64e15)) return undefined
  const { kind, device, part } = town.graph.getSeries(datastream)
  budget.spendQuestion()
  const { time } = place
  const readings = await store.listReadings({
    authority,
    kind,
    device,
    from: time,
    to: time + 1,
    limit: 1_000,
  })
  const reading = readings.find((each) => each.part === part)
  const shown = reading && town.findReading(reading)
  return shown && town.graph.observe(datastream, shown)
}

function expectOne({ one }: { readonly one?: Entity | undefined }, request: PathRequest): Entity {
  if (!one) throw notFound(request)
  return one
}

function notFound({ path }: PathRequest): KerbsideError {
  const sets = Object.values(ENTITY_TYPES).map(({ set }) => set)
  return new KerbsideError(
    'NOT_FOUND',
    `There is nothing at ${path}; there are ${sets.join(', ')}, and an entity as Things('id')`,
  )
}

/** A place in a list is one of the two, whichever was asked for. */
function without(next: NonNullable<Awaited<ReturnType<typeof pageObservations>>['next']>): EntityOptions {
  return '$skip' in next
    ? { $skip: String(next.$skip), $skiptoken: undefined }
    : { $skip: undefined, ...next }
}

function writeLink(address: string, options: EntityOptions): string {
  const parameters = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return parameters.length === 0 ? address : `${address}?${parameters.join('&')}`
}

function writePlain(value: unknown): string {
  const json = JSON.stringify(value)
  return json.startsWith('"') ? String(JSON.parse(json)) : json
}
