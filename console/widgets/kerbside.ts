// The script that other sites put on their pages, at `/widgets/kerbside.js`; `api/widget-script.ts` puts the texts before it. It
// needs nothing else: no library, no cookie, no other address than the API's.

declare const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>>
declare const DATES: Readonly<
  Record<
    string,
    { readonly form: string; readonly weekdays: readonly string[]; readonly months: readonly string[] }
  >
>

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
  readonly stopName: string
  readonly timeZone: string
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
const ROWS_MAX = 50

// A sheet rather than an element, which a page's policy may forbid. Light or dark is as the page is.
const SHEET = new CSSStyleSheet()
SHEET.replaceSync(`
:host { display: block; font: 1rem/1.4 system-ui, sans-serif;
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
.problem { margin: 0; color: light-dark(#9a1c00, #ffb4a1); }
a { color: light-dark(#0b57a4, #9ecbff); }
`)

abstract class KerbsideElement extends HTMLElement {
  static observedAttributes = ['authority', 'stop', 'uprn', 'server', 'lang', 'name', 'limit', 'time-zone']
  readonly #root = this.attachShadow({ mode: 'open' })
  readonly #content = make('div', {}, [])
  readonly #status = make('p', { role: 'status', class: 'problem' }, [])
  readonly #terms = make('div', {}, [])
  readonly #section = make('section', {}, [this.#content, this.#status, this.#terms])
  #timer: ReturnType<typeof setInterval> | undefined
  /** Why there is nothing to show; empty where there is. */
  protected problem = ''

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [SHEET]
    this.#root.replaceChildren(this.#section)
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

  protected get language(): string {
    const asked = this.lang || this.closest<HTMLElement>('[lang]')?.lang || navigator.language
    const primary = asked.split('-', 1)[0]?.toLowerCase() ?? ''
    return primary in TEXTS ? primary : 'en'
  }

  protected get limit(): number {
    const asked = Math.floor(Number(this.getAttribute('limit')))
    return asked >= 1 ? Math.min(asked, ROWS_MAX) : 0
  }

  protected text(name: string, values: Readonly<Record<string, string | number>> = {}): string {
    return fill(TEXTS[this.language]?.[name] ?? name, values)
  }

  /** Of `YYYY-MM-DD`. */
  protected formatDate(date: string): string {
    const at = new Date(`${date}T00:00:00Z`)
    const { form, weekdays, months } = DATES[this.language] as (typeof DATES)[string]
    return fill(form, {
      weekday: weekdays[at.getUTCDay()] ?? '',
      day: at.getUTCDate(),
      month: months[at.getUTCMonth()] ?? '',
    })
  }

  protected address(path: string): string {
    const server = (this.getAttribute('server') ?? ORIGIN).replace(/\/$/, '')
    return `${server}/v1/authorities/${encodeURIComponent(this.getAttribute('authority') ?? '')}/${path}`
  }

  /** Whether the page says what is to be shown. */
  protected has(name: string): boolean {
    const missing = ['authority', name].find((one) => !this.getAttribute(one))
    this.problem = missing === undefined ? '' : this.text('attributeMissing', { name: missing })
    return missing === undefined
  }

  /** Undefined where it is not reached, and null where the server has nothing for what is asked, nor will have soon. */
  protected async ask<T>(path: string, absent: string): Promise<T | null | undefined> {
    const how: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer' }
    const answer = await fetch(this.address(path), how).catch(() => undefined)
    const body = await answer?.json().catch(() => undefined)
    const status: number = body ? (answer?.status ?? 0) : 0
    const problems: Readonly<Record<number, string>> = {
      200: '',
      400: this.text('notAccepted', { detail: body?.detail }),
      401: this.text('notPublished', { authority: this.getAttribute('authority') ?? '' }),
      404: absent,
    }
    this.problem = problems[status] ?? this.text('notReached')
    if (status === 200) return body
    return status in problems ? null : undefined
  }

  /** What is the same stays as it is, and with it what a reader has come to; a change of the status is read out. */
  protected show(children: readonly Node[], terms: Terms | undefined, problem: string): void {
    this.#section.lang = this.language
    keep(this.#content, children)
    if (this.#status.textContent !== problem) this.#status.textContent = problem
    const { attribution, licence } = terms ?? {}
    const isAddress = licence?.startsWith('http')
    keep(this.#terms, [
      ...(attribution ? [make('small', {}, [this.text('source', { attribution })])] : []),
      ...(licence && isAddress
        ? [make('small', {}, [make('a', { href: licence, rel: 'license' }, [this.text('licence')])])]
        : []),
    ])
  }
}

class KerbsideDepartures extends KerbsideElement {
  #stream: EventSource | undefined
  #board: Board | undefined
  #isAsking = false
  #heardTime = 0
  #askedTime = 0
  #lostStreamTime = 0
  /** What the server's clock is ahead of this one, in ms. */
  #aheadMs = 0

