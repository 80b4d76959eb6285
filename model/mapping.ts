import { z } from 'zod'
import { KINDS, type Kind } from './device.ts'
import { idSchema } from './id.ts'
import { PAYLOAD_SCHEMAS, ROAD_USERS } from './reading.ts'
import { listUnitsOf, UNITS, type Unit } from './unit.ts'

const RULES_MAX = 50
const PARTS_MAX = 8
const VALUES_MAX = 50

/** Levels of a payload, joined by dots; in an array, a level is the index: `distance.value`, `channels.0.level`. */
const pathSchema = z
  .string()
  .max(200)
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be names joined by dots, such as "distance.value"')
const simpleSchema = z.union([z.number(), z.string().max(200), z.boolean()])
const unitNames = Object.keys(UNITS) as [Unit, ...Unit[]]

/** How one field of a reading comes from a payload. Of several rules of one field, the first that finds something counts. */
const ruleSchema = z.strictObject({
  /** Where in the payload it is. */
  from: pathSchema.optional(),
  /** Instead: what it always is, such as the interval of a counter that never tells it. */
  always: simpleSchema.optional(),
  /** A field of model/reading.ts, where counts are `counts.car` and so on; or `time`. */
  to: z.string().max(64),
  /** Only for uplinks at these ports; all by default. */
  ports: z.array(z.int().min(0).max(255)).min(1).max(20).optional(),
  /** What it is sent in. A unit that the payload tells itself ("2000 mm", or `unit` beside `value`) goes before. */
  unit: z.enum(unitNames).optional(),
  /** What is sent is multiplied by `scale`, then `offset` is added, before its unit is converted. */
  scale: z.number().optional(),
  offset: z.number().optional(),
  /** What words or numbers stand for: `{"normal": 0, "tilt": 90}`. Others are refused. */
  values: z.record(z.string().max(200), simpleSchema).optional(),
  /** For a field that is true or false: these are true, all else is false. */
  alarm: z.array(simpleSchema).min(1).max(VALUES_MAX).optional(),
  /** Numbers, as they are sent, by which the sensor says that it heard nothing. */
  noEcho: z.array(z.number()).min(1).max(VALUES_MAX).optional(),
  /** A sum that grows for ever: what it grew by is the count. It wraps after so many `bits`, where they are given. */
  counter: z.strictObject({ bits: z.int().min(8).max(53).optional() }).optional(),
  /** Networks and codecs leave out what is zero: then it is 0, not unknown. */
  zeroWhenAbsent: z.literal(true).optional(),
})
export type MappingRule = Readonly<z.infer<typeof ruleSchema>>

/** A lane or a direction of a counter, of which a payload tells beside others. */
const partSchema = z
  .strictObject({
    direction: z.string().min(1).max(64).optional(),
    lane: z.int().optional(),
    rules: z.array(ruleSchema).min(1).max(RULES_MAX),
  })
  .refine(({ direction, lane }) => direction !== undefined || lane !== undefined, {
    path: ['direction'],
    message: 'a part needs a direction or a lane',
  })

const shape = {
  id: idSchema,
  name: z.string().trim().min(1).max(200),
  kind: z.enum(KINDS),
  /** Of a reading; where there are parts, of the reading of each part. */
  rules: z.array(ruleSchema).max(RULES_MAX).default([]),
  /** Each is a reading by itself. Without them, the payload is one. */
  parts: z.array(partSchema).max(PARTS_MAX).default([]),
}

/** What somebody writes to have a maker's payloads understood; the registry counts its versions. */
export const newMappingSchema = z.strictObject(shape).superRefine(checkRules)
/** How a maker's decoded payloads become Kerbside's readings; another `version` after each change. */
export const mappingSchema = z.strictObject({ ...shape, version: z.int().min(1) }).superRefine(checkRules)
export type NewMapping = Readonly<z.infer<typeof newMappingSchema>>
export type Mapping = Readonly<z.infer<typeof mappingSchema>>

export interface MappingDirectory {
  /** An authority's own, otherwise the ready one of this id; undefined where there is neither. */
  find(authority: string, id: string): Mapping | undefined
  /** Resolves once every change committed before the call is seen here. */
  refresh(): Promise<void>
}

/** The fields that rules of a kind may fill. */
export function listTargets(kind: Kind): readonly string[] {
  const names = Object.keys(PAYLOAD_SCHEMAS[kind].shape).flatMap((name) =>
    name === 'counts' ? ROAD_USERS.map((roadUser) => `counts.${roadUser}`) : [name],
  )
  return names.filter((name) => !NOT_MAPPED.has(name))
}

// Who sent it is known otherwise, and lists have no path.
const NOT_MAPPED: ReadonlySet<string> = new Set(['device', 'lines', 'passages'])

type Checked = Pick<NewMapping, 'kind' | 'rules' | 'parts'>

function checkRules({ kind, rules, parts }: Checked, context: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  if (rules.length === 0 && parts.length === 0) refuse(['rules'], 'at least one rule is needed')
  for (const [index, rule] of rules.entries()) checkRule(kind, rule, ['rules', index], refuse)
  for (const [partIndex, part] of parts.entries()) {
    for (const [index, rule] of part.rules.entries()) {
      checkRule(kind, rule, ['parts', partIndex, 'rules', index], refuse)
    }
  }
}

function checkRule(
  kind: Kind,
  rule: MappingRule,
  path: readonly (string | number)[],
  refuse: (path: (string | number)[], message: string) => void,
): void {
  const targets = listTargets(kind)
  if (!targets.includes(rule.to)) refuse([...path, 'to'], `must be one of ${targets.join(', ')}`)
  if ((rule.from === undefined) === (rule.always === undefined)) {
    refuse([...path, 'from'], 'either from or always is needed, and not both')
  }
  const units = rule.to === 'time' ? (['ms', 's'] as const) : listUnitsOf(rule.to)
  if (rule.unit !== undefined && !(units as readonly Unit[]).includes(rule.unit)) {
    const allowed = units.length === 0 ? 'this field has no unit' : `must be one of ${units.join(', ')}`
    refuse([...path, 'unit'], allowed)
  }
  if (rule.counter && rule.to !== 'count' && !rule.to.startsWith('counts.')) {
    refuse([...path, 'counter'], 'only count and counts are differences of sums')
  }
  if (rule.values && Object.keys(rule.values).length > VALUES_MAX) {
    refuse([...path, 'values'], `at most ${VALUES_MAX} values`)
  }
  const given = (['values', 'alarm', 'counter'] as const).filter((name) => rule[name] !== undefined)
  const [first, second] = given
  if (second !== undefined) refuse([...path, second], `cannot be together with ${first}`)
}
