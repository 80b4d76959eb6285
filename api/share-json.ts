import { z } from 'zod'
import {
  newShareSchema,
  SHARE_STATES,
  SHARE_USES,
  type Share,
  type ShareAccess,
  stateOf,
} from '../model/share.ts'
import { formatTime } from '../model/time.ts'

const { dataset, purpose } = newShareSchema.shape

export const shareJsonSchema = z.object({
  id: z.string(),
  granting: z.string(),
  to: z.string(),
  dataset,
  purpose: purpose.unwrap(),
  from: z.string(),
  until: z.string(),
  state: z.enum(SHARE_STATES),
  createdTime: z.string(),
  endedTime: z.string().nullable(),
})

/** A share as both sides see it; `now` in ms since 1970. */
export function formatShare(share: Share, now: number): z.infer<typeof shareJsonSchema> {
  const { id, granting, to, dataset, purpose, from, until, createdTime, endedTime } = share
  return {
    id,
    granting,
    to,
    dataset,
    purpose,
    from: formatTime(from),
    until: formatTime(until),
    state: stateOf(share, now),
    createdTime: formatTime(createdTime),
    endedTime: endedTime === null ? null : formatTime(endedTime),
  }
}

export const shareAccessSchema = z.object({
  number: z.int(),
  time: z.string(),
  use: z.enum(SHARE_USES),
  actor: z.string(),
  target: z.string().nullable(),
  round: z.string().nullable(),
  count: z.int(),
})

/**
 * An access as one side sees it: which of its keys it was, and for which of its rounds, is the receiving side's business; the
 * granting one sees that it was that authority.
 */
export function formatShareAccess(
  { number, time, use, actor, target, round, count }: ShareAccess,
  { to }: Share,
  side: string,
): z.infer<typeof shareAccessSchema> {
  const isOwn = side === to
  return {
    number,
    time: formatTime(time),
    use,
    actor: isOwn ? actor : to,
    target,
    round: isOwn ? round : null,
    count,
  }
}
