import { createRowMaker, type ExportColumn, type ExportRow } from '../../exchange/exports/export-columns.ts'
import { DEVICE_DATASETS } from '../../exchange/published-view.ts'
import type { Reading } from '../../model/reading.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import type { ShownDataset } from '../dataset-views.ts'

/** Readings that are asked for at once. */
const PAGE_READINGS = 20_000

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
  const query = { authority: authority.id, kind: DEVICE_DATASETS[dataset], from, to, limit: PAGE_READINGS }
  let after: Reading | undefined
  for (;;) {
    const readings = await store.listMeasured({ ...query, after })
    const rows = readings.flatMap((reading) => {
      const device = devices.get(reading.device)
      const seen = device && shown.findReading(reading)
      return seen ? [makeRow(device, seen)] : []
    })
    if (rows.length > 0) yield rows
    if (readings.length < PAGE_READINGS) return
    after = readings.at(-1)
  }
}