  protected start(): void {
    this.#board = undefined
    this.#heardTime = Date.now()
    this.#isAsking = this.has('stop')
    if (this.#isAsking) this.#listen()
    this.#render()
  }

  protected stop(): void {
    this.#stream?.close()
    this.#stream = undefined
  }

  /** A stream that lives says nothing while nothing changes; whatever else there is is asked for. */
  protected look(): void {
    if (!this.#isAsking) return
    const now = Date.now()
    const isOpen = this.#stream?.readyState === EventSource.OPEN
    if (isOpen && this.#board) this.#heardTime = now
    else if (now - this.#askedTime >= POLL_MS - 1_000) void this.#poll()
    if (!this.#stream && now - this.#lostStreamTime > RETRY_STREAM_MS) this.#listen()
    this.#render()
  }

  get #stopId(): string {
    return this.getAttribute('stop') ?? ''
  }

  get #isStale(): boolean {
    return Date.now() - this.#heardTime > STALE_MS
  }

  #path(rest = ''): string {
    return `stops/${encodeURIComponent(this.#stopId)}/departures${rest}?limit=${this.limit || 8}`
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
    const asked = this.address(this.#path())
    const board = await this.ask<Board>(this.#path(), this.text('noStop', { stop: this.#stopId }))
    // Meanwhile the page may have asked for another stop.
    if (!this.isConnected || asked !== this.address(this.#path())) return
    if (board) return this.#take(board)
    if (board === null) this.#board = undefined
    this.#render()
  }

  #take(board: Board): void {
    this.problem = ''
    this.#board = board
    this.#heardTime = Date.now()
    this.#aheadMs = (Date.parse(board.generatedTime) || Date.now()) - Date.now()
    this.#render()
  }

  #render(): void {
    const board = this.#board
    if (!board) {
      this.show(this.problem === '' ? [make('p', {}, ['…'])] : [], undefined, this.problem)
      return
    }
    const title = this.text('departuresFrom', { stop: this.getAttribute('name') || board.stopName })
    const problem = this.#isStale ? this.text('outOfDate', { time: this.#formatTime(this.#heardTime) }) : ''
    if (board.items.length === 0) {
      const said = make('p', {}, [this.text('noDepartures')])
      this.show([make('h2', {}, [title]), said], board, problem)
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
    const isCounting = isLive && minutes < 60 && !this.#isStale
    const wait = minutes < 1 ? this.text('now') : this.text('inMinutes', { minutes })
    const shown = isCancelled
      ? [
          make('s', {}, [this.#formatTime(Date.parse(aimedDepartureTime))]),
          make('small', {}, [this.text('cancelled')]),
        ]
      : [
          make('span', { class: isLive ? 'now' : '' }, [isCounting ? wait : this.#formatTime(time)]),
          make('small', {}, isLive && this.#isStale ? [] : [this.text(isLive ? 'live' : 'byTimetable')]),
        ]
    return make('tr', {}, [
      make('th', { scope: 'row' }, [routeShortName]),
      make('td', {}, [headsign]),
      make('td', {}, shown),
    ])
  }

  /** In the town's time zone, unless the page names another one that there is. */
  #formatTime(time: number): string {
    const write = (timeZone: string | undefined) =>
      new Intl.DateTimeFormat('en-GB', {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        ...(timeZone && { timeZone }),
      }).format(time)
    try {
      return write(this.getAttribute('time-zone') || this.#board?.timeZone)
    } catch {
      return write(this.#board?.timeZone)
    }
  }
}

class KerbsideBinDay extends KerbsideElement {
  #days: BinDays | undefined
  #askedTime = 0
  #isReached = true

  protected start(): void {
    this.#days = undefined
    const isAsking = this.has('uprn')
    this.#render()
    if (isAsking) void this.#ask()
  }

  protected stop(): void {
    this.#askedTime = 0
  }

  protected look(): void {
    const every = this.#isReached ? DAY_MS / 4 : POLL_MS - 1_000
    if (this.#askedTime > 0 && Date.now() - this.#askedTime > every) void this.#ask()
  }

  async #ask(): Promise<void> {
    this.#askedTime = Date.now()
    const asked = this.address(this.#path())
    const days = await this.ask<BinDays>(this.#path(), this.text('noBinDays'))
    // Meanwhile the page may have asked for another household.
    if (!this.isConnected || asked !== this.address(this.#path())) return
    this.#isReached = days !== undefined
    if (days !== undefined) this.#days = days ?? undefined
    this.#render()
  }

  #path(suffix = ''): string {
    return `calendars/uprns/${encodeURIComponent(this.getAttribute('uprn') ?? '')}${suffix}`
  }

  #render(): void {
    const days = this.#days
    const next = days?.items.slice(0, this.limit || 4) ?? []
    const list = next.map((day) => this.#day(day))
    const address = this.address(this.#path(`.ics?lang=${this.language}`))
    const waiting = days ? this.text('noBinDays') : this.problem === '' ? '…' : ''
    const content =
      list.length > 0
        ? [make('ul', {}, list), make('a', { href: address }, [this.text('addToCalendar')])]
        : waiting === ''
          ? []
          : [make('p', {}, [waiting])]
    this.show([make('h2', {}, [this.text('nextBinDays')]), ...content], days, this.problem)
  }

  #day({ date, name, status, plannedDate, note }: BinDays['items'][number]): Node {
    const isCancelled = status === 'cancelled'
    const when = this.formatDate(date)
    const change =
      status === 'moved'
        ? this.text('movedFrom', { date: this.formatDate(plannedDate) })
        : isCancelled
          ? this.text('noCollection', { date: when })
          : ''
    const remark = [change, note ?? ''].filter((part) => part !== '').join('. ')
    return make('li', {}, [
      make(isCancelled ? 's' : 'span', {}, [`${when}: ${name}`]),
      ...(remark === '' ? [] : [make('small', {}, [remark])]),
    ])
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

function keep(place: Element, children: readonly Node[]): void {
  const made = make('div', {}, children)
  if (made.innerHTML !== place.innerHTML) place.replaceChildren(...made.childNodes)
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole))
}

// A page may load it twice.
if (!customElements.get('kerbside-departures')) {
  customElements.define('kerbside-departures', KerbsideDepartures)
  customElements.define('kerbside-bin-day', KerbsideBinDay)
}
