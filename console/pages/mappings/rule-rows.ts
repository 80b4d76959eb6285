import { element, replaceChildren } from '../../elements.ts'
import { type Kind, type Rule, TARGETS, UNITS } from './mapping.ts'
import type { PayloadField } from './payload-fields.ts'

export interface RuleRows {
  readonly element: HTMLElement
  /** Of the fields of a payload, and of the rules that there are for others. */
  show(fields: readonly PayloadField[], rules: readonly Rule[], kind: Kind): void
}

/** A row for each field of a payload: what it becomes, and what unit it is in. */
export function createRuleRows(onChange: (rules: readonly Rule[]) => void): RuleRows {
  const body = element('tbody')
  const table = element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, 'What becomes of each field of the payload'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ['In the payload', 'Sent', 'Becomes', 'Unit'].map((title) => element('th', { scope: 'col' }, title)),
      ),
    ),
    body,
  )
  return {
    element: element('div', { class: 'table', role: 'region', 'aria-label': 'Rules', tabindex: 0 }, table),
    show(fields, rules, kind) {
      const known = new Set(fields.map(({ path }) => path))
      const others = rules.flatMap(({ from }) =>
        from === undefined || known.has(from) ? [] : [{ path: from, value: undefined }],
      )
      replaceChildren(
        body,
        [...fields, ...others].map((field) => writeRow(field, rules, kind)),
      )
    },
  }

  function writeRow({ path, value }: PayloadField, rules: readonly Rule[], kind: Kind): HTMLElement {
    const rule = rules.find(({ from }) => from === path)
    const to = createChoice(`What ${path} becomes`, ['', ...TARGETS[kind]], rule?.to ?? '')
    const unit = createChoice(`Unit of ${path}`, ['', ...UNITS], rule?.unit ?? '')
    const changed = (): void => onChange(withRule(rules, rule, path, to.value, unit.value))
    to.addEventListener('change', changed)
    unit.addEventListener('change', changed)
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('code', {}, path)),
      element('td', {}, value === undefined ? 'not there' : element('code', {}, JSON.stringify(value))),
      element('td', {}, to),
      element('td', {}, unit),
    )
  }
}

/** A choice that somebody wrote into the JSON is kept, whether it is known here or not. */
function createChoice(label: string, choices: readonly string[], chosen: string): HTMLSelectElement {
  const all = choices.includes(chosen) ? choices : [...choices, chosen]
  return element(
    'select',
    { 'aria-label': label },
    all.map((choice) =>
      element('option', { value: choice, selected: choice === chosen }, choice === '' ? '—' : choice),
    ),
  )
}

/** What else a rule says stays as it is. */
function withRule(
  rules: readonly Rule[],
  before: Rule | undefined,
  from: string,
  to: string,
  unit: string,
): readonly Rule[] {
  const { unit: _, ...rest } = before ?? { from }
  const after = { ...rest, from, to, ...(unit !== '' && { unit }) }
  if (!before) return to === '' ? rules : [...rules, after]
  return rules.flatMap((rule) => {
    if (rule !== before) return [rule]
    return to === '' ? [] : [after]
  })
}
