import { createRowMaker, type ExportColumn, type ExportRow } from '../../exchange/exports/export-columns.ts'
import { DEVICE_DATASETS, measuredUntil } from '../../exchange/published-view.ts'
import type { Reading } from '../../model/reading.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import type { ShownDataset } from '../dataset-views.ts'

/** Readings that are asked for at once: as many as do not hold up what else this process answers. */
const PAGE_READINGS = 4_000
/** The first span of time that is asked for, in ms, and the longest. */
const SPAN_MS = 900_000
const SPAN_MAX_MS = 86_400_000

/**
 * The rows of a dataset's readings with `from <= time < to`, in ms since 1970, page by page in the order of time; of devices that
 * are no longer there, none. Who takes them slowly is not read ahead for.
 */
export async function* readDay(
  store: Pick<ReadingStore, 'listMeasured'>,
  shown: ShownDataset,
  columns: readonly ExportColumn[],
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<readonly ExportRow[]> {
  const { authority, dataset } = shown
  const devices = new Map(shown.listDevices().map((device) => [device.id, device]))
  const makeRow = createRowMaker(columns, dataset)
  const query = { authority: authority.id, kind: DEVICE_DATASETS[dataset], limit: PAGE_READINGS }
  let [start, span] = [from, SPAN_MS]
  let after: Reading | undefined
  while (start < to) {
    // By spans of about a page: to find the first of a whole day, a store looks at all of it.
    const end = Math.min(to, start + span)
    const readings = await store.listMeasured({ ...query, from: start, to: end, after })
    const rows = readings.flatMap((reading) => {
      const device = devices.get(reading.device)
      // The columns are of what is shown.
      return device && measuredUntil(reading) <= shown.toldUntil ? [makeRow(device, reading)] : []
    })
    if (rows.length > 0) yield rows
    const last = readings.at(-1)
    if (readings.length === PAGE_READINGS && last) {
      after = last
      start = last.time
      span = Math.max(1, Math.floor(span / 2))
    } else {
      after = undefined
      start = end
      if (readings.length < PAGE_READINGS / 2) span = Math.min(SPAN_MAX_MS, span * 2)
    }
  }
}
