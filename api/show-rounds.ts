import type { FastifyRequest } from 'fastify'
import { showRound } from '../exchange/published-round.ts'
import { isHousehold } from '../exchange/published-view.ts'
import type { Round } from '../model/round.ts'
import type { ApiParts } from './parts.ts'
import { hasKeyOf } from './rights.ts'

/** A round as the one who asks may see it. */
export type ShowRound = (request: FastifyRequest, authority: string, round: Round) => Round

export function createShowRound({ directory }: Pick<ApiParts, 'directory'>): ShowRound {
  return (request, authority, round) => {
    if (hasKeyOf(request, authority)) return round
    return showRound(round, (deviceId) => {
      // Whose bin it was cannot be told of one that is no longer there.
      const found = directory.find(authority, deviceId)
      return !found || isHousehold(found.device)
    })
  }
}
