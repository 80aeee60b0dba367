import { type Article, admitArticle } from '../../core/article/index.ts';
import { type Refused, readFiles } from './read-files.ts';

/** An article out of a file, as it would be stored. */
export interface GivenArticle {
  /** The file's name, with its place where the file holds several. */
  label: string;
  article: Article;
}

/** The articles in files, cleaned as at the door, and stored nowhere. */
export async function readArticles(
  files: readonly string[],
): Promise<{ articles: GivenArticle[]; refused: Refused[] }> {
  const { given, refused } = await readFiles(files);
  const articles: GivenArticle[] = [];
  for (const { label, input } of given) {
    const admitted = admitArticle(input);
    if (admitted.ok) articles.push({ label, article: admitted.article });
    else refused.push({ input: label, reason: admitted.reason });
  }
  return { articles, refused };
}
