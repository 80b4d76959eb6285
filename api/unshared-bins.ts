import type { LeftBin, Round } from '../model/round.ts'
import { parseSharedId } from '../model/shared-id.ts'
import { leave } from '../rounds/choose-bins.ts'
import type { RoundInput } from '../rounds/round-input.ts'

const REASON = 'it is not shared any more'

/** What others shared when a round was asked for and share no more is not asked for either: nothing of it can be planned. */
export function withoutUnshared(round: Round, input: RoundInput): RoundInput {
  const gone = new Set(listUnshared(round, input))
  if (gone.size === 0) return input
  const { deviceIds, mustEmpty, ...rest } = input.request
  const kept = (ids: readonly string[]): string[] => ids.filter((id) => !gone.has(id))
  return {
    ...input,
    request: {
      ...rest,
      ...(deviceIds && { deviceIds: kept(deviceIds) }),
      ...(mustEmpty && { mustEmpty: kept(mustEmpty) }),
    },
  }
}

/** Such bins as a plan leaves them, beside what it leaves by itself; and which shares it was planned with. */
export function leaveUnshared(
  round: Round,
  input: RoundInput,
  left: readonly LeftBin[] = [],
): Partial<Pick<Round, 'left' | 'shares'>> {
  if (!round.shares) return {}
  return {
    left: [...left, ...listUnshared(round, input).map((id) => leave(id, REASON))],
    shares: (input.sharedBins ?? []).map(({ shareId, authority }) => ({ shareId, authority })),
  }
}

/** Those that were asked for by name, where any were; else all that the shares had. */
function listUnshared({ request, shares = [] }: Round, { bins }: RoundInput): string[] {
  const there = new Set(bins.map(({ id }) => id))
  const named = [...(request.deviceIds ?? []), ...(request.mustEmpty ?? [])]
  const shared = shares.flatMap(({ deviceIds = [] }) => deviceIds)
  const asked = request.deviceIds ? named : [...named, ...shared]
  return [...new Set(asked)].filter((id) => parseSharedId(id) && !there.has(id))
}
