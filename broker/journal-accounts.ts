import type { AcceptedReport } from '../registry/registry.ts'
import type { AccountDump, AuthorityShare, PendingMark } from './journal-protocol.ts'

/** Marks per authority. With more of them two neighbours become one: a long backlog's age is known less exactly. */
const MARKS_MAX = 512

interface Account {
  accepted: number
  marks: PendingMark[]
}

/** For each authority, the readings ever accepted, and since when the oldest of them is waiting. */
export class JournalAccounts {
  readonly #accounts = new Map<string, Account>()

  constructor(dumps: readonly AccountDump[] = []) {
    for (const { authority, accepted, marks } of dumps) {
      this.#accounts.set(authority, { accepted, marks: [...marks] })
    }
  }

  add(shares: readonly AuthorityShare[]): void {
    for (const share of shares) {
      const account = this.#account(share.authority)
      account.accepted += share.readings
      this.#mark(account, share)
    }
  }

  /** Adds what is known to be counted already. */
  addPending(shares: readonly AuthorityShare[]): void {
    for (const share of shares) this.#mark(this.#account(share.authority), share)
  }

  setAccepted(authority: string, accepted: number): void {
    this.#account(authority).accepted = accepted
  }

  /** From now on only these are counted; since when they are waiting stays as it is. */
  startAgain(accepted: readonly (readonly [authority: string, readings: number])[]): void {
    for (const account of this.#accounts.values()) account.accepted = 0
    for (const [authority, readings] of accepted) this.setAccepted(authority, readings)
  }

  forget(position: number): void {
    for (const account of this.#accounts.values()) {
      const first = account.marks.findIndex((mark) => mark.lastPosition > position)
      if (first !== 0) account.marks.splice(0, first === -1 ? account.marks.length : first)
    }
  }

  list(): AcceptedReport[] {
    return Array.from(this.#accounts, ([authority, { accepted, marks }]) => ({
      authority,
      accepted,
      oldestPendingTime: marks[0]?.time ?? null,
    }))
  }

  dump(): AccountDump[] {
    return Array.from(this.#accounts, ([authority, account]) => ({ authority, ...account }))
  }

  #account(authority: string): Account {
    let account = this.#accounts.get(authority)
    if (!account) {
      account = { accepted: 0, marks: [] }
      this.#accounts.set(authority, account)
    }
    return account
  }

  #mark(account: Account, { oldestTime, lastPosition }: AuthorityShare): void {
    if (oldestTime === null) return
    account.marks.push({ lastPosition, time: oldestTime })
    if (account.marks.length > MARKS_MAX) account.marks = mergeNeighbours(account.marks)
  }
}

function mergeNeighbours(marks: readonly PendingMark[]): PendingMark[] {
  const merged: PendingMark[] = []
  for (let index = 0; index < marks.length; index += 2) {
    const first = marks[index]
    const second = marks[index + 1] ?? first
    if (first && second) merged.push({ lastPosition: second.lastPosition, time: first.time })
  }
  return merged
}
