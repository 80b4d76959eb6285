/** RFC 9457, as every endpoint answers where it cannot do what was asked. */
interface Problem {
  readonly code?: string
  readonly detail?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

/** What an endpoint refused, or that there was no answer; its message says what to do about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** 0 where there was no answer at all. */
  readonly status: number
  /** The API's stable code, or `UNREACHABLE`. */
  readonly code: string
  /** What is wrong with which part of what was sent. */
  readonly faults: readonly { readonly path: string; readonly message: string }[]
  /** How long to wait, where the answer says so. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, problem: Problem, retryAfterSeconds?: number) {
    super(describe(status, problem, retryAfterSeconds))
    this.status = status
    this.code = problem.code ?? (status === 0 ? 'UNREACHABLE' : 'UNKNOWN')
    this.faults = problem.errors ?? []
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export async function readProblem(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Problem
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError(response.status, problem, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

/** For anything that was caught. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function describe(status: number, { detail, errors = [] }: Problem, retryAfterSeconds?: number): string {
  const faults = errors.map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  // Where the faults are listed, the detail only says that there are some.
  const said = faults.length > 0 ? `${faults.join('; ')}.` : detail === undefined ? '' : endWithStop(detail)
  return [said, adviceFor(status, retryAfterSeconds)].filter((part) => part !== '').join(' ')
}

function adviceFor(status: number, retryAfterSeconds: number | undefined): string {
  if (status === 0) return 'Kerbside cannot be reached. Check the connection, and that it is running.'
  if (status === 401) return 'Sign in with a key that is valid.'
  if (status === 403) return 'Sign in with a key that allows more.'
  if (status === 429) return `Too much was asked; wait ${retryAfterSeconds ?? 60} s.`
  if (status === 503)
    return 'Part of Kerbside is busy or away; it is tried again by itself, or try in a minute.'
  if (status >= 500) return 'The fault is on the side of Kerbside; its log has it. Try again.'
  return ''
}

function endWithStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
