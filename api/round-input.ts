import type { Authority } from '../model/authority.ts'
import type { RoundRequest } from '../model/round.ts'
import type { PlannedBin, RoundInput } from '../rounds/round-input.ts'
import { listSites } from './list-sites.ts'
import type { ApiParts } from './parts.ts'

/** Gathers what a round is planned from: the authority's bins with their latest levels, and its sites. */
export async function readRoundInput(
  { registry, directory, store }: Pick<ApiParts, 'registry' | 'directory' | 'store'>,
  authority: Authority,
  request: RoundRequest,
): Promise<RoundInput> {
  const [latest, depots, tips, lorries] = await Promise.all([
    store.listLatest(authority.id, 'bin'),
    listSites(registry, authority.id, 'depots'),
    listSites(registry, authority.id, 'tips'),
    listSites(registry, authority.id, 'lorries'),
    directory.refresh(),
  ])
  const latestOf = new Map(latest.map((reading) => [reading.device, reading]))
  const bins: PlannedBin[] = []
  for (const { device } of directory.list(authority.id)) {
    if (device.kind !== 'bin') continue
    const { id, name, longitude, latitude, settings } = device
    const reading = latestOf.get(id)
    const fillPercent = reading?.fields['fillPercent']
    bins.push({
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
    })
  }
  // The directory has no order; the same town gives the same plan.
  bins.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { request, timeZone: authority.timeZone, bins, depots, tips, lorries }
}
