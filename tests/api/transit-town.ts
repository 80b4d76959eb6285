import type { ApiParts, TransitDesk } from '../../api/parts.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import type { TransitSnapshot, TripPrediction } from '../../transit/trip-prediction.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { createSnapshot, createTown } from '../transit/feed/live-town.ts'

export interface TransitTown {
  readonly own: TestApp
  readonly timetable: Timetable
  /** What the tracker knows from now on. */
  know(trips: readonly TripPrediction[]): void
}

/** The API of the authority `alpha` with a timetable and a tracker that a test speaks for. */
export async function createTransitTown(parts: Partial<ApiParts> = {}): Promise<TransitTown> {
  const { timetable } = createTown()
  let snapshot: TransitSnapshot | undefined
  const listeners = new Set<() => void>()
  const transit: TransitDesk = {
    snapshot: (authority) => (authority === 'alpha' ? snapshot : undefined),
    onChange(authority, listener) {
      if (authority === 'alpha') listeners.add(listener)
      return () => listeners.delete(listener)
    },
    accuracy: () => undefined,
    recentAccuracy: () => [],
  }
  const timetables = { find: async (authority: string) => (authority === 'alpha' ? timetable : undefined) }
  const own = await createTestApp({ transit, timetables, ...parts })
  await own.createAuthority({ id: 'alpha' })
  await own.createAuthority({ id: 'beta' })
  return {
    own,
    timetable,
    know(trips) {
      snapshot = createSnapshot(timetable, trips, own.clock.now())
      for (const listener of listeners) listener()
    },
  }
}
