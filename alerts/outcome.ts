import type { AlertSeverity } from '../model/alert.ts'
import type { AlertCondition } from '../model/alert-condition.ts'
import type { Device } from '../model/device.ts'

/** That a condition holds, in a sentence with its numbers, whose names end in their units. */
export interface Trouble {
  readonly severity: AlertSeverity
  readonly summary: string
  readonly detail: Readonly<Record<string, number>>
}

/**
 * What a condition says of a subject at a moment: trouble raises an alert, `well` clears it, and `unsure` leaves it as it is, which
 * is between the two levels, or where nothing is known.
 */
export type Outcome = Trouble | 'well' | 'unsure'

/** An outcome, and whose it is: null for the authority as a whole. */
export interface Judgement {
  readonly condition: AlertCondition
  readonly device: Device | null
  readonly outcome: Outcome
}

/** What people call a device. */
export function nameOf({ id, name }: Pick<Device, 'id' | 'name'>): string {
  return name === null ? id : `${name} (${id})`
}

/** A duration as people say it, such as `3 hours`. */
export function sayDuration(seconds: number): string {
  const [amount, unit] =
    seconds < 5_400
      ? [Math.round(seconds / 60), 'minute']
      : seconds < 172_800
        ? [Math.round(seconds / 3_600), 'hour']
        : [Math.round(seconds / 86_400), 'day']
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
