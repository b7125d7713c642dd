/**
 * The blocks of a documentation page, in their order. After the fence stand the language, for `conf` the file's path, and
 * tags that say for whom a block is; a comment above a block says what has to happen before it.
 *
 *     ```conf /etc/homing/homing.conf dovecot-auth        ```console
 */
import { readFileSync } from 'node:fs';

export type Step = { readonly command: string; readonly output: readonly string[] };

export type Block = {
  /** The heading it is below, `## 3. Check`: `3. Check`. */
  readonly section: string;
  /** What `<!-- test: ... -->` above it says, else `''`. */
  readonly before: string;
  /** None: for everybody. */
  readonly tags: readonly string[];
} & (
  | { readonly kind: 'conf'; readonly path: string; readonly text: string }
  | { readonly kind: 'console'; readonly steps: readonly Step[] }
);

const BLOCK = /(?:^<!-- test: ([^\n]*) -->\n)?^```(conf|console)([^\n]*)\n(.*?)^```$/gms;

export const readBlocks = (page: string): readonly Block[] => {
  const text = readFileSync(new URL(`../../../../docs/${page}`, import.meta.url), 'utf8');
  return text.split(/^## /m).flatMap((part) => {
    const section = part.slice(0, part.indexOf('\n'));
    return [...part.matchAll(BLOCK)].map((match) => readBlock(section, match));
  });
};

const readBlock = (section: string, [, before = '', kind, info = '', body = '']: RegExpExecArray): Block => {
  const words = info
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (kind === 'console') return { kind, section, before, tags: words, steps: readSteps(body) };
  const [path = '', ...tags] = words;
  return { kind: 'conf', section, before, tags, path, text: body };
};

/** `# ` is root's prompt. */
const readSteps = (body: string): Step[] =>
  body
    .split(/^# /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.trimEnd().split('\n');
      return { command, output };
    });

export const isFor = (block: Block, tag: string): boolean => block.tags.length === 0 || block.tags.includes(tag);

/** What stands on the page for a file, as far as it is wanted. */
export const fileText = (blocks: readonly Block[], path: string, wanted: (block: Block) => boolean): string =>
  blocks
    .flatMap((block) => (block.kind === 'conf' && block.path === path && wanted(block) ? [block.text] : []))
    .join('\n');
