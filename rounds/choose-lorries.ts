import { type InputFault, KerbsideError } from '../model/error.ts'
import type { Depot, Lorry } from '../model/site.ts'
import type { RoundInput } from './round-input.ts'

/** More due bins than this make a table of distances that is too large: 130 MB. */
export const BINS_PER_ROUND_MAX = 4_000

/** A lorry with its depot. */
export interface ChosenLorry {
  readonly lorry: Lorry
  readonly depot: Depot
}

/**
 * The lorries that a request may use. Throws a KerbsideError INVALID_REQUEST that names each id that does not exist, a
 * lorry whose depot does not or is not among those asked for, and that there is no lorry at all.
 */
export function chooseLorries({ request, depots, lorries, bins }: RoundInput): ChosenLorry[] {
  const faults: InputFault[] = [
    ...unknownIds('depotIds', request.depotIds, depots, 'depot'),
    ...unknownIds('lorryIds', request.lorryIds, lorries, 'lorry'),
    ...unknownIds('deviceIds', request.deviceIds, bins, 'bin'),
    ...unknownIds('mustEmpty', request.mustEmpty, bins, 'bin'),
  ]
  const depotOf = new Map(depots.map((depot) => [depot.id, depot]))
  const chosen: ChosenLorry[] = []
  for (const lorry of lorries) {
    const index = request.lorryIds?.indexOf(lorry.id)
    if (index === -1) continue
    const path = index === undefined ? 'lorryIds' : `lorryIds.${index}`
    const depot = depotOf.get(lorry.depotId)
    const isWanted = request.depotIds?.includes(lorry.depotId) ?? true
    if (depot && isWanted) chosen.push({ lorry, depot })
    else if (!depot)
      faults.push({ path, message: `the depot ${lorry.depotId} of lorry ${lorry.id} does not exist` })
    else if (index !== undefined) {
      faults.push({ path, message: `lorry ${lorry.id} is of depot ${lorry.depotId}, not among depotIds` })
    }
  }
  if (faults.length === 0 && chosen.length === 0) {
    faults.push(
      lorries.length === 0
        ? { path: 'lorryIds', message: 'there is no lorry yet: create one, at …/lorries' }
        : { path: 'depotIds', message: 'no lorry is of these depots' },
    )
  }
  if (faults.length > 0) {
    const words = faults.slice(0, 3).map(({ path, message }) => `${path}: ${message}`)
    throw new KerbsideError('INVALID_REQUEST', `This round cannot be planned: ${words.join('; ')}`, {
      faults: faults.slice(0, FAULTS_MAX),
    })
  }
  return chosen
}

/** More than these help nobody. */
const FAULTS_MAX = 100

function unknownIds(
  field: string,
  ids: readonly string[] | undefined,
  things: readonly { readonly id: string }[],
  noun: string,
): InputFault[] {
  const known = new Set(things.map(({ id }) => id))
  return (ids ?? []).flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `${field}.${index}`, message: `there is no ${noun} ${id}` }],
  )
}
