import type { FastifyRequest } from 'fastify'
import { type DatasetTerms, termsOfDataset } from '../exchange/dataset-terms.ts'
import {
  createPublishedView,
  DEVICE_DATASETS,
  type DeviceDataset,
  measuredUntil,
  PUBLIC_FIELDS,
  type PublishedView,
  WHOLE_VIEW,
} from '../exchange/published-view.ts'
import type { Authority } from '../model/authority.ts'
import type { Device } from '../model/device.ts'
import { KerbsideError } from '../model/error.ts'
import { fieldsOf, type Reading } from '../model/reading.ts'
import type { KnownCallers } from './known-callers.ts'
import type { ApiParts } from './parts.ts'
import { hasKeyOf } from './rights.ts'
import { createSharedValues } from './shared-values.ts'

/** How far what is told later than it was measured may be behind even that, in ms of the clock. */
const FRESH_MS = 10_000
/** Datasets with a delay whose latest readings are kept, some 500 bytes each. */
const KEPT_MAX = 100

/** A dataset of an authority as the one who asks may see it, at a moment. */
export interface ShownDataset extends PublishedView {
  readonly authority: Authority
  readonly dataset: DeviceDataset
  readonly terms: DatasetTerms
  /** The fields of readings that there can be, by their names in the store. */
  readonly fields: readonly string[]
  /** Whether the authority's own key has asked, who sees all of it. */
  readonly isWhole: boolean
  /** In ms since 1970. */
  readonly now: number
  /** In the order of their ids. */
  listDevices(): Device[]
  /** The newest reading of each part of each device that is told, in the order of device and part. */
  listLatest(): Promise<readonly Reading[]>
}

/** The one way of endpoints to devices and readings that are published. */
export interface DatasetViews {
  /** Rejects with NOT_FOUND where there is no such authority; whether the dataset is published is for the rights to say. */
  show(request: FastifyRequest, authority: string, dataset: DeviceDataset): Promise<ShownDataset>
}

export function createDatasetViews({
  known,
  directory,
  store,
  clock,
}: Pick<ApiParts, 'directory' | 'store' | 'clock'> & { readonly known: KnownCallers }): DatasetViews {
  // By authority, dataset and delay: while the moment moves on, what was told stays told.
  const delayed = createSharedValues<readonly Reading[]>({
    freshMs: FRESH_MS * clock.speed,
    valuesMax: KEPT_MAX,
    now: clock.now,
    make(key) {
      const [authority, dataset, delayMs] = JSON.parse(key) as [string, DeviceDataset, number]
      return store.listLatestUntil(authority, DEVICE_DATASETS[dataset], clock.now() - delayMs)
    },
  })
  // Another authority of the same name is not told of this one's readings.
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash === null) delayed.forget((key) => JSON.parse(key)[0] === authority)
  })

  return {
    async show(request, id, dataset) {
      const authority = await known.getAuthority(id)
      const isWhole = hasKeyOf(request, id)
      const now = clock.now()
      const view = isWhole ? WHOLE_VIEW : createPublishedView(authority, dataset, now)
      const terms = { ...termsOfDataset(authority, dataset), ...(isWhole && { delaySeconds: 0 }) }
      const kind = DEVICE_DATASETS[dataset]
      return {
        ...view,
        authority,
        dataset,
        terms,
        fields: isWhole ? Object.keys(fieldsOf(kind)) : PUBLIC_FIELDS[kind],
        isWhole,
        now,
        listDevices() {
          const shown: Device[] = []
          for (const { device } of directory.list(id)) {
            const seen = device.kind === kind ? view.findDevice(device) : undefined
            if (seen) shown.push(seen)
          }
          return shown.sort((a, b) => (a.id < b.id ? -1 : 1))
        },
        async listLatest() {
          const delayMs = terms.delaySeconds * 1000
          const isDelayed = !isWhole && delayMs > 0
          const latest = isDelayed
            ? await delayed.get(JSON.stringify([id, dataset, delayMs]))
            : await store.listLatest(id, kind)
          return isWhole ? latest : latest.flatMap((reading) => showLatest(view, reading) ?? [])
        },
      }
    },
  }
}

// Writers keep what they have written of a reading by the object: of the latest, which are told again and again, the same one is
// shown each time. Which fields are shown depends on the kind alone.
const shownLatest = new WeakMap<Reading, Reading>()

function showLatest(view: PublishedView, reading: Reading): Reading | undefined {
  const known = shownLatest.get(reading)
  if (known) return measuredUntil(reading) > view.toldUntil ? undefined : known
  const shown = view.findReading(reading)
  if (shown) shownLatest.set(reading, shown)
  return shown
}

/** A forecast knows the newest readings: where they are told later, it is not told without a key. */
export function refuseDelayed({ isWhole, dataset, terms }: ShownDataset): void {
  if (isWhole || terms.delaySeconds === 0) return
  throw new KerbsideError(
    'NOT_FOUND',
    `What is read of ${dataset} is published ${terms.delaySeconds} s later: forecasts of them take a key`,
  )
}
