import { ENTITY_TYPES, type Entity, listNavigations, type Navigation } from './entity-model.ts'
import { writePath } from './parse-path.ts'
import type { EntityQuery, Expansion } from './parse-query.ts'

/** An entity's page as it is told: those of it that were asked for. */
export interface EntityPage {
  readonly entities: readonly WrittenEntity[]
  /** How many there are in all; undefined where nobody asked. */
  readonly count?: number | undefined
  /** The address of what follows; undefined where nothing does. */
  readonly nextLink?: string | undefined
}

/** What an entity becomes in JSON. */
export type WrittenEntity = Readonly<Record<string, unknown>>

/** What a navigation leads to: a page of a set, or one entity, or nothing. */
export type Expanded = EntityPage | WrittenEntity | undefined

/**
 * An entity in JSON (OGC 18-088, 8.2, 9.3.2): with `$select` what it names, otherwise all; what was expanded is in it, where the
 * links of the others are. `root` is the service's address.
 */
export function writeEntity(
  entity: Entity,
  { select }: Pick<EntityQuery, 'select'>,
  expanded: ReadonlyMap<Expansion, Expanded>,
  root: string,
): WrittenEntity {
  const isSelected = (name: string): boolean => select === undefined || select.includes(name)
  const selfLink = `${root}/${writePath(entity)}`
  const written: [string, unknown][] = []
  if (isSelected('id')) written.push(['@iot.id', entity.id], ['@iot.selfLink', selfLink])
  for (const name of ENTITY_TYPES[entity.type].properties) {
    if (isSelected(name) && entity.properties[name] !== undefined)
      written.push([name, entity.properties[name]])
  }
  const found = new Map([...expanded].map(([{ navigation }, content]) => [navigation.name, content]))
  for (const { name } of listNavigations(entity.type)) {
    if (found.has(name)) continue
    if (isSelected(name)) written.push([`${name}@iot.navigationLink`, `${selfLink}/${name}`])
  }
  for (const [{ navigation }, content] of expanded) written.push(...writeExpanded(navigation, content))
  return Object.fromEntries(written)
}

/** A page of a set in JSON (OGC 18-088, 9.3.3). */
export function writePage({ entities, count, nextLink }: EntityPage): WrittenEntity {
  return {
    ...(count !== undefined && { '@iot.count': count }),
    ...(nextLink !== undefined && { '@iot.nextLink': nextLink }),
    value: entities,
  }
}

function writeExpanded({ name, isMany }: Navigation, content: Expanded): [string, unknown][] {
  if (!isMany || content === undefined) return [[name, content ?? null]]
  const { entities, count, nextLink } = content as EntityPage
  return [
    ...(count === undefined ? [] : [[`${name}@iot.count`, count] as [string, unknown]]),
    [name, entities],
    ...(nextLink === undefined ? [] : [[`${name}@iot.nextLink`, nextLink] as [string, unknown]]),
  ]
}
