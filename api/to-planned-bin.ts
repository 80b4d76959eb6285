import type { Device } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import type { PlannedBin } from '../rounds/round-input.ts'

/** A bin as planning sees it, with its latest reading; another `id` where it is another authority's. */
export function toPlannedBin(device: Device, reading: Reading | undefined, id = device.id): PlannedBin {
  const { name, longitude, latitude, settings } = device
  const fillPercent = reading?.fields['fillPercent']
  return {
    id,
    name,
    longitude,
    latitude,
    fillPercent: typeof fillPercent === 'number' ? fillPercent : null,
    time: reading?.time ?? null,
    thresholdPercent: settings.thresholdPercent ?? null,
    capacityLitres: settings.capacityLitres ?? null,
    stream: settings.stream ?? null,
    collectFrom: settings.collectFrom ?? null,
    collectUntil: settings.collectUntil ?? null,
    skills: settings.skills ?? [],
    serviceSeconds: settings.serviceSeconds ?? null,
    overflowCostPerDay: settings.overflowCostPerDay ?? null,
    forecast: null,
  }
}
