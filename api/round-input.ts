import type { Authority } from '../model/authority.ts'
import type { RoundRequest } from '../model/round.ts'
import type { PlannedBin, RoundInput } from '../rounds/round-input.ts'
import { listSites } from './list-sites.ts'
import type { ApiParts } from './parts.ts'
import { readBinReports } from './read-bin-reports.ts'
import { readSharedBins, type ShareUser } from './shared-bins.ts'
import { toPlannedBin } from './to-planned-bin.ts'

/**
 * Gathers what a round is planned from: the authority's bins with their latest levels, those that others let it plan with, and its
 * sites. `user` is who plans with what is shared, for the audit of that.
 */
export async function readRoundInput(
  parts: Pick<ApiParts, 'registry' | 'directory' | 'store' | 'clock'>,
  authority: Authority,
  request: RoundRequest,
  user?: ShareUser,
): Promise<RoundInput> {
  const { registry, directory, store } = parts
  const [latest, depots, tips, lorries, reports] = await Promise.all([
    store.listLatest(authority.id, 'bin'),
    listSites(registry, authority.id, 'depots'),
    listSites(registry, authority.id, 'tips'),
    listSites(registry, authority.id, 'lorries'),
    readBinReports(registry, authority.id),
    directory.refresh(),
  ])
  const latestOf = new Map(latest.map((reading) => [reading.device, reading]))
  const bins: PlannedBin[] = []
  for (const { device } of directory.list(authority.id)) {
    if (device.kind !== 'bin') continue
    const report = reports.get(device.id)
    bins.push({ ...toPlannedBin(device, latestOf.get(device.id)), ...(report && { report }) })
  }
  const shares = await readSharedBins(parts, authority.id, request, user)
  for (const shared of shares) bins.push(...shared.bins)
  // The directory has no order; the same town gives the same plan.
  bins.sort((a, b) => (a.id < b.id ? -1 : 1))
  const sharedBins = shares.map(({ shareId, granting, bins: ofShare }) => {
    return { shareId, authority: granting, deviceIds: ofShare.map(({ id }) => id) }
  })
  return {
    request,
    timeZone: authority.timeZone,
    bins,
    depots,
    tips,
    lorries,
    ...(sharedBins.length > 0 && { sharedBins }),
  }
}
