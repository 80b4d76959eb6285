import { z } from 'zod'
import { hookSchema } from '../model/hook.ts'
import { formatTime } from '../model/time.ts'
import type { HookRecord } from '../registry/registry.ts'

const timeText = z.iso.datetime()

/** A hook as it is shown: with how it fares, without its secret. */
export const hookJsonSchema = hookSchema.extend({
  isPaused: z.boolean(),
  state: z.object({
    pausedTime: timeText.nullable(),
    note: z.string().nullable().describe('Why it is paused, where nobody has paused it'),
    attempts: z.int().describe('How often the event that is next was tried in vain'),
    failingSince: timeText.nullable().describe('Nothing could be delivered since then'),
    deliveredTime: timeText.nullable().describe('When something was delivered last'),
    nextTime: timeText.nullable().describe('When it is tried again; null where it is not failing, or paused'),
    problem: z.string().nullable().describe('What went wrong the last time'),
  }),
})

export function formatHook({
  hook,
  pausedTime,
  pauseNote,
  nextTime,
  progress,
}: HookRecord): z.infer<typeof hookJsonSchema> {
  const { attempts, failingSince, deliveredTime, problem } = progress
  const isPaused = pausedTime !== null
  return {
    ...hook,
    isPaused,
    state: {
      pausedTime: formatIf(pausedTime),
      note: pauseNote,
      attempts,
      failingSince: formatIf(failingSince),
      deliveredTime: formatIf(deliveredTime),
      nextTime: isPaused || failingSince === null ? null : formatTime(nextTime),
      problem,
    },
  }
}

function formatIf(time: number | null): string | null {
  return time === null ? null : formatTime(time)
}
