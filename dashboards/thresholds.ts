import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'

/** What a value means, from good to bad: Grafana's own shades, readable on light and dark. */
export interface Steps {
  /** From here on it deserves a look. */
  readonly warning?: number
  /** From here on somebody has to act. */
  readonly critical: number
  /** Where small values are the bad ones: above `warning` is good, below `critical` bad. */
  readonly isLowBad?: boolean
}

const GOOD = 'green'
const WARNING = 'orange'
const CRITICAL = 'red'

export function thresholdsOf({ warning, critical, isLowBad = false }: Steps): ThresholdsConfigBuilder {
  const middle = warning === undefined ? [] : [warning]
  const steps = isLowBad
    ? [
        step(null, CRITICAL),
        step(critical, middle.length ? WARNING : GOOD),
        ...middle.map((value) => step(value, GOOD)),
      ]
    : [step(null, GOOD), ...middle.map((value) => step(value, WARNING)), step(critical, CRITICAL)]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}

/** Where no value is good or bad. */
export function noThresholds(): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([step(null, 'blue')])
}

function step(value: number | null, color: string): { value: number | null; color: string } {
  return { value, color }
}

/** A bin at 75 % is due, see the default of `thresholdPercent`; above 90 % it is as good as full. */
export const FILL: Steps = { warning: 75, critical: 90 }
export const CHANCE: Steps = { warning: 0.5, critical: 0.8 }
export const BATTERY: Steps = { warning: 30, critical: 15, isLowBad: true }
export const ANY: Steps = { critical: 1 }
