/**
 * `work`, which keeps its last answers by the JSON of what they were asked for: for what is costly, and asked for again and
 * again with equal inputs. The answers are shared: nobody may change them. What JSON cannot carry is worked out each time.
 *
 * @param most How many answers are kept; beyond, the oldest goes.
 */
export function remembered<I, O>(work: (input: I) => O, most: number): (input: I) => O {
  const answers = new Map<string, { readonly answer: O }>();
  return (input) => {
    const text = textOf(input);
    if (text === undefined) return work(input);
    const before = answers.get(text);
    if (before !== undefined) return before.answer;
    const answer = work(input);
    for (const oldest of answers.keys()) {
      if (answers.size < most) break;
      answers.delete(oldest);
    }
    answers.set(text, { answer });
    return answer;
  };
}

function textOf(input: unknown): string | undefined {
  try {
    return JSON.stringify(input);
  } catch {
    return undefined;
  }
}
