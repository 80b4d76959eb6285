import type { SignView } from '../../alerts/conditions/judge-sign.ts'
import type { Clock } from '../../model/clock.ts'
import type { Device } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import { findSign } from '../../model/sign.ts'
import { createLineJudge, readShown } from '../judge-shown.ts'
import type { SignDesk } from '../sign-desk.ts'
import type { StopBoards } from '../stop-boards.ts'

/** T047 displays are asked every five minutes: what is older than two of them says nothing of now. */
const SNAPSHOT_FRESH_MS = 600_000

/**
 * What is known of what a display shows: by what a T047 display answered, or else by the lines of its last reading, `shown`.
 * Undefined where nothing is.
 */
export function viewSign(
  device: Device,
  {
    authority,
    desk,
    found,
    shown,
    formatLocal,
    clock,
  }: {
    readonly authority: string
    readonly desk: Pick<SignDesk, 'find'> | undefined
    readonly found: StopBoards | undefined
    readonly shown: Reading | undefined
    readonly formatLocal: (time: number) => string
    readonly clock: Clock
  },
): Omit<SignView, 'state'> | undefined {
  const now = clock.now()
  if (findSign(device)) {
    const state = desk?.find(authority, device.id)
    if (!state) return undefined
    const { snapshot, missedSnapshots: unanswered } = state
    const isFresh = snapshot !== null && now - snapshot.time <= SNAPSHOT_FRESH_MS
    return {
      unanswered,
      faults: isFresh ? snapshot.faults.length : undefined,
      comparedTime: snapshot?.time ?? Number.NEGATIVE_INFINITY,
    }
  }
  if (!shown || !found) return undefined
  const judged = readShown(
    [shown],
    (lines, time) => createLineJudge({ device, found, formatLocal })(lines, time),
    now,
  )
  if (!judged) return undefined
  return { unanswered: undefined, faults: judged.faults?.length, comparedTime: judged.time }
}
