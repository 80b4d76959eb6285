import { type InputFault, KerbsideError } from '../model/error.ts'
import type { RoundRequest } from '../model/round.ts'
import type { UnreachablePlace } from './roads/roads.ts'

/** Why no lorry gets to a place, in words. */
export const WHY_UNREACHABLE: Readonly<Record<UnreachablePlace['reason'], string>> = {
  no_road_near: 'there is no road near it',
  cut_off: 'the road beside it does not lead to the others and back',
}

/** The places of a round in the order of their numbers: bins, where lorries unload, depots. */
interface NumberedPlaces {
  readonly due: readonly { readonly id: string }[]
  readonly unloadings: readonly { readonly tipId: string | null }[]
  readonly depots: readonly { readonly id: string }[]
}

/**
 * Throws a KerbsideError INVALID_REQUEST for depots and tips that no road reaches, and for bins that were asked for by name.
 * `unreachable` has the reasons by the numbers of the places.
 */
export function refuseUnreachable(
  request: RoundRequest,
  places: NumberedPlaces,
  unreachable: ReadonlyMap<number, string>,
): void {
  const faults = findFaults(request, places, unreachable)
  if (faults.length === 0) return
  const words = faults.slice(0, 3).map(({ path, message }) => `${path}: ${message}`)
  throw new KerbsideError('INVALID_REQUEST', `This round cannot be planned: ${words.join('; ')}`, { faults })
}

function findFaults(
  request: RoundRequest,
  { due, unloadings, depots }: NumberedPlaces,
  unreachable: ReadonlyMap<number, string>,
): InputFault[] {
  return [...unreachable].flatMap(([place, reason]): InputFault[] => {
    const bin = due[place]
    if (bin) {
      for (const field of ['mustEmpty', 'deviceIds'] as const) {
        const index = request[field]?.indexOf(bin.id) ?? -1
        if (index !== -1)
          return [{ path: `${field}.${index}`, message: `no lorry gets to bin ${bin.id}: ${reason}` }]
      }
      return []
    }
    const unloading = unloadings[place - due.length]
    // A depot that serves as tip is named as a depot.
    if (unloading?.tipId === null) return []
    if (unloading) return [{ path: 'tips', message: `no lorry gets to tip ${unloading.tipId}: ${reason}` }]
    const depot = depots[place - due.length - unloadings.length]
    return [{ path: 'depotIds', message: `no lorry gets out of depot ${depot?.id}: ${reason}` }]
  })
}
