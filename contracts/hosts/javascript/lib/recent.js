const MOST = 2_000;

/** The last answers of a host, for tasks that come again and for questions about them. */
export class Recent {
  #all = new Map();

  keep(key, attempt, answer) {
    this.#all.delete(key);
    this.#all.set(key, { attempt, answer });
    if (this.#all.size > MOST) {
      this.#all.delete(this.#all.keys().next().value);
    }
  }

  /**
   * What was answered to this very attempt, or came of an earlier one that is asked about: whoever took the task over since
   * asks about the last, though an earlier one may have done the work.
   *
   * @param doubtful the last attempt in doubt; undefined where nobody asks
   */
  answer(key, attempt, doubtful) {
    const kept = this.#all.get(key);
    if (kept === undefined) {
      return undefined;
    }
    const known = kept.attempt === attempt || kept.attempt === doubtful || (doubtful !== undefined && isDone(kept.answer));
    return known ? kept.answer : undefined;
  }
}

function isDone(answer) {
  return answer.interrupt === undefined && answer.sleep === undefined && answer.error === undefined;
}
