import type { Round } from '../model/round.ts'

/**
 * A round as everybody may see it: without the bins that stand at households, wherever a round names them. `isHidden` says which
 * devices are such bins.
 */
export function showRound(round: Round, isHidden: (deviceId: string) => boolean): Round {
  const isShown = ({ deviceId }: { deviceId?: string | null | undefined }): boolean =>
    typeof deviceId !== 'string' || !isHidden(deviceId)
  const { marks, changes, request } = round
  const { deviceIds, mustEmpty, ...asked } = request
  const showIds = (ids: readonly string[]): string[] => ids.filter((deviceId) => !isHidden(deviceId))
  return {
    ...round,
    request: {
      ...asked,
      ...(deviceIds && { deviceIds: showIds(deviceIds) }),
      ...(mustEmpty && { mustEmpty: showIds(mustEmpty) }),
    },
    lorries: round.lorries.map((lorry) => ({ ...lorry, stops: lorry.stops.filter(isShown) })),
    left: round.left.filter(isShown),
    ...(marks && { marks: marks.filter(isShown) }),
    ...(changes && { changes: changes.filter(isShown) }),
  }
}
