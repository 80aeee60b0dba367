/**
 * Where a broken JSON text is broken. The engine's own message names a place in some cases, in others only what it found
 * there, and its words change from version to version; so the place is looked for by the grammar (RFC 8259). Linear.
 *
 * @returns the place in UTF-16 units and what was expected there, or undefined when nothing is wrong
 */
export function jsonFault(text: string): { at: number; message: string } | undefined {
  const stack: ('{' | '[')[] = [];
  /** What may come next. `first` is a value or the end of an array just opened, `key` one of an object just opened. */
  let state: 'value' | 'first' | 'key' | 'nextKey' | 'colon' | 'after' | 'end' = 'value';
  let i = 0;
  const fault = (at: number, message: string) => ({ at, message });
  for (;;) {
    while (/[ \t\r\n]/.test(text[i] ?? '')) i++;
    const character = text[i];
    if (state === 'end') return character === undefined ? undefined : fault(i, 'something follows the end of the JSON');
    if (character === undefined)
      return fault(
        i,
        `the JSON ends too early: ${stack.at(-1) === '[' ? 'a ] is missing' : stack.length > 0 ? 'a } is missing' : 'a value is missing'}`,
      );
    if (state === 'after') {
      const open = stack.at(-1);
      if (character === ',') {
        i++;
        state = open === '{' ? 'nextKey' : 'value';
      } else if (character === (open === '{' ? '}' : ']')) {
        i++;
        stack.pop();
        state = stack.length === 0 ? 'end' : 'after';
      } else return fault(i, `expected a comma or ${open === '{' ? '}' : ']'}`);
      continue;
    }
    if (state === 'colon') {
      if (character !== ':') return fault(i, 'expected a colon after the name');
      i++;
      state = 'value';
      continue;
    }
    if (state === 'key' || state === 'nextKey') {
      if (character === '}' && state === 'key') {
        i++;
        stack.pop();
        state = stack.length === 0 ? 'end' : 'after';
        continue;
      }
      if (character !== '"') {
        return fault(
          i,
          state === 'nextKey' && character === '}'
            ? 'a comma before the } is one too many'
            : 'expected a name in double quotes',
        );
      }
      const end = stringEnd(text, i);
      if (typeof end !== 'number') return end;
      i = end;
      state = 'colon';
      continue;
    }
    if (character === ']' && state === 'first') {
      i++;
      stack.pop();
      state = stack.length === 0 ? 'end' : 'after';
      continue;
    }
    if (character === '{' || character === '[') {
      i++;
      stack.push(character);
      state = character === '{' ? 'key' : 'first';
      continue;
    }
    if (character === '"') {
      const end = stringEnd(text, i);
      if (typeof end !== 'number') return end;
      i = end;
    } else {
      const plain = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
      plain.lastIndex = i;
      if (!plain.test(text)) {
        return fault(
          i,
          character === ']'
            ? 'a comma before the ] is one too many'
            : 'expected a value: a text in double quotes, a number, { or [',
        );
      }
      i = plain.lastIndex;
    }
    state = stack.length === 0 ? 'end' : 'after';
  }
}

function stringEnd(text: string, start: number): number | { at: number; message: string } {
  for (let i = start + 1; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') return i + 1;
    if (character === '\\') {
      if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(i + 1, i + 6))) {
        return { at: i, message: 'this backslash begins no escape that JSON knows' };
      }
      i++;
    } else if (character < ' ') {
      return {
        at: i,
        message:
          character === '\n' || character === '\r'
            ? 'a text in quotes goes over the end of its line: write \\n'
            : 'a control character stands in a text: write it as an escape',
      };
    }
  }
  return { at: text.length, message: 'a text in quotes is not closed' };
}
