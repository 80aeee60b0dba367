import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultiMatchingQueries;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.queries.intervals.IntervalQuery;
import org.apache.lucene.queries.intervals.Intervals;
import org.apache.lucene.queries.intervals.IntervalsSource;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanOrQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.Version;

/**
 * Lucene Monitor on the rules and articles of `npm run bench`, told what to do by lines on standard input, one answer line each.
 * The bench keeps the time of day between the engines: this program does nothing unless it is asked.
 *
 *   build PASSES WEIGHT NEAR   an index of all rules; PASSES 1 is TermFilteredPresearcher, 2 to 4 Multipass; WEIGHT length or
 *                              frequency; NEAR span or interval  →  built SECONDS DISJUNCTS SEGMENTS HEAP_BYTES
 *   answers BATCH FILE         the ordinals that each article meets, a line each  →  answers MATCHES
 *   time BATCH SECONDS         whole passes over the articles for at least so long  →  time PASSES NANOS_A_PASS CPU_NANOS_A_PASS GC_MILLIS CANDIDATES
 *   quit
 */
public final class MonitorBench {
  private static final String FIELD = "text";
  /** No chain of words reaches from the headline into the text. */
  private static final int SECTION_GAP = 1_000_000;

  private final Path rules;
  private final Token[][] articles;
  private final Map<String, Integer> frequencies;
  private final PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private Monitor monitor;

  record Token(BytesRef bytes, int increment) {}

  private MonitorBench(Path rules, Path articles, Path frequencies) throws IOException {
    this.rules = rules;
    this.articles = readArticles(articles);
    this.frequencies = readFrequencies(frequencies);
  }

  public static void main(String[] args) {
    try {
      obey(args);
      System.exit(0);
    } catch (Throwable error) {
      // Monitor's own threads would keep the program up.
      error.printStackTrace();
      System.exit(1);
    }
  }

  private static void obey(String[] args) throws IOException {
    // A cache of results that no article can use again only costs time here.
    if (!Boolean.getBoolean("queryCache")) IndexSearcher.setDefaultQueryCache(null);
    IndexSearcher.setMaxClauseCount(4096);
    MonitorBench bench = new MonitorBench(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
    bench.answers.println("ready " + Version.LATEST + " " + System.getProperty("java.version"));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "build" -> bench.build(Integer.parseInt(words[1]), words[2], words[3]);
        case "answers" -> bench.writeAnswers(Integer.parseInt(words[1]), Path.of(words[2]));
        case "time" -> bench.time(Integer.parseInt(words[1]), Double.parseDouble(words[2]));
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  // ── The index

  /** Keeps hold of the writer, so that the index can be merged to one segment. */
  private static final class OneSegment extends MonitorConfiguration {
    IndexWriter writer;

    @Override
    public IndexWriter buildIndexWriter() throws IOException {
      writer = super.buildIndexWriter();
      return writer;
    }
  }

  /** Rules registered together: Monitor takes 32 KiB for each of them and each pass until they are written. */
  private static final int AT_ONCE = 4000;

  private void build(int passes, String weight, String near) throws IOException {
    if (monitor != null) monitor.close();
    monitor = null;
    System.gc();
    long start = System.nanoTime();
    TermWeightor weightor =
        weight.equals("length") ? TermWeightor.DEFAULT : TermWeightor.termFreqWeightor(frequencies, 1_000_000, 0.001);
    Presearcher presearcher =
        passes == 1
            ? new TermFilteredPresearcher(weightor, List.of(), Set.of())
            : new MultipassTermFilteredPresearcher(passes, 0, weightor, List.of(), Set.of());
    OneSegment configuration = new OneSegment();
    configuration.setPurgeFrequency(1000, TimeUnit.DAYS);
    configuration.setQueryUpdateBufferSize(AT_ONCE);
    monitor = new Monitor(new KeywordAnalyzer(), presearcher, configuration);
    RuleReader reader = new RuleReader(near.equals("interval"), frequencies);
    int ordinal = 0;
    List<MonitorQuery> batch = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(rules)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        batch.add(new MonitorQuery(Integer.toString(ordinal++), reader.read(line)));
        if (batch.size() == AT_ONCE) {
          monitor.register(batch);
          batch.clear();
        }
      }
    }
    monitor.register(batch);
    batch = null;
    configuration.writer.forceMerge(1);
    // Commits, and lets the searcher see the merged segment.
    monitor.deleteById("none");
    double seconds = (System.nanoTime() - start) / 1e9;
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    int segments;
    try (DirectoryReader index = DirectoryReader.open(configuration.writer)) {
      segments = index.leaves().size();
    }
    answers.println(
        "built " + seconds + " " + monitor.getDisjunctCount() + " " + segments + " " + (runtime.totalMemory() - runtime.freeMemory()));
  }

