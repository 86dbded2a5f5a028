/**
 * Evaluates the small formulas in which lines state their quantities: numbers, names, + − × ÷, parentheses, `ceil`,
 * `min` and `max`, with the usual precedence.
 * @throws Error for a formula that is none: formulas are part of the program, so that is a defect
 */
export function evaluate(formula: string, valueOf: (name: string) => number): number {
  const tokens = formula.match(TOKEN) ?? [];
  let position = 0;

  const next = (): string => {
    const token = tokens[position++];
    if (token === undefined) throw new Error(`formula ends too early: ${formula}`);
    return token;
  };
  const take = (expected: string): void => {
    const token = next();
    if (token !== expected) throw new Error(`expected '${expected}', got '${token}' in formula: ${formula}`);
  };

  const sum = (): number => {
    let value = product();
    for (;;) {
      if (tokens[position] === '+') {
        position++;
        value += product();
      } else if (tokens[position] === '−') {
        position++;
        value -= product();
      } else {
        return value;
      }
    }
  };
  const product = (): number => {
    let value = factor();
    for (;;) {
      if (tokens[position] === '×') {
        position++;
        value *= factor();
      } else if (tokens[position] === '÷') {
        position++;
        value /= factor();
      } else {
        return value;
      }
    }
  };
  const factor = (): number => {
    const token = next();
    if (token === '(') {
      const value = sum();
      take(')');
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (tokens[position] !== '(') return valueOf(token);
    const fold = FUNCTIONS[token];
    if (fold === undefined) throw new Error(`unknown function '${token}' in formula: ${formula}`);
    position++;
    const parts = [sum()];
    while (tokens[position] === ',') {
      position++;
      parts.push(sum());
    }
    take(')');
    return fold(...parts);
  };

  const value = sum();
  if (position < tokens.length) throw new Error(`unexpected '${tokens[position] ?? ''}' in formula: ${formula}`);
  return value;
}

const TOKEN = /\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z][\w.]*|[^\s]/g;

const FUNCTIONS: Record<string, (...values: number[]) => number> = {
  ceil: (value = 0) => Math.ceil(value),
  min: Math.min,
  max: Math.max,
};
