import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createFormField, PLAIN_TEXT, showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import { nameKind } from '../devices/device-things.ts'
import type { FoundDevice } from '../found-devices/found-device.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { NEW } from './list-mappings.ts'
import { KINDS, type Kind, type Mapping, type Rule, writeMapping } from './mapping.ts'
import { findDecoded, listFields } from './payload-fields.ts'
import { createRuleRows } from './rule-rows.ts'
import { createTrial } from './trial.ts'

const EMPTY: Mapping = { id: '', name: '', kind: 'bin', rules: [], parts: [] }

/** A mapping beside a payload, and what it makes of it at once: a new one, or one that there is; from what a found device sent. */
export async function openMappingEdit(
  context: PageContext,
  id: string,
  devEui: string | undefined,
): Promise<PanelPart> {
  const { api } = context
  const isNew = id === NEW
  const [known, found] = await Promise.all([
    isNew ? EMPTY : api.get<Mapping>(pathOf`mappings/${id}`),
    devEui === undefined ? undefined : api.get<FoundDevice>(pathOf`found-devices/${devEui}`),
  ])
  const maySave = context.allows('operate') && !known.isReady
  let mapping = known
  const status = createStatus()
  const trial = createTrial(context)
  const rows = createRuleRows((rules) => change({ rules }))
  const idField = createFormField({
    input: element('input', {
      ...PLAIN_TEXT,
      required: true,
      maxlength: 63,
      value: known.id,
      readonly: !isNew,
      oninput: () => change({ id: idField.input.value }),
    }),
    path: 'id',
    label: 'Id',
    hint: 'Letters, digits, “_” and “-”, up to 63; it cannot be changed later.',
  })
  const name = createFormField({
    input: element('input', {
      type: 'text',
      required: true,
      maxlength: 200,
      value: known.name,
      oninput: () => change({ name: name.input.value }),
    }),
    path: 'name',
    label: 'Name',
  })
  const kind = createFormField({
    input: element(
      'select',
      { onchange: () => change({ kind: kind.input.value as Kind }) },
      KINDS.map((one) => element('option', { value: one, selected: one === known.kind }, nameKind(one))),
    ),
    path: 'kind',
    label: 'Of what',
  })
  const sample = createText('sample', 12, found?.sample === undefined ? '' : indent(found.sample), showAll)
  const json = createText('mapping-json', 14, writeMapping(known), readJson)
  const jsonFault = element('p', { class: 'fault', id: 'mapping-json-fault' })
  const save = element('button', { type: 'submit', class: 'primary' }, 'Save the mapping')
  showAll()
  return {
    element: element(
      'div',
      { class: 'device' },
      element('h1', { tabindex: -1 }, isNew ? 'Make a mapping' : known.name),
      known.isReady &&
        element(
          'p',
          {},
          'This one comes with Kerbside: try it here, and make one of your own where it does not fit.',
        ),
      element(
        'form',
        { class: 'device-form', onsubmit: submit },
        element(
          'div',
          { class: 'device-columns' },
          element(
            'section',
            { class: 'card device-fields' },
            element('h2', {}, 'What a device sends'),
            createTextField(
              'sample',
              'Sample',
              sample,
              'A message as the network publishes it, or the decoded payload alone, in JSON.',
            ),
          ),
          element(
            'section',
            { class: 'card device-fields' },
            element('h2', {}, 'What comes of it'),
            trial.element,
          ),
        ),
        element(
          'section',
          { class: 'card device-fields' },
          element('h2', {}, 'How it is read'),
          element('div', { class: 'form-fields' }, name.element, idField.element, kind.element),
          rows.element,
          element(
            'details',
            {},
            element('summary', {}, 'All of the mapping, as JSON'),
            createTextField(
              'mapping-json',
              'Mapping',
              json,
              'Here are also scale, words and what they stand for, alarms, counters, ports and parts.',
            ),
            jsonFault,
          ),
          status.element,
          maySave && element('div', { class: 'actions' }, save),
        ),
      ),
    ),
    close: trial.close,
  }

  function change(changes: Partial<Mapping>): void {
    mapping = { ...mapping, ...changes }
    json.value = writeMapping(mapping)
    jsonFault.textContent = ''
    showAll()
  }

  function readJson(): void {
    try {
      const { rules = [], parts = [], ...rest } = JSON.parse(json.value) as Partial<Mapping>
      mapping = { ...EMPTY, ...rest, rules: rules as readonly Rule[], parts }
      jsonFault.textContent = ''
    } catch {
      jsonFault.textContent = 'This is no JSON yet.'
      return
    }
    name.input.value = mapping.name
    kind.input.value = mapping.kind
    if (isNew) idField.input.value = mapping.id
    showAll()
  }

  function showAll(): void {
    const parsed = parse(sample.value)
    rows.show(
      listFields(findDecoded(parsed)),
      mapping.rules,
      KINDS.includes(mapping.kind) ? mapping.kind : 'bin',
    )
    trial.show(writeMapping({ ...mapping, id: mapping.id || 'new', name: mapping.name || 'New' }), parsed)
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!maySave) return
    save.disabled = true
    status.clear()
    try {
      const body = JSON.parse(writeMapping(mapping)) as object
      const saved = isNew
        ? await api.send<Mapping>('POST', 'mappings', body)
        : await api.send<Mapping>('PUT', pathOf`mappings/${id}`, body)
      showFaults([idField, name, kind], undefined)
      if (isNew && devEui !== undefined) location.hash = context.href('found-devices', devEui)
      else if (isNew) location.hash = context.href('mappings', saved.id)
      else status.show(`Saved: it is version ${saved.version}, by which uplinks are read from now on.`)
    } catch (error) {
      const rest = showFaults([idField, name, kind], error)
      if (rest !== undefined) status.fail(rest)
    } finally {
      save.disabled = false
    }
  }
}

function createText(id: string, rows: number, value: string, oninput: () => void): HTMLTextAreaElement {
  return element('textarea', {
    id,
    rows,
    spellcheck: 'false',
    autocapitalize: 'none',
    'aria-describedby': `${id}-hint`,
    value,
    oninput,
  })
}

function createTextField(id: string, label: string, text: HTMLTextAreaElement, hint: string): HTMLElement {
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    text,
    element('p', { class: 'hint', id: `${id}-hint` }, hint),
  )
}

const indent = (value: unknown): string => JSON.stringify(value, undefined, 2)

/** Undefined where it is no JSON, or not yet. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
