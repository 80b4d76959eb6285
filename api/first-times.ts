import { DEVICE_DATASETS, type DeviceDataset } from '../exchange/published-view.ts'
import type { ApiParts } from './parts.ts'
import { createSharedValues } from './shared-values.ts'

/** Readings of before are in quarantine. */
const YEAR_2000 = Date.UTC(2000, 0, 1)
/** In ms of the clock: when the first reading was made changes seldom. */
const FRESH_MS = 600_000
const KEPT_MAX = 10_000

/** When the first reading of a dataset was made, in ms since 1970; null where there is none. */
export type FindFirstTime = (authority: string, dataset: DeviceDataset) => Promise<number | null>

export function createFirstTimes({
  store,
  directory,
  clock,
}: Pick<ApiParts, 'store' | 'directory' | 'clock'>): FindFirstTime {
  const times = createSharedValues<number | null>({
    freshMs: FRESH_MS * clock.speed,
    valuesMax: KEPT_MAX,
    now: clock.now,
    async make(key) {
      const [authority, dataset] = JSON.parse(key) as [string, DeviceDataset]
      const query = { authority, kind: DEVICE_DATASETS[dataset], from: YEAR_2000, to: clock.now(), limit: 1 }
      const [first] = await store.listMeasured(query)
      return first?.time ?? null
    },
  })
  // Another authority of the same name begins anew.
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash === null) times.forget((key) => JSON.parse(key)[0] === authority)
  })
  return (authority, dataset) => times.get(JSON.stringify([authority, dataset]))
}
