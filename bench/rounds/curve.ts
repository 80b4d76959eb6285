import type { Outcome } from './simulate.ts'

/** What a policy does at some share of overflow bin-days, between the two points of its curve around that share. */
export function interpolateAt(curve: readonly Outcome[], overflowPercent: number): Outcome | null {
  const rising = curve.toSorted((a, b) => a.overflowPercent - b.overflowPercent)
  const after = rising.findIndex((outcome) => outcome.overflowPercent >= overflowPercent)
  const [low, high] = [rising[after - 1], rising[after]]
  if (!low || !high) return null
  const share = (overflowPercent - low.overflowPercent) / (high.overflowPercent - low.overflowPercent)
  const between = (field: keyof Outcome): number => low[field] + share * (high[field] - low[field])
  return { km: between('km'), lifts: between('lifts'), crewHours: between('crewHours'), overflowPercent }
}
