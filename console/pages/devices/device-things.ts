import { LAYER_TITLES } from '../town/describe-thing.ts'
import type { Layer, Thing } from '../town/live-town.ts'
import type { Device, Kind } from './device.ts'

/** Where the latest of each kind is found. */
export const LAYER_OF: Readonly<Record<Kind, Exclude<Layer, 'stops'>>> = {
  bin: 'bins',
  traffic: 'counters',
  display: 'displays',
  vehicle: 'vehicles',
}

/** `Bin`, `Traffic counter`. */
export function nameKind(kind: Kind): string {
  return LAYER_TITLES[LAYER_OF[kind]].one
}

/** A reading as a thing of the map, for what describes those. */
export function thingOf(
  { id, kind, name }: Pick<Device, 'id' | 'kind' | 'name'>,
  properties: Readonly<Record<string, unknown>>,
): Thing {
  const { time } = properties
  return {
    id,
    layer: LAYER_OF[kind],
    name: name ?? id,
    position: undefined,
    time: typeof time === 'string' ? Date.parse(time) : undefined,
    isSilent: false,
    properties,
  }
}
