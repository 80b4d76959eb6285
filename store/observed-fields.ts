import type { Observation } from '../model/observation.ts'

/** The fields that are known: a number that is none (not finite) is not. */
export function knownFields({ fields }: Observation): [string, number | string][] {
  return Object.entries(fields as Readonly<Record<string, number | string | undefined>>).filter(
    (entry): entry is [string, number | string] =>
      typeof entry[1] === 'string' || (entry[1] !== undefined && Number.isFinite(entry[1])),
  )
}

/** One of which nothing is known is no row in any store. */
export function hasFields(observation: Observation): boolean {
  return knownFields(observation).length > 0
}
