import { isDeepStrictEqual } from 'node:util'

/** A thing of the API: its fields, with those of its settings in `settings`. */
export type ChangedFields = Readonly<Record<string, unknown>>

/** What of `wanted` is otherwise in `kept`, as a merge patch; undefined where nothing is. What it does not name stays. */
export function findChanges(kept: ChangedFields, wanted: ChangedFields): ChangedFields | undefined {
  const changes: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(wanted)) {
    // A kind is for ever: the API is not asked to change it.
    if (field === 'kind' || isDeepStrictEqual(kept[field], value)) continue
    if (field !== 'settings') changes[field] = value
    else {
      const settings = findChanges((kept[field] ?? {}) as ChangedFields, value as ChangedFields)
      if (settings) changes[field] = settings
    }
  }
  return Object.keys(changes).length === 0 ? undefined : changes
}
