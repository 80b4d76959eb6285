import { pathOf } from '../../api.ts'
import { ApiError } from '../../api-error.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { writeSpan, writeTime } from '../../write-time.ts'
import { createBinCharts } from '../town/bin-charts.ts'
import { createCounterCharts } from '../town/counter-charts.ts'
import { followTown } from '../town/live-town.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { openBinCalibration } from './calibrate-bin.ts'
import type { Credentials, Device } from './device.ts'
import { openDeviceActions } from './device-actions.ts'
import { listDeviceFacts } from './device-facts.ts'
import { LAYER_OF, nameKind } from './device-things.ts'
import { openDeviceEdit } from './edit-device.ts'
import { createFieldCharts } from './field-charts.ts'
import { type DeviceReading, describeReading, followReadings } from './readings.ts'

const TICK_MS = 1_000

/** Everything known of one device, live, and what can be done with it. `onCredentials` gets those of a new password. */
export async function openDeviceView(
  context: PageContext,
  id: string,
  onCredentials: (device: Device, credentials: Credentials, latestTime: number | undefined) => void,
): Promise<PanelPart> {
  const found = await findDevice(context, id)
  if (!found) return writeMissing(context, id)
  let device = found
  const { timeZone } = context.authority
  const layer = LAYER_OF[device.kind]
  const status = createStatus()
  const title = element('h1', { tabindex: -1 })
  const state = element('p')
  const facts = element('dl', { class: 'facts' })
  const charts = element('div', { class: 'device-charts' })
  const table = createTable<DeviceReading>({
    caption: 'Last readings, newest first',
    keyOf: ({ time, lane, direction }) => `${time} ${lane} ${direction}`,
    empty: 'No reading has arrived yet. The first one is shown here as soon as it does.',
    columns: [
      { title: 'Measured', isName: true, cell: ({ time }) => writeTime(time, timeZone, now()) },
      { title: 'What it says', cell: (reading) => describeReading(device, reading) },
      { title: 'Received', cell: ({ receivedTime }) => writeTime(receivedTime, timeZone, now()) },
    ],
  })
  const parts: PanelPart[] = []
  let readings: readonly DeviceReading[] | undefined
  let endReadings: (() => void) | undefined
  const town = followTown(context.api, [layer], {
    onChange() {
      startReadings()
      showState()
    },
    onError: (error) => status.fail(error),
  })
  const mayAct = context.allows('operate')
  const calibration =
    mayAct && device.kind === 'bin'
      ? openBinCalibration(context, device, { now, onSaved: setDevice })
      : undefined
  if (calibration) parts.push(calibration)
  const edit = mayAct ? openDeviceEdit(context, () => device, setDevice) : undefined
  if (edit) parts.push(edit)
  setDevice(device)
  const timer = setInterval(() => {
    showState()
    calibration?.tick()
  }, TICK_MS)
  return {
    element: element(
      'div',
      { class: 'device' },
      element('p', {}, element('a', { href: context.href('devices') }, 'All devices')),
      title,
      state,
      status.element,
      element(
        'div',
        { class: 'device-columns' },
        element('section', { class: 'card' }, element('h2', {}, 'Last readings'), table.element),
        element('section', { class: 'card' }, element('h2', {}, 'Device'), facts, writeLinks()),
      ),
      calibration?.element,
      charts,
      edit?.element,
      mayAct &&
        openDeviceActions(context, device, (credentials) => onCredentials(device, credentials, latestTime())),
    ),
    close() {
      clearInterval(timer)
      endReadings?.()
      town.close()
      for (const part of parts) part.close()
    },
  }

  function now(): number {
    return town.now()
  }

  function latestTime(): number | undefined {
    return readings?.[0] && Date.parse(readings[0].time)
  }

  function startReadings(): void {
    endReadings ??= followReadings(context, device, {
      latestTime: town.find(layer, id)?.time,
      onReadings(newestFirst) {
        if (newestFirst.length > 0 && !readings?.length) openCharts()
        readings = newestFirst
        status.clear()
        table.update(newestFirst)
        calibration?.showReadings(newestFirst)
        showState()
      },
      onError: (error) => status.fail(error),
    })
  }

  /** With the first reading: before there is nothing to draw. */
  function openCharts(): void {
    const opened = [createFieldCharts(context, device, now)]
    if (device.kind === 'bin') opened.unshift(createBinCharts(context, device, now))
    if (device.kind === 'traffic') opened.unshift(createCounterCharts(context, device, now))
    parts.push(...opened)
    replaceChildren(
      charts,
      opened.map((part) => element('div', { class: 'card' }, part.element)),
    )
  }

  function setDevice(next: Device): void {
    device = next
    title.textContent = device.name ?? device.id
    replaceChildren(
      facts,
      listDeviceFacts(device).map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    )
  }

  function showState(): void {
    const thing = town.find(layer, id)
    const time = Math.max(thing?.time ?? 0, latestTime() ?? 0)
    const isOnline = thing?.properties['isOnline']
    replaceChildren(
      state,
      `${nameKind(device.kind)}, `,
      time === 0
        ? 'nothing read yet'
        : `last read ${writeSpan(Math.max(0, (now() - time) / 1000))} ago, at ${writeTime(time, timeZone, now())}`,
      thing?.isSilent && [' ', element('span', { class: 'badge warning' }, 'silent')],
      typeof isOnline === 'boolean' && [
        ' ',
        element('span', { class: isOnline ? 'badge good' : 'badge' }, isOnline ? 'online' : 'offline'),
      ],
    )
  }

  function writeLinks(): HTMLElement {
    const [stop] = device.stopIds
    return element(
      'div',
      { class: 'actions' },
      element('a', { class: 'button', href: context.href('town', layer, id) }, 'On the map'),
      element('a', { class: 'button', href: context.href('quarantine') }, 'Quarantine'),
      stop !== undefined &&
        element('a', { class: 'button', href: context.href('departures', stop) }, 'Its stop’s board'),
    )
  }
}

async function findDevice({ api }: PageContext, id: string): Promise<Device | undefined> {
  try {
    return await api.get<Device>(pathOf`devices/${id}`)
  } catch (error) {
    // What is no id at all is refused, and so there is none.
    if (error instanceof ApiError && [400, 404].includes(error.status)) return undefined
    throw error
  }
}

function writeMissing(context: PageContext, id: string): PanelPart {
  return {
    element: element(
      'div',
      { class: 'device' },
      element('h1', { tabindex: -1 }, 'No such device'),
      element(
        'p',
        {},
        `There is no device ${id} in ${context.authority.name}. `,
        element('a', { href: context.href('devices') }, 'Find it in the list'),
      ),
    ),
    close() {},
  }
}
