import type { Mapping, MappingRule } from '../../model/mapping.ts'
import type { Rejection } from '../../model/rejection.ts'
import type { CounterSum } from '../../registry/registry.ts'
import { showValue } from '../show-value.ts'
import { applyRule } from './apply-rule.ts'
import { readPath } from './read-path.ts'

/** A reading as Kerbside's own JSON has it, of which nothing is checked yet. */
export interface MappedReading {
  readonly element: Readonly<Record<string, unknown>>
  /** By field (`counts.car`): what is known of it only by how much it grew. */
  readonly sums: ReadonlyMap<string, CounterSum>
}

/**
 * What a mapping makes of a payload: one reading, or one for each of its parts that the payload tells of. One fault refuses the
 * whole. `port` is null where what is sent has none.
 */
export function applyMapping(
  mapping: Mapping,
  payload: unknown,
  port: number | null,
): readonly MappedReading[] | Rejection {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { reason: 'wrong_type', detail: `reading: ${showValue(payload)} is not a JSON object` }
  }
  const parts = mapping.parts.length > 0 ? mapping.parts : [{ rules: [] }]
  const readings: MappedReading[] = []
  const looked = new Set<string>()
  const otherPorts = new Set<number>()
  for (const part of parts) {
    const rules = [...part.rules, ...mapping.rules].filter((rule) => isOfPort(rule, port, otherPorts))
    const outcome = mapPart(rules, payload, mapping, looked)
    if (outcome && 'reason' in outcome) return outcome
    if (!outcome) continue
    const { direction, lane } = part as { direction?: string; lane?: number }
    const element = {
      ...(direction !== undefined && { direction }),
      ...(lane !== undefined && { lane }),
      ...outcome.element,
    }
    readings.push({ element, sums: outcome.sums })
  }
  if (readings.length > 0) return readings
  if (looked.size === 0 && otherPorts.size > 0) {
    const ports = [...otherPorts].sort((a, b) => a - b).join(', ')
    return {
      reason: 'unknown_port',
      detail: `port: ${port} is none that mapping "${mapping.id}" reads, ${ports} is allowed`,
    }
  }
  return {
    reason: 'missing_field',
    detail: `reading: has nothing that mapping "${mapping.id}" reads, at least one of ${listSome(looked)} is needed`,
  }
}

const NAMED_MAX = 20

function listSome(paths: ReadonlySet<string>): string {
  const more = paths.size > NAMED_MAX ? ` or ${paths.size - NAMED_MAX} more` : ''
  return `${[...paths].slice(0, NAMED_MAX).join(', ')}${more}`
}

function isOfPort(rule: MappingRule, port: number | null, otherPorts: Set<number>): boolean {
  if (!rule.ports || port === null || rule.ports.includes(port)) return true
  for (const other of rule.ports) otherPorts.add(other)
  return false
}

/** Undefined where the payload tells nothing of the part. */
function mapPart(
  rules: readonly MappingRule[],
  payload: object,
  mapping: Mapping,
  looked: Set<string>,
): MappedReading | Rejection | undefined {
  const element: Record<string, unknown> = {}
  const counts: Record<string, unknown> = {}
  const sums = new Map<string, CounterSum>()
  const filled = new Set<string>()
  let isMeasured = false
  for (const rule of rules) {
    if (filled.has(rule.to)) continue
    let sent: unknown = rule.always
    if (rule.from !== undefined) {
      if (rule.to !== 'time') looked.add(rule.from)
      sent = readPath(payload, rule.from)
      if (sent === undefined && !rule.zeroWhenAbsent) continue
      // That it is absent makes it 0 only beside something that is there: else any other message were a reading of zeros.
      isMeasured ||= sent !== undefined && rule.to !== 'time'
      sent ??= 0
    }
    const outcome = applyRule(rule, sent, mapping.kind)
    if ('reason' in outcome) return outcome
    filled.add(rule.to)
    if ('sum' in outcome) sums.set(rule.to, outcome.sum)
    else if (rule.to.startsWith('counts.')) counts[rule.to.slice('counts.'.length)] = outcome.value
    else element[rule.to] = outcome.value
  }
  if (!isMeasured) return undefined
  if (Object.keys(counts).length > 0) element['counts'] = counts
  return { element, sums }
}
