import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countedArticles, type LanguageName, languageOf, timedArticles } from './articles.ts';
import { writeArticles, writeFrequencies, writeRules } from './lucene/write.ts';
import type { Batch } from './ours.ts';
import { Rules } from './shapes/rules.ts';

/** The files of one run, each made when it is first asked for, and gone with it. */
export class Workspace {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bellwire-bench-'));
  readonly #made = new Map<string, Promise<string>>();

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Timed articles as JSON, for Bellwire. */
  articles(language: LanguageName, count: number, length = 500): Promise<string> {
    return this.#once(`${language}-${count}-${length}.json`, (file) =>
      writeFile(file, JSON.stringify(timedArticles(language, count, length))),
    );
  }

  /** The same articles as words, for Lucene. */
  tokens(language: LanguageName, count: number): Promise<string> {
    return this.#once(`${language}-${count}.tokens`, (file) => writeArticles(file, timedArticles(language, count)));
  }

  /** In how many of other articles each word is. */
  frequencies(language: LanguageName): Promise<string> {
    return this.#once(`${language}.frequencies`, (file) => writeFrequencies(file, countedArticles(language)));
  }

  /** Rules for Lucene. */
  rules({ shape, language, count }: Batch): Promise<string> {
    return this.#once(`${language}-${shape}-${count}.rules`, (file) => {
      const rules = new Rules(shape, languageOf(language));
      return writeRules(
        file,
        (function* () {
          for (let ordinal = 0; ordinal < count; ordinal++) yield rules.query(ordinal);
        })(),
      );
    });
  }

  /** Where Bellwire's index of these rules goes. */
  index({ shape, language, count, percent = 100 }: Batch): string {
    return this.path(`${language}-${shape}-${count}-${percent}.index`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #once(name: string, make: (file: string) => Promise<void>): Promise<string> {
    let made = this.#made.get(name);
    if (made === undefined) {
      const file = this.path(name);
      made = make(file).then(() => file);
      this.#made.set(name, made);
    }
    return made;
  }
}
