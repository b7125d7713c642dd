/** `%u`, `%Lu`, `%{session}`, `%%` in login settings (lib/var-expand.c, without its functions and conditionals). */
import { asciiLower, asciiUpper, type ByteString } from '@homing/wire';

/** Undefined for a name that does not exist. */
export type Lookup = (name: string) => ByteString | undefined;

const VARIABLE = /%([LUHNXRMDET]*)(?:\{([^}]*)\}|([a-zA-Z$%]))/g;

/** Unknown variables come out as Dovecot prints them. */
export const expandVariables = (template: string, lookup: Lookup): ByteString =>
  template.replace(VARIABLE, (_, modifiers: string, long: string | undefined, short: string | undefined) => {
    const name = long ?? short ?? '';
    if (name === '%') return '%';
    const value = lookup(name);
    if (value === undefined) return `UNSUPPORTED_VARIABLE_${name}`;
    let result = value;
    for (const modifier of modifiers) {
      if (modifier === 'L') result = asciiLower(result);
      else if (modifier === 'U') result = asciiUpper(result);
      else if (modifier === 'T') result = result.trimEnd();
      else if (modifier === 'E') result = result.replace(/["'\\]/g, '\\$&');
    }
    return result;
  });
