import { z } from 'zod'
import { addDays, boundsOfDay, dateAt } from '../../exchange/exports/day-bounds.ts'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import { KerbsideError } from '../../model/error.ts'
import type { ShownDataset } from '../dataset-views.ts'
import { termsOf, termsShape } from '../licences.ts'
import { schemas } from '../schemas.ts'

/** After the end of a day, and what it is told later by: what devices send late is then mostly there. */
const SETTLED_MS = 2 * 3_600_000
export const EXPORTED_DATASETS = Object.keys(DEVICE_DATASETS) as [DeviceDataset, ...DeviceDataset[]]
export const datasetSchema = z.enum(EXPORTED_DATASETS)
export const exportedDaySchema = z.object({
  dataset: datasetSchema,
  date: z.iso.date(),
  /** The first moment of the day, and the first after it. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  csv: z.string(),
  csvMetadata: z.string(),
  parquet: z.string(),
  ...termsShape,
  /** How old readings are at least when they are told. */
  delaySeconds: z.int(),
})
schemas.add(exportedDaySchema, { id: 'ExportedDay' })
export type ExportedDay = z.infer<typeof exportedDaySchema>

/** The days of a dataset that have files, newest first; `root` is the address of all exports. */
export function listDays(
  shown: ShownDataset,
  { root, first, after, limit }: { root: string; first: number; after: string | undefined; limit: number },
): ExportedDay[] {
  const { authority, dataset, terms } = shown
  const { timeZone } = authority
  const earliest = dateAt(first, timeZone)
  const days: ExportedDay[] = []
  let date = lastDayOf(shown)
  const afterDate = after?.slice(0, 10)
  if (afterDate !== undefined && afterDate < date) date = afterDate
  for (; date >= earliest && days.length < limit; date = addDays(date, -1)) {
    if (after !== undefined && placeOf({ date, dataset }) >= after) continue
    const { from, to } = boundsOfDay(date, timeZone)
    days.push({
      dataset,
      date,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      csv: `${root}/${dataset}/${date}.csv`,
      csvMetadata: `${root}/${dataset}/${date}.csv-metadata.json`,
      parquet: `${root}/${dataset}/${date}.parquet`,
      ...termsOf(authority, dataset),
      delaySeconds: terms.delaySeconds,
    })
  }
  return days
}

/** Throws NOT_FOUND where a day has not ended, or is before the first reading (`first`, in ms; null where there is none). */
export function requireDay(shown: ShownDataset, date: string, first: number | null): void {
  const { authority } = shown
  const last = lastDayOf(shown)
  if (first !== null && date <= last && date >= dateAt(first, authority.timeZone)) return
  throw new KerbsideError(
    'NOT_FOUND',
    `There is no file of ${date}${first === null ? '' : `: the days from ${dateAt(first, authority.timeZone)} to ${last} have one`}`,
  )
}

/** The order of days is that of these, and within a day that of the datasets' names. */
export function placeOf({ date, dataset }: { date: string; dataset: string }): string {
  return `${date}.${dataset}`
}

/** The last day of which all is told, but what arrives late. */
function lastDayOf({ authority, now, toldUntil }: ShownDataset): string {
  return addDays(dateAt(Math.min(now, toldUntil) - SETTLED_MS, authority.timeZone), -1)
}
