import { fold } from './characters.ts';

/**
 * The page's furniture: lines that stand around a story on a web page and come along when it is copied. Each shape is
 * read on the folded line (lower case, `'` for every quote, `-` for every dash) and is anchored and bounded, so that a
 * line costs its length. A shape has one of two places:
 *
 * - `anywhere`: so plain that no story says it as a paragraph of its own (`Advertisement`, `Share this article`);
 * - `edge`: believed only above the story's first paragraph or below its last, since a story about cookies, comments or
 *   Facebook may well say something like it in between.
 */
type Place = 'anywhere' | 'edge';

/** Longer lines are never furniture, whatever they say. In UTF-16 units. */
const LONGEST = 300;

const NAMES =
  '(?:facebook|twitter|x|instagram|youtube|linkedin|whatsapp|telegram|tiktok|pinterest|reddit|threads|mastodon|bluesky|snapchat|wechat|weibo|viber)';

const SHAPES: readonly (readonly [place: Place, what: string, shape: RegExp])[] = [
  // Headings over other stories. Whatever follows them at the end is not this one.
  [
    'anywhere',
    'heading',
    /^(?:read (?:more|also|next|this next)|also read|see also|related(?: (?:articles?|stories|story|news|posts?|content|links|topics|coverage|reading|items))?|more on this (?:story|topic)|(?:you )?(?:may|might) also (?:like|be interested in)|you (?:may|might) be interested in|recommended(?: for you| stories| reading| articles)?|most (?:read|popular|viewed|shared|commented)|trending(?: now| stories)?|top stories|latest (?:news|stories|headlines|articles)|(?:more|other) (?:news|stories|headlines|articles)|in other news|also in the news|editor'?s'? picks?|don't miss|up next|popular (?:now|posts|stories)|elsewhere on the web|from (?:around|across) the web|(?:previous|next|newer|older) (?:article|post|posts|story)|mehr zum thema|auch interessant|lesen sie auch|das könnte sie auch interessieren|meistgelesen|(?:à )?lire aussi|sur le même sujet|les plus lus|lea también|te puede interesar|más noticias|lo más leído|leia também|leggi anche|lees ook|читайте также|相关(?:新闻|阅读|报道|文章)|相關(?:新聞|閱讀|報導|文章)|延伸(?:阅读|閱讀)|推荐阅读|推薦閱讀|関連(?:記事|ニュース)|あわせて読みたい|관련 ?(?:기사|뉴스)|اقر[أا] (?:[أا]يض\u064b?ا\u064b?|المزيد)|مواضيع ذات صلة)[\s:：.>»→…-]*$/,
  ],
  ['edge', 'heading', /^(?:more (?:from|in|on|about) .{1,40}|explore more on these topics)$/],
  // One other story, named in the middle of this one.
  [
    'anywhere',
    'pointer',
    /^(?:read (?:more|also|next)|also read|see also|related(?: (?:article|story|news))?|don't miss|(?:à )?lire aussi|lesen sie auch|mehr zum thema|lea también|leer más|leia também|leggi anche|lees ook) ?(?:[:>»→|]|- ).{1,200}$/,
  ],
  ['edge', 'pointer', /^(?:read more|continue reading|click here|find out more|learn more)\b.{0,80}$/],
  [
    'anywhere',
    'advertisement',
    /^[[(]?(?:advertisement|advertising|advert|ad|sponsored(?: content| post)?|promoted(?: content)?|(?:story|article) continues (?:below|after)(?: this)?(?: advertisement| advert| ad)?|(?:advertisement · )?scroll (?:down )?to continue(?: reading)?|anzeige|werbung|publicité|publicidad|pubblicità)[\])]?[.:…-]*$/,
  ],
  // Said to those who cannot see the picture, or set below it. Captions of pages are left out too (page.ts).
  [
    'anywhere',
    'picture',
    /^(?:(?:image|media|video|photo|picture) (?:source|caption|credit)[:,]|photo(?:graph)?(?: by| courtesy of)?:) ?.{1,200}$/,
  ],
  [
    'edge',
    'picture',
    /^(?:(?:getty images|istock|alamy|shutterstock|reuters|afp|ap|epa|pa(?: media| wire)?)(?: ?(?:\/|via) ?(?=\w)|$))+$/,
  ],
  // The buttons that a WordPress site has below each of its posts.
  ['anywhere', 'share', /^(?:click to (?:share|email|print)\b.{0,100}|like loading\.\.\.|(?:share|like) this:)$/],
  [
    'anywhere',
    'share',
    /^(?:share|tweet|pin|save|print|email|e-mail)(?: (?:this|it|the))?(?: (?:article|story|page|post|news|video))?(?: (?:on|via|with|by|to) .{1,40})?$/,
  ],
  [
    'edge',
    'share',
    /^(?:copy(?: the)? link|link copied|share(?:d)? this.{0,60}|\d+ shares?|share|teilen|partager|compartir|condividi|drucken|imprimer|imprimir|listen to this (?:article|story).{0,40}|listen|play (?:audio|video)|watch(?: live| now)?|save for later|save|bookmark|gift this article|view in browser)$/,
  ],
  [
    'edge',
    'follow',
    /^(?:please )?(?:follow|like|find|join|add|visit|watch|connect with|subscribe to|check out) (?:us|our)\b.{0,200}$/,
  ],
  [
    'edge',
    'follow',
    new RegExp(
      `^${NAMES}(?![a-z])\\W{0,5}(?:${NAMES}(?![a-z])\\W{0,3})?(?:updates available|(?:please )?(?:follow|like|join|subscribe|find|visit|share|watch|connect)(?: with| to)? (?:us|our|this|on)\\b).{0,200}$`,
    ),
  ],
  // A page's icon has its name hidden in it, and the copied line begins `FacebookPlease like our page`.
  [
    'edge',
    'follow',
    new RegExp(
      `^${NAMES}(?:please (?:follow|like|join|visit|subscribe)|(?:follow|like|join|subscribe to|visit|find) (?:us|our))\\b.{0,200}$`,
    ),
  ],
  ['edge', 'follow', new RegExp(`^follow .{1,60} on ${NAMES}(?![a-z]).{0,40}$`)],
  ['edge', 'follow', /^(?:folgen sie uns|suivez-nous|síguenos|siga-nos|seguici|volg ons)\b.{0,120}$/],
  [
    'anywhere',
    'comment',
    /^(?:leave|post|add|write|submit) (?:a|your) (?:comment|reply|response)(?: (?:below|cancel reply|to .{1,40}))?[.!…]*$/,
  ],
  [
    'anywhere',
    'comment',
    /^(?:no comments(?: yet)?|comments are (?:closed|off|disabled).{0,40}|be the first to (?:comment|reply).{0,40}|(?:click here to )?cancel reply|(?:view|show|hide|load|see|read)(?: all| more)?(?: \d+)? comments?(?: \(\d+\))?|\d+ (?:comments?|replies|responses|thoughts on .{1,160})|comments? \(\d+\))[.:…]*$/,
  ],
  [
    'edge',
    'comment',
    /^(?:comments?|reply|post comment|join the (?:conversation|discussion|debate).{0,60}|have your say.{0,60}|what do you think\?.{0,40}comments?.{0,20}|kommentare?(?: \(\d+\))?|kommentar (?:schreiben|hinterlassen|verfassen)|commentaires?(?: \(\d+\))?|(?:laisser|ajouter) un commentaire|comentarios?(?: \(\d+\))?|dejar? un comentario)[.:…]*$/,
  ],
  [
    'anywhere',
    'comment',
    /^(?:your email address will not be published|required fields are marked|save my name, email|notify me of (?:new|follow-?up)|(?:you must be|please) log(?:ged)? in to (?:post|leave|add|comment)|log ?in to (?:comment|reply|leave)|(?:this site|this website|diese website|ce site|este sitio) .{0,20}akismet|learn (?:more about )?how your comment data|erfahre,? (?:mehr darüber, )?wie deine kommentardaten)\b.{0,240}$/,
  ],
  [
    'edge',
    'cookie',
    /^(?:we(?: and our partners)?|this (?:web)?site|our (?:web)?site|[a-z0-9-]{2,30}\.[a-z]{2,6}) (?:may )?uses? (?:cookies|(?:technical|essential|necessary|analytics|tracking) cookies)\b.{0,280}$/,
  ],
  [
    'edge',
    'cookie',
    /^(?:diese (?:web)?(?:seite|site)|wir) (?:verwende[nt]|nutz(?:en|t)|benutz(?:en|t)) cookies\b.{0,280}$/,
  ],
  ['edge', 'cookie', /^(?:ce site utilise|nous utilisons) des cookies\b.{0,280}$/],
  ['edge', 'cookie', /^(?:este sitio(?: web)? (?:usa|utiliza)|utilizamos) cookies\b.{0,280}$/],
  [
    'edge',
    'cookie',
    /^(?:accept|reject|allow|manage|change|customi[sz]e)(?: all)?(?: (?:the|your|my|our))? (?:cookies?|cookie (?:settings|preferences|choices))$/,
  ],
  ['edge', 'cookie', /^(?:accept|agree|i agree|decline|reject|deny|dismiss|got it)(?: all)?!?$/],
  ['edge', 'cookie', /^we (?:value|respect|care about) your privacy\b.{0,280}$/],
  ['edge', 'cookie', /^we and our (?:\d{1,4} )?partners (?:store|use|process)\b.{0,280}$/],
  ['edge', 'cookie', /^(?:cookies?|your privacy|cookie (?:policy|settings|preferences|notice|consent|banner))$/],
  [
    'edge',
    'cookie',
    /^by (?:continuing|using|clicking|browsing|accepting|signing up|subscribing)\b.{0,160}\b(?:cookies?|privacy|terms)\b.{0,100}$/,
  ],
  [
    'anywhere',
    'newsletter',
    /^sign up (?:to|for) (?:our|the)\b.{0,120}\b(?:newsletters?|inbox|email alerts?)\b.{0,60}$/,
  ],
  ['edge', 'newsletter', /^(?:sign up|subscribe|register)(?: now| here| today| free)? (?:to|for)\b.{0,200}$/],
  ['edge', 'newsletter', /^(?:get|receive|have)\b.{0,160}\b(?:in|to) your (?:inbox|email)\b.{0,60}$/],
  [
    'edge',
    'newsletter',
    /^(?:enter your e-?mail|your e-?mail(?: address)?|join .{1,80} (?:subscribers|newsletter|mailing list)|already (?:a|have an) (?:subscriber|member|account)|become a (?:subscriber|member)|support (?:our|independent) journalism|download (?:our|the) (?:free )?app|(?:get |our |the |free |daily |weekly |email |morning |evening )*newsletters?(?: sign-?up| signup)?|subscribe(?: now| here| today)?|sign up(?: now| here| today)?|donate(?: now)?|thanks? (?:you )?for (?:signing up|subscribing|reading).{0,80}|(?:jetzt )?(?:abonnieren|anmelden)|newsletter abonnieren|(?:inscrivez|abonnez)-vous .{1,100}|suscríbete .{1,100})[.!:…]*$/,
  ],
  ['edge', 'copyright', /^(?:©|\(c\)|copyright\b) ?(?:©|\(c\))? ?(?:\d{4}|by\b|the\b|all rights).{0,200}$/],
  ['edge', 'copyright', /^©.{0,200}$/],
  ['edge', 'copyright', /^.{0,160}\ball rights reserved\b.{0,60}$/],
  [
    'anywhere',
    'navigation',
    /^(?:(?:skip|jump) to (?:the )?(?:main )?(?:content|navigation|comments|footer)|(?:back|return) to (?:the )?top|toggle (?:navigation|menu)|zur startseite|zum inhalt springen|aller au contenu|saltar al contenido)$/,
  ],
  ['edge', 'navigation', /^home ?[>»›/|→].{0,200}$/],
  [
    'edge',
    'navigation',
    /^(?:home|menu|search|news|world|world news|breaking(?: news)?|live|politics|opinion|privacy(?: (?:policy|notice|statement|settings))?|terms(?: (?:of (?:use|service)|and conditions|& conditions))?|contact(?: us)?|about(?: us)?|help|faq|advertise(?: with us)?|careers|site ?map|imprint|impressum|datenschutz|accessibility|log ?in|log ?out|sign ?in|sign ?out|register|my account|rss|jobs|shop|archive|editorial (?:guidelines|policy)|corrections|print edition|reuse this content|back to .{1,30})$/,
  ],
  [
    'edge',
    'navigation',
    /^(?:tags?|topics?|filed under|categor(?:y|ies)|posted in|keywords|schlagw[oö]rter|étiquettes|etiquetas) ?:.{1,200}$/,
  ],
  [
    'edge',
    'navigation',
    /^(?:report (?:an?|this) (?:typo|error|correction|mistake|ad)|(?:got|have) a (?:news )?(?:tip|story|confidential tip)\b.{0,100}|contact (?:the author|the newsroom).{0,60}|print this (?:page|article)|request a correction.{0,40}|ends?|-+ ?(?:30|ends?) ?-+|###|\*{3}|- end(?:s)? -|our standards: .{1,80})[.?!]*$/,
  ],
  [
    'edge',
    'time',
    /^(?:first )?(?:published|updated|last (?:updated|modified)|posted|modified)(?: on| at)?:? .{0,60}\d.{0,30}$/,
  ],
  ['edge', 'time', /^(?:an?|\d+) (?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?) ago$/],
  ['edge', 'time', /^\d+[ -]min(?:ute)?s?(?: read)?$/],
];

/** Somebody says it, so it is a sentence of the story. */
const ATTRIBUTED = /^['(]|\b(?:said|says|told|added|wrote|asked|according to)\b/;

/** Words of which a row of share buttons is made; those in STRONG say that it is one. */
const STRONG = new Set(
  'share tweet retweet facebook twitter instagram youtube linkedin whatsapp telegram tiktok pinterest reddit mastodon bluesky messenger snapchat wechat weibo viber flipboard tumblr email print'.split(
    ' ',
  ),
);
const WEAK = new Set(
  'x e mail threads pocket line sms copy link this on via by us and or to article story page post more save bookmark comment comments rss feed url app like follow pin threema xing vk ok gmail google news shares'.split(
    ' ',
  ),
);

function isButtons(folded: string): boolean {
  const tokens = folded.split(/[^\p{L}\p{N}]+/u).filter((token) => token !== '');
  if (tokens.length < 2 || tokens.length > 20) return false;
  let strong = 0;
  for (const token of tokens) {
    if (STRONG.has(token)) strong++;
    else if (!WEAK.has(token) && !/^\d{1,4}k?$/.test(token)) return false;
  }
  return strong >= 2 || (strong === 1 && tokens.length <= 4);
}

/** `Privacy | Terms | Contact`: several words of a footer in one line. */
function isFooterRow(folded: string): boolean {
  const parts = folded.split(/ ?[|·•/] ?/);
  return parts.length > 1 && parts.length <= 12 && parts.every((part) => matches(part, 'edge'));
}

function matches(folded: string, place: Place): string | undefined {
  for (const [where, what, shape] of SHAPES) {
    if ((place === 'edge' || where === 'anywhere') && shape.test(folded)) return what;
  }
  return undefined;
}

/**
 * What kind of furniture a line is (`share`, `follow`, `comment`, `cookie`, `newsletter`, `heading` of other stories, …)
 * at that place, or undefined when it may belong to the story.
 */
export function furniture(line: string, place: Place): string | undefined {
  if (line.length > LONGEST) return undefined;
  const folded = fold(line);
  const what = matches(folded, 'anywhere');
  if (what !== undefined) return what;
  if (isButtons(folded)) return 'share';
  if (place === 'anywhere') return undefined;
  if (new RegExp(`^${NAMES}$`).test(folded)) return 'share';
  if (ATTRIBUTED.test(folded) && !folded.startsWith('(c)')) return undefined;
  return matches(folded, 'edge') ?? (isFooterRow(folded) ? 'navigation' : undefined);
}
