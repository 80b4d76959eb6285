// The script that other sites put on their pages, at `/widgets/kerbside.js`; `api/widget-script.ts` puts the texts before it. It
// needs nothing else: no library, no cookie, no other address than the API's.

declare const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>>

interface Departure {
  readonly departureId: string
  readonly routeShortName: string
  readonly headsign: string
  readonly aimedDepartureTime: string
  readonly expectedDepartureTime: string | null
  readonly state: string
}

interface Terms {
  readonly licence?: string
  readonly attribution?: string
}

interface Board extends Terms {
  readonly generatedTime: string
  readonly items: readonly Departure[]
}

interface BinDays extends Terms {
  readonly items: readonly {
    readonly date: string
    readonly name: string
    readonly status: string
    readonly plannedDate: string
    readonly note: string | null
  }[]
}

/** Where this script came from is where the data is. */
const ORIGIN = new URL((document.currentScript as HTMLScriptElement | null)?.src ?? location.href).origin
const LOOK_MS = 15_000
const POLL_MS = 20_000
const RETRY_STREAM_MS = 300_000
/** Without a word for so long, what is shown is out of date. */
const STALE_MS = 90_000
const DAY_MS = 86_400_000

// A sheet rather than an element, which a page's policy may forbid.
const SHEET = new CSSStyleSheet()
SHEET.replaceSync(`
:host { display: block; font: 1rem/1.4 system-ui, sans-serif; color-scheme: light dark;
  color: light-dark(#1b1b1b, #f2f2f2); background: light-dark(#fff, #1b1b1b); }
:host([hidden]) { display: none; }
section { padding: .75rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
caption, h2 { margin: 0 0 .5rem; text-align: start; font-size: 1.1rem; font-weight: 600; }
th, td { padding: .3rem .5rem .3rem 0; text-align: start; vertical-align: top;
  border-bottom: 1px solid light-dark(#ccc, #555); }
td:last-child, thead th:last-child { padding-inline-end: 0; text-align: end; white-space: nowrap; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: .3rem 0; border-bottom: 1px solid light-dark(#ccc, #555); }
small { display: block; color: light-dark(#555, #bbb); }
s { opacity: .8; }
.now { font-weight: 600; }
.problem { color: light-dark(#9a1c00, #ffb4a1); }
a { color: light-dark(#0b57a4, #9ecbff); }
`)

abstract class KerbsideElement extends HTMLElement {
  static observedAttributes = ['authority', 'stop', 'uprn', 'server', 'lang', 'name', 'limit', 'time-zone']
  readonly #root = this.attachShadow({ mode: 'open' })
  #timer: ReturnType<typeof setInterval> | undefined

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [SHEET]
    this.#timer = setInterval(() => this.look(), LOOK_MS)
    this.start()
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer)
    this.stop()
  }

  attributeChangedCallback(): void {
    if (!this.isConnected || this.#timer === undefined) return
    this.stop()
    this.start()
  }

  protected abstract start(): void
  protected abstract stop(): void
  protected abstract look(): void

  /** As it was asked for, with the country by which dates are written. */
  get #locale(): string {
    const asked = this.lang || this.closest<HTMLElement>('[lang]')?.lang || navigator.language
    return asked.toLowerCase() === 'en' ? 'en-GB' : asked
  }

  protected get language(): string {
    const primary = this.#locale.split('-', 1)[0]?.toLowerCase() ?? ''
    return primary in TEXTS ? primary : 'en'
  }

  protected format(time: number, options: Intl.DateTimeFormatOptions): string {
    const locale = this.#locale.toLowerCase().startsWith(this.language) ? this.#locale : 'en-GB'
    return new Intl.DateTimeFormat(locale, options).format(time)
  }

  protected text(name: string, values: Readonly<Record<string, string | number>> = {}): string {
    const text = TEXTS[this.language]?.[name] ?? name
    return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole))
  }

  protected address(path: string): string {
    const server = (this.getAttribute('server') ?? ORIGIN).replace(/\/$/, '')
    return `${server}/v1/authorities/${encodeURIComponent(this.getAttribute('authority') ?? '')}/${path}`
  }

  protected formatTime(time: number): string {
    const timeZone = this.getAttribute('time-zone') ?? undefined
    return this.format(time, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(timeZone && { timeZone }),
    })
  }

  protected async ask<T>(path: string): Promise<T | undefined> {
    try {
      const response = await fetch(this.address(path), { credentials: 'omit', referrerPolicy: 'no-referrer' })
      return response.ok || response.status === 404 ? ((await response.json()) as T) : undefined
    } catch {
      return undefined
    }
  }

  protected show(children: readonly Node[], terms: Terms | undefined, problem: string): void {
    const section = make('section', { lang: this.language }, [
      ...children,
      make('p', { role: 'status', class: 'problem' }, problem === '' ? [] : [problem]),
    ])
    if (terms?.attribution)
      section.append(make('small', {}, [this.text('source', { attribution: terms.attribution })]))
    if (terms?.licence?.startsWith('http')) {
      section.append(
        make('small', {}, [make('a', { href: terms.licence, rel: 'license' }, [this.text('licence')])]),
      )
    }
    this.#root.replaceChildren(section)
  }
}