  /** Reads the notation of bench/lucene/notation.ts. Equal terms are one object, which spares memory and cache lines. */
  private static final class RuleReader {
    private final boolean intervals;
    private final Map<String, Integer> frequencies;
    private final Map<String, TermQuery> terms = new HashMap<>();
    private String[] tokens;
    private int at;

    RuleReader(boolean intervals, Map<String, Integer> frequencies) {
      this.intervals = intervals;
      this.frequencies = frequencies;
    }

    Query read(String line) {
      tokens = line.split(" ");
      at = 0;
      return query();
    }

    private Query query() {
      String token = tokens[at++];
      switch (token) {
        case "&": {
          BooleanQuery.Builder all = new BooleanQuery.Builder();
          for (int count = number(); count > 0; count--) {
            if (tokens[at].equals("!")) {
              at++;
              all.add(query(), Occur.MUST_NOT);
            } else {
              // MUST and not FILTER, as a query parser makes it; with SIMPLE_MATCHER neither scores.
              all.add(query(), Occur.MUST);
            }
          }
          return all.build();
        }
        case "|": {
          BooleanQuery.Builder any = new BooleanQuery.Builder();
          for (int count = number(); count > 0; count--) any.add(query(), Occur.SHOULD);
          return any.build();
        }
        case "\"": {
          PhraseQuery.Builder phrase = new PhraseQuery.Builder();
          for (int count = number(); count > 0; count--) phrase.add(term(tokens[at++]).getTerm());
          return phrase.build();
        }
        case "~":
          return near();
        default:
          return term(token);
      }
    }

    /** NEAR/n between two lists of words that share none: either order, at most n positions between. */
    private Query near() {
      int within = number();
      String[][] operands = {words(), words()};
      if (intervals) {
        IntervalsSource[] sources = new IntervalsSource[2];
        for (int i = 0; i < 2; i++) {
          IntervalsSource[] each = Arrays.stream(operands[i]).map(Intervals::term).toArray(IntervalsSource[]::new);
          sources[i] = each.length == 1 ? each[0] : Intervals.or(each);
        }
        return new IntervalQuery(FIELD, Intervals.maxgaps(within, Intervals.unordered(sources)));
      }
      SpanQuery[] spans = new SpanQuery[2];
      for (int i = 0; i < 2; i++) {
        SpanQuery[] each =
            Arrays.stream(operands[i]).map(word -> new SpanTermQuery(term(word).getTerm())).toArray(SpanQuery[]::new);
        spans[i] = each.length == 1 ? each[0] : new SpanOrQuery(each);
      }
      return new SpanNearQuery(spans, within, false);
    }

    private String[] words() {
      String[] words = new String[number()];
      for (int i = 0; i < words.length; i++) words[i] = tokens[at++];
      return words;
    }

    private int number() {
      return Integer.parseInt(tokens[at++]);
    }

    private TermQuery term(String word) {
      TermQuery known = terms.get(word);
      if (known == null) {
        known = new TermQuery(new Term(FIELD, word));
        terms.put(word, known);
        // termFreqWeightor takes a word without a frequency for a common one; none seen is the rarest there is.
        frequencies.putIfAbsent(word, 1);
      }
      return known;
    }
  }

