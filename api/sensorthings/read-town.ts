import type { FastifyRequest } from 'fastify'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import type { ObservedDevice } from '../../exchange/sensorthings/describe-device.ts'
import { createEntityGraph, type EntityGraph } from '../../exchange/sensorthings/entity-graph.ts'
import type { Device } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import type { DatasetViews } from '../dataset-views.ts'
import { groupByDevice } from '../feature-collection.ts'

/** An authority's devices as entities, and how their readings are seen. */
export interface SeenTown {
  readonly graph: EntityGraph
  /** The reading as it may be seen; undefined where it may not, or not yet. */
  findReading(reading: Reading): Reading | undefined
  /** In ms since 1970: readings of devices of this kind after it are not told. */
  toldUntil(kind: Device['kind']): number
}

/** What whoever asks may see of these datasets of an authority. */
export async function readTown(
  views: DatasetViews,
  request: FastifyRequest,
  authority: string,
  datasets: readonly DeviceDataset[],
  now: () => number,
): Promise<SeenTown> {
  const shown = await Promise.all(
    datasets.map(async (dataset) => {
      const view = await views.show(request, authority, dataset)
      return { view, latest: groupByDevice(await view.listLatest()) }
    }),
  )
  const devices = shown.flatMap(({ view, latest }) => {
    const { licence, attribution, delaySeconds } = view.terms
    const terms = {
      dataset: view.dataset,
      licence,
      attribution,
      delaySeconds: view.isWhole ? 0 : delaySeconds,
    }
    return view
      .listDevices()
      .map((device): ObservedDevice => ({ device, latest: latest.get(device.id) ?? [], terms }))
  })
  const byKind = new Map(shown.map(({ view }) => [DEVICE_DATASETS[view.dataset] as Device['kind'], view]))
  return {
    graph: createEntityGraph(devices.sort(compareIds), now),
    findReading: (reading) => byKind.get(reading.kind)?.findReading(reading),
    toldUntil: (kind) => byKind.get(kind)?.toldUntil ?? Number.NEGATIVE_INFINITY,
  }
}

function compareIds({ device: a }: ObservedDevice, { device: b }: ObservedDevice): number {
  return a.id < b.id ? -1 : 1
}
