import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { createFormField, type FormField, showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import { writeSpan } from '../../write-time.ts'
import type { Quarantined } from '../quarantine/quarantined.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { fillAt, findFault, hasCalibration, readCalibration } from './calibration.ts'
import type { Device } from './device.ts'
import type { DeviceReading } from './readings.ts'

const SECONDS = 3

interface Measured {
  readonly distanceMm: number
  /** In ms since 1970. */
  readonly time: number
}

export interface BinCalibration extends PanelPart {
  /** The newest readings of the bin, the newest first. */
  showReadings(newestFirst: readonly DeviceReading[]): void
  /** Ages grow. */
  tick(): void
}

/**
 * Sets what a bin's sensor measures when the bin is empty and when it is full, from what it measures now. Until both are known its
 * distances are in quarantine, so that is where they are looked for.
 */
export function openBinCalibration(
  context: PageContext,
  first: Device,
  { now, onSaved }: { now: () => number; onSaved: (device: Device) => void },
): BinCalibration {
  const { api } = context
  let device = first
  let measured: Measured | undefined
  let waiting = 0
  let seenId = ''
  const live = element('p', { class: 'summary' })
  const age = element('p', { class: 'hint' })
  const preview = element('p', { role: 'status' })
  const status = createStatus()
  const empty = createDistance('emptyDistanceMm', 'Distance when empty, mm')
  const full = createDistance('fullDistanceMm', 'Distance when full, mm')
  const takes = [
    element('button', { type: 'button', onclick: () => take(empty) }, 'It is empty now'),
    element('button', { type: 'button', onclick: () => take(full) }, 'It is full now'),
  ]
  const save = element('button', { type: 'submit', class: 'primary' }, 'Save the calibration')
  const store = element('button', { type: 'button', hidden: true, onclick: storeWaiting })
  const form = element(
    'form',
    { class: 'calibration', onsubmit: submit },
    live,
    age,
    element(
      'div',
      { class: 'form-fields' },
      [empty, full].map((field, index) =>
        element('div', { class: 'calibration-side' }, field.element, takes[index]),
      ),
    ),
    preview,
    element('div', { class: 'actions' }, save, store),
  )
  const nothing = element(
    'p',
    { hidden: true },
    'There is nothing to calibrate: this bin tells its level itself, and no distance.',
  )
  tick()
  showPreview()
  const end = keepFresh(lookAtQuarantine, { seconds: SECONDS, onError: (error) => status.fail(error) })
  return {
    element: element(
      'section',
      { class: 'card', 'aria-labelledby': 'calibration-title' },
      element('h2', { id: 'calibration-title' }, 'Calibrate'),
      nothing,
      form,
      status.element,
    ),
    showReadings(readings) {
      for (const { time, distanceMm } of readings) {
        if (typeof distanceMm === 'number') note({ distanceMm, time: Date.parse(time) })
      }
      const tellsLevelAlone =
        readings.length > 0 &&
        measured === undefined &&
        Object.keys(readCalibration(device.settings)).length === 0
      form.hidden = tellsLevelAlone
      nothing.hidden = !tellsLevelAlone
    },
    tick,
    close: end,
  }

  function createDistance(name: 'emptyDistanceMm' | 'fullDistanceMm', label: string): FormField {
    const known = device.settings[name]
    return createFormField({
      input: element('input', {
        type: 'number',
        step: 'any',
        min: name === 'emptyDistanceMm' ? 1 : 0,
        max: 65_000,
        required: true,
        value: typeof known === 'number' ? known : '',
        oninput: showPreview,
      }),
      path: `settings.${name}`,
      label,
    })
  }

  async function lookAtQuarantine(signal: AbortSignal): Promise<void> {
    // Once it is calibrated, nothing new comes there for this reason.
    if (seenId !== '' && hasCalibration(device.settings)) return
    const after = seenId === '' ? '' : `&after=${seenId}`
    const path = pathOf`quarantine?device=${device.id}&reason=not_calibrated&limit=1000`
    const items = await api.listAll<Quarantined>(`${path}${after}`, signal)
    for (const { id, detail, receivedTime } of items) {
      seenId = id
      // The payload may be of any maker's format; the detail says the distance that was read in it.
      const [, distance] = /^distanceMm: ([\d.]+)/.exec(detail) ?? []
      if (distance !== undefined) note({ distanceMm: Number(distance), time: Date.parse(receivedTime) })
    }
    waiting += items.length
    showWaiting()
  }

  function note(next: Measured): void {
    if (measured && measured.time >= next.time) return
    measured = next
    form.hidden = false
    nothing.hidden = true
    tick()
    showPreview()
  }

  function tick(): void {
    for (const button of takes) button.disabled = measured === undefined
    live.textContent = measured ? `${measured.distanceMm} mm` : 'No distance yet'
    age.textContent = measured
      ? `Measured ${writeSpan(Math.max(0, (now() - measured.time) / 1000))} ago. Empty or fill the bin, wait for a new distance, and take it.`
      : 'As soon as its sensor sends a distance, it is shown here, also while it is in quarantine.'
  }

  function take(field: FormField): void {
    if (!measured) return
    field.input.value = String(measured.distanceMm)
    showPreview()
  }

  function readFields(): { emptyDistanceMm?: number; fullDistanceMm?: number } {
    return {
      ...(empty.input.value !== '' && { emptyDistanceMm: Number(empty.input.value) }),
      ...(full.input.value !== '' && { fullDistanceMm: Number(full.input.value) }),
    }
  }

  function showPreview(): void {
    for (const field of [empty, full]) field.setFault(undefined)
    const { emptyDistanceMm, fullDistanceMm } = readFields()
    if (emptyDistanceMm === undefined || fullDistanceMm === undefined) {
      preview.textContent = 'With both distances, what level results is shown here.'
      return
    }
    const calibration = { emptyDistanceMm, fullDistanceMm }
    const fault = findFault(calibration)
    if (fault !== undefined) {
      empty.setFault(fault)
      preview.textContent = ''
      return
    }
    const half = Math.round((emptyDistanceMm + fullDistanceMm) / 2)
    const present = measured && Math.round(fillAt(measured.distanceMm, calibration))
    preview.textContent =
      present === undefined
        ? `With these, ${half} mm are 50 %.`
        : `With these, the ${measured?.distanceMm} mm of now are ${present} %; half full are ${half} mm.`
  }

  function showWaiting(): void {
    store.hidden = waiting === 0 || !hasCalibration(device.settings)
    store.textContent = `Store the ${waiting} that waited in quarantine`
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    showPreview()
    const { emptyDistanceMm = Number.NaN, fullDistanceMm = Number.NaN } = readFields()
    if (findFault({ emptyDistanceMm, fullDistanceMm }) !== undefined) return empty.input.focus()
    save.disabled = true
    try {
      device = await api.send<Device>('PATCH', pathOf`devices/${device.id}`, {
        settings: { emptyDistanceMm, fullDistanceMm },
      })
      status.show('The calibration is saved: it holds from the next reading on.')
      showWaiting()
      onSaved(device)
    } catch (error) {
      const rest = showFaults([empty, full], error)
      if (rest !== undefined) status.fail(rest)
    } finally {
      save.disabled = false
    }
  }

  async function storeWaiting(): Promise<void> {
    store.disabled = true
    try {
      const { stored, stillQuarantined } = await api.send<{ stored: number; stillQuarantined: number }>(
        'POST',
        'quarantine/replay',
        { device: device.id, reason: 'not_calibrated' },
      )
      waiting = stillQuarantined
      showWaiting()
      status.show(`${stored} stored, ${stillQuarantined} still refused.`)
    } catch (error) {
      status.fail(error)
    } finally {
      store.disabled = false
    }
  }
}
