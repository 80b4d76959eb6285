import { KerbsideError } from '../../model/error.ts'
import type { ChosenLorry } from '../choose-lorries.ts'
import { type MeasuredRound, measureRound } from '../measure-round.ts'
import type { Place } from '../roads/place.ts'
import type { BlockedStreets, Roads } from '../roads/roads.ts'
import { createStraightRoads } from '../roads/straight-roads.ts'
import type { DaySpeeds } from '../traffic/edge-speeds.ts'

export interface MeasuredRest extends MeasuredRound {
  /** What of what was marked could not be heeded, in sentences. */
  readonly notes: readonly string[]
}

/**
 * As `measureRound`, with streets closed. Where nobody knows the streets, or a server cannot close them, they stay open, and a
 * note says so. From places that must be got away from, such as where a lorry stands, ways are straight lines where the
 * closed streets leave none: `mayLeave` says by place whether it is such a one.
 */
export async function measureRest(
  roads: Roads,
  {
    places,
    lorries,
    blocked,
    mayLeave,
    day,
  }: {
    readonly places: readonly Place[]
    readonly lorries: readonly ChosenLorry[]
    readonly blocked: readonly BlockedStreets[]
    readonly mayLeave: (place: number) => boolean
    readonly day: DaySpeeds | undefined
  },
): Promise<MeasuredRest> {
  if (blocked.length === 0) return { ...(await measureRound(roads, places, lorries, { day })), notes: [] }
  let measured: MeasuredRound
  try {
    measured = await measureRound(roads, places, lorries, { blocked, day })
  } catch (error) {
    if (!(error instanceof KerbsideError) || error.code !== 'INVALID_REQUEST') throw error
    measured = await measureRound(roads, places, lorries, { day })
    return { ...measured, notes: [`the closed street could not be avoided: ${error.message}`] }
  }
  if (measured.roads.isEstimated) {
    const note = 'the closed street could not be avoided, as ways are estimated by straight lines'
    return { ...measured, notes: [note] }
  }
  const enclosed = [...measured.unreachable.keys()].filter(mayLeave)
  if (enclosed.length === 0) return { ...measured, notes: [] }
  await openStraightLines(measured, places, enclosed)
  return {
    ...measured,
    unreachable: new Map([...measured.unreachable].filter(([place]) => !mayLeave(place))),
    notes: ['a lorry, depot or tip lies behind closed streets: ways from and to it are estimated'],
  }
}

async function openStraightLines(
  { matrices }: MeasuredRound,
  places: readonly Place[],
  enclosed: readonly number[],
): Promise<void> {
  const straight = await createStraightRoads().measure(places)
  for (const { distances, durations } of matrices) {
    for (const place of enclosed) {
      for (let other = 0; other < places.length; other++) {
        for (const arc of [place * places.length + other, other * places.length + place]) {
          distances[arc] = straight.distances[arc] as number
          durations[arc] = straight.durations[arc] as number
        }
      }
    }
  }
}
