import type { z } from 'zod'
import type { Rejection } from '../../model/rejection.ts'
import { showValue } from '../show-value.ts'

/** Why a network's message is not as an uplink is: what is wrong, where, and what was sent. */
export function refuseUplink(error: z.ZodError, message: unknown): Rejection {
  const issue = error.issues[0]
  const path = issue?.path ?? []
  let value = message
  for (const key of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  const where = path.length === 0 ? 'message' : path.join('.')
  return {
    reason: 'not_uplink',
    detail: `${where}: ${value === undefined ? 'is missing' : showValue(value)}, as no uplink of the network has it (${issue?.message ?? ''})`,
  }
}