  // ── The articles: cut into words beforehand, so that no time goes into reading them

  private static final FieldType TEXT = new FieldType();

  static {
    TEXT.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    TEXT.setTokenized(true);
    TEXT.setOmitNorms(true);
    TEXT.freeze();
  }

  private static final class Tokens extends TokenStream {
    private final Token[] tokens;
    private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private int next = 0;

    Tokens(Token[] tokens) {
      this.tokens = tokens;
    }

    @Override
    public boolean incrementToken() {
      if (next == tokens.length) return false;
      Token token = tokens[next++];
      term.setBytesRef(token.bytes);
      increment.setPositionIncrement(token.increment);
      return true;
    }

    @Override
    public void reset() {
      next = 0;
    }
  }

  private static Document documentOf(Token[] tokens) {
    Document document = new Document();
    document.add(new Field(FIELD, new Tokens(tokens), TEXT));
    return document;
  }

  /** A line an article: words with a blank between; `+` says that the next word is where the last one is, `|` that another section begins. */
  private static Token[][] readArticles(Path file) throws IOException {
    List<Token[]> articles = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      List<Token> tokens = new ArrayList<>();
      int increment = 1;
      for (String word : line.split(" ")) {
        if (word.equals("+")) increment = 0;
        else if (word.equals("|")) increment = SECTION_GAP;
        else {
          tokens.add(new Token(new BytesRef(word), increment));
          increment = 1;
        }
      }
      articles.add(tokens.toArray(new Token[0]));
    }
    return articles.toArray(new Token[0][]);
  }

  private static Map<String, Integer> readFrequencies(Path file) throws IOException {
    Map<String, Integer> frequencies = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int blank = line.indexOf(' ');
      frequencies.put(line.substring(0, blank), Integer.parseInt(line.substring(blank + 1)));
    }
    return frequencies;
  }

  // ── Matching

  private MultiMatchingQueries<QueryMatch> match(int from, int to) throws IOException {
    Document[] documents = new Document[to - from];
    for (int i = from; i < to; i++) documents[i - from] = documentOf(articles[i]);
    return monitor.match(documents, QueryMatch.SIMPLE_MATCHER);
  }

  private void writeAnswers(int batch, Path file) throws IOException {
    long matches = 0;
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int from = 0; from < articles.length; from += batch) {
        int to = Math.min(from + batch, articles.length);
        MultiMatchingQueries<QueryMatch> met = match(from, to);
        if (!met.getErrors().isEmpty()) throw new IOException(met.getErrors().values().iterator().next());
        for (int i = 0; i < to - from; i++) {
          int[] ordinals = met.getMatches(i).stream().mapToInt(m -> Integer.parseInt(m.getQueryId())).sorted().toArray();
          matches += ordinals.length;
          StringBuilder line = new StringBuilder();
          for (int ordinal : ordinals) line.append(ordinal).append(' ');
          out.write(line.toString().stripTrailing());
          out.newLine();
        }
      }
    }
    answers.println("answers " + matches);
  }

  private void time(int batch, double seconds) throws IOException {
    var threads = ManagementFactory.getThreadMXBean();
    long collecting = collectingMillis();
    long cpu = threads.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    long spent;
    int passes = 0;
    long candidates = 0;
    do {
      for (int from = 0; from < articles.length; from += batch) {
        MultiMatchingQueries<QueryMatch> met = match(from, Math.min(from + batch, articles.length));
        candidates += met.getQueriesRun();
      }
      passes++;
      spent = System.nanoTime() - start;
    } while (spent < seconds * 1e9);
    cpu = threads.getCurrentThreadCpuTime() - cpu;
    answers.println(
        "time " + passes + " " + spent / passes + " " + cpu / passes + " "
            + (collectingMillis() - collecting) + " " + candidates / passes);
  }

  private static long collectingMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
  }
}
