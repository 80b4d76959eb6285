import type { LorryRound, Round } from '../model/round.ts'

/**
 * A round as everybody may see it: without the bins that stand at households, wherever a round names them. `isHidden` says which
 * devices are such bins. What another authority shares was shared with this one alone, and the ways would lead to it: of a round
 * with that no lorry is told. The way of a lorry that goes to a household is straight lines between the stops that are told.
 */
export function showRound(round: Round, isHidden: (deviceId: string) => boolean): Round {
  const isShown = ({ deviceId }: { deviceId?: string | null | undefined }): boolean =>
    typeof deviceId !== 'string' || !isHidden(deviceId)
  const { marks, changes, request, shares, ...rest } = round
  const { deviceIds, mustEmpty, shareIds, ...asked } = request
  const isShared = shares !== undefined || shareIds !== undefined
  const showIds = (ids: readonly string[]): string[] => ids.filter((deviceId) => !isHidden(deviceId))
  return {
    ...rest,
    request: {
      ...asked,
      ...(deviceIds && { deviceIds: showIds(deviceIds) }),
      ...(mustEmpty && { mustEmpty: showIds(mustEmpty) }),
    },
    lorries: isShared ? [] : round.lorries.map((lorry) => showLorry(lorry, lorry.stops.filter(isShown))),
    left: round.left.filter(isShown),
    ...(marks && { marks: marks.filter(isShown) }),
    ...(changes && { changes: changes.filter(isShown) }),
  }
}

function showLorry(lorry: LorryRound, stops: LorryRound['stops']): LorryRound {
  if (stops.length === lorry.stops.length) return lorry
  const coordinates = stops.map(({ longitude, latitude }) => [longitude, latitude])
  return { ...lorry, stops, geometry: { type: 'LineString', coordinates } }
}