class KerbsideDepartures extends KerbsideElement {
  #stream: EventSource | undefined
  #board: Board | undefined
  #heardTime = 0
  #askedTime = 0
  #lostStreamTime = 0
  /** What the server's clock is ahead of this one, in ms. */
  #aheadMs = 0

  protected start(): void {
    this.#board = undefined
    this.#heardTime = Date.now()
    this.#listen()
    this.#render()
  }

  protected stop(): void {
    this.#stream?.close()
    this.#stream = undefined
  }

  /** A stream that lives says nothing while nothing changes; whatever else there is is asked for. */
  protected look(): void {
    const now = Date.now()
    const isOpen = this.#stream?.readyState === EventSource.OPEN
    if (isOpen && this.#board) this.#heardTime = now
    else if (now - this.#askedTime >= POLL_MS - 1_000) void this.#poll()
    if (!this.#stream && now - this.#lostStreamTime > RETRY_STREAM_MS) this.#listen()
    this.#render()
  }

  #path(rest = ''): string {
    const limit = Number(this.getAttribute('limit') ?? 8)
    return `stops/${encodeURIComponent(this.getAttribute('stop') ?? '')}/departures${rest}?limit=${limit}`
  }

  #listen(): void {
    const stream = new EventSource(this.address(this.#path('/events')))
    this.#stream = stream
    let failures = 0
    stream.addEventListener('departures', (event) => {
      failures = 0
      this.#take(JSON.parse((event as MessageEvent<string>).data))
    })
    stream.onerror = () => {
      failures += 1
      if (stream !== this.#stream || (failures < 3 && stream.readyState !== EventSource.CLOSED)) return
      this.stop()
      this.#lostStreamTime = Date.now()
      void this.#poll()
    }
  }

  async #poll(): Promise<void> {
    this.#askedTime = Date.now()
    const board = await this.ask<Board>(this.#path())
    if (board && this.isConnected) this.#take(board)
  }

  #take(board: Board): void {
    this.#board = { ...board, items: board.items ?? [] }
    this.#heardTime = Date.now()
    this.#aheadMs = (Date.parse(board.generatedTime) || Date.now()) - Date.now()
    this.#render()
  }

  #render(): void {
    const board = this.#board
    const stop = this.getAttribute('name') ?? this.getAttribute('stop') ?? ''
    const title = this.text('departuresFrom', { stop })
    const isStale = Date.now() - this.#heardTime > STALE_MS
    const problem = isStale
      ? this.text(board ? 'outOfDate' : 'notReached', { time: this.formatTime(this.#heardTime) })
      : ''
    if (!board || board.items.length === 0) {
      const said = board ? this.text('noDepartures') : '…'
      this.show([make('h2', {}, [title]), make('p', {}, [said])], board, problem)
      return
    }
    const head = ['service', 'destination', 'departs'].map((name) =>
      make('th', { scope: 'col' }, [this.text(name)]),
    )
    const table = make('table', {}, [
      make('caption', {}, [title]),
      make('thead', {}, [make('tr', {}, head)]),
      make(
        'tbody',
        {},
        board.items.map((item) => this.#row(item)),
      ),
    ])
    this.show([table], board, problem)
  }

  #row({ routeShortName, headsign, aimedDepartureTime, expectedDepartureTime, state }: Departure): Node {
    const isCancelled = state === 'cancelled'
    const time = Date.parse(expectedDepartureTime ?? aimedDepartureTime)
    const minutes = Math.floor((time - Date.now() - this.#aheadMs) / 60_000)
    const isLive = state === 'live' && expectedDepartureTime !== null
    const wait = minutes < 1 ? this.text('now') : this.text('inMinutes', { minutes })
    const shown = isCancelled
      ? [
          make('s', {}, [this.formatTime(Date.parse(aimedDepartureTime))]),
          make('small', {}, [this.text('cancelled')]),
        ]
      : [
          make('span', { class: isLive ? 'now' : '' }, [
            isLive && minutes < 60 ? wait : this.formatTime(time),
          ]),
          make('small', {}, [this.text(isLive ? 'live' : 'byTimetable')]),
        ]
    return make('tr', {}, [
      make('th', { scope: 'row' }, [routeShortName]),
      make('td', {}, [headsign]),
      make('td', {}, shown),
    ])
  }
}

class KerbsideBinDay extends KerbsideElement {
  #days: BinDays | undefined
  #askedTime = 0
  #isReached = true

  protected start(): void {
    this.#days = undefined
    this.#render()
    void this.#ask()
  }

  protected stop(): void {
    this.#askedTime = 0
  }

  protected look(): void {
    const every = this.#isReached ? DAY_MS / 4 : POLL_MS - 1_000
    if (Date.now() - this.#askedTime > every) void this.#ask()
  }

  async #ask(): Promise<void> {
    this.#askedTime = Date.now()
    const days = await this.ask<BinDays>(this.#path())
    this.#isReached = days !== undefined
    if (days) this.#days = { ...days, items: days.items ?? [] }
    if (this.isConnected) this.#render()
  }

  #path(suffix = ''): string {
    return `calendars/uprns/${encodeURIComponent(this.getAttribute('uprn') ?? '')}${suffix}`
  }

  #render(): void {
    const days = this.#days
    const next = days?.items.slice(0, Number(this.getAttribute('limit') ?? 4)) ?? []
    const content =
      next.length > 0
        ? make(
            'ul',
            {},
            next.map((day) => this.#day(day)),
          )
        : make('p', {}, [days ? this.text('noBinDays') : '…'])
    const calendar = make('a', { href: this.address(this.#path('.ics')) }, [this.text('addToCalendar')])
    const children = [
      make('h2', {}, [this.text('nextBinDays')]),
      content,
      ...(next.length > 0 ? [calendar] : []),
    ]
    this.show(children, days, this.#isReached ? '' : this.text('notReached'))
  }

  #day({ date, name, status, plannedDate, note }: BinDays['items'][number]): Node {
    const isCancelled = status === 'cancelled'
    const when = this.#formatDate(date)
    const change =
      status === 'moved'
        ? this.text('movedFrom', { date: this.#formatDate(plannedDate) })
        : isCancelled
          ? this.text('noCollection', { date: when })
          : ''
    const remark = [change, note ?? ''].filter((part) => part !== '').join('. ')
    return make('li', {}, [
      make(isCancelled ? 's' : 'span', {}, [`${when}: ${name}`]),
      ...(remark === '' ? [] : [make('small', {}, [remark])]),
    ])
  }

  #formatDate(date: string): string {
    const written = { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' } as const
    return this.format(Date.parse(`${date}T00:00:00Z`), written)
  }
}

function make(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly (Node | string)[],
): HTMLElement {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== '') element.setAttribute(key, value)
  element.append(...children)
  return element
}

// A page may load it twice.
if (!customElements.get('kerbside-departures')) {
  customElements.define('kerbside-departures', KerbsideDepartures)
  customElements.define('kerbside-bin-day', KerbsideBinDay)
}
