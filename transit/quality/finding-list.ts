import { isError, QUALITY_RULES, type QualityRule } from './quality-rules.ts'

/** What a rule has found in a feed. */
export interface Finding {
  readonly rule: string
  /** What the rule is about. */
  readonly title: string
  readonly count: number
  /** The first one. */
  readonly example: string
}

/** One of a rule for all that it finds, so it is as long as there are rules. */
export interface FindingList {
  note(rule: QualityRule, example: string): void
  list(): { readonly errors: readonly Finding[]; readonly warnings: readonly Finding[] }
}

/** Ids come from whoever made the feed. */
const EXAMPLE_MAX = 300

export function createFindingList(): FindingList {
  const found = new Map<QualityRule, { count: number; readonly example: string }>()
  return {
    note(rule, example) {
      const known = found.get(rule)
      if (known) known.count += 1
      else found.set(rule, { count: 1, example: example.slice(0, EXAMPLE_MAX) })
    },
    list() {
      const rules = [...found.keys()].sort()
      const findingOf = (rule: QualityRule): Finding => {
        return { rule, title: QUALITY_RULES[rule], ...(found.get(rule) ?? { count: 0, example: '' }) }
      }
      return {
        errors: rules.filter(isError).map(findingOf),
        warnings: rules.filter((rule) => !isError(rule)).map(findingOf),
      }
    },
  }
}
