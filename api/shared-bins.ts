import { type InputFault, KerbsideError } from '../model/error.ts'
import type { RoundRequest } from '../model/round.ts'
import { includesDevice, type Share } from '../model/share.ts'
import { formatSharedId } from '../model/shared-id.ts'
import type { PlannedBin, RoundInput } from '../rounds/round-input.ts'
import type { ApiParts } from './parts.ts'
import { requireUsableShare } from './require-share.ts'
import { toPlannedBin } from './to-planned-bin.ts'

/** Who uses what is shared where nobody asks at that moment. */
export const PLANNING_ACTOR = 'planning'

/** Who plans with what is shared, and for which round; null where there is none yet. */
export interface ShareUser {
  readonly actor: string
  readonly round: string | null
}

interface SharedBins {
  readonly shareId: string
  readonly granting: string
  readonly bins: readonly PlannedBin[]
}

/**
 * The bins of the shares that a request names, called `{authority}/{device}`, as far as they may be planned with now; each use is
 * recorded. A bin of several shares comes once.
 */
export async function readSharedBins(
  parts: Pick<ApiParts, 'registry' | 'directory' | 'store' | 'clock'>,
  authority: string,
  { shareIds = [] }: RoundRequest,
  user: ShareUser = { actor: PLANNING_ACTOR, round: null },
): Promise<SharedBins[]> {
  const { registry, directory, store } = parts
  const found: SharedBins[] = []
  const seen = new Set<string>()
  for (const shareId of shareIds) {
    try {
      const share = await requireUsableShare(parts, authority, shareId)
      if (share.dataset.type !== 'bins' || share.purpose !== 'plan') continue
      const bins = (await readBins(share)).filter(({ id }) => !seen.has(id))
      const access = { use: 'plan', target: null, count: bins.length, ...user } as const
      await registry.recordShareAccess(shareId, access)
      for (const { id } of bins) seen.add(id)
      found.push({ shareId, granting: share.granting, bins })
    } catch (error) {
      if (!(error instanceof KerbsideError) || error.code !== 'NOT_FOUND') throw error
    }
  }
  return found

  async function readBins({ granting, dataset }: Share): Promise<PlannedBin[]> {
    const latest = new Map(
      (await store.listLatest(granting, 'bin')).map((reading) => [reading.device, reading]),
    )
    return [...directory.list(granting)].flatMap(({ device }) => {
      if (!includesDevice(dataset, device)) return []
      return [toPlannedBin(device, latest.get(device.id), formatSharedId(granting, device.id))]
    })
  }
}

/** Refuses shares that are asked for and may not be planned with: one that is not there is told from no other one. */
export function requireShares({ shareIds = [] }: RoundRequest, { sharedBins = [] }: RoundInput): void {
  const faults = shareIds.flatMap((id, index): InputFault[] =>
    sharedBins.some(({ shareId }) => shareId === id)
      ? []
      : [{ path: `shareIds.${index}`, message: `there is no share ${id} of bins to plan with` }],
  )
  const [first] = faults
  if (!first) return
  throw new KerbsideError(
    'INVALID_REQUEST',
    `This round cannot be planned: ${first.path}: ${first.message}`,
    { faults },
  )
}
