/**
 * Parameters that say where a reader came from and nothing about what the page is, so that one article has one address.
 * Only those that are known to be nothing else: `ref`, `source`, `id`, `page`, `p` name articles somewhere, and two articles
 * made one is a missed alert. Names are compared in lower case.
 */
export const TRACKING_PREFIXES: ReadonlyArray<readonly [prefix: string, whose: string]> = [
  ['utm_', 'Google Analytics (Urchin) campaigns'],
  ['at_', 'AT Internet campaigns; the BBC marks its links with them'],
  ['ns_', 'Comscore; the BBC and others'],
  ['mtm_', 'Matomo campaigns'],
  ['pk_', 'Matomo, when it was Piwik'],
  ['piwik_', 'Matomo, when it was Piwik'],
  ['hsa_', 'HubSpot ads'],
  ['guce_', 'Yahoo consent pages'],
];

export const TRACKING_NAMES: ReadonlyArray<readonly [name: string, whose: string]> = [
  ['fbclid', 'Facebook clicks'],
  ['gclid', 'Google Ads clicks'],
  ['gclsrc', 'Google Ads clicks'],
  ['dclid', 'Google display ads'],
  ['gbraid', 'Google Ads on iOS'],
  ['wbraid', 'Google Ads on iOS'],
  ['msclkid', 'Microsoft Advertising clicks'],
  ['yclid', 'Yandex clicks'],
  ['ysclid', 'Yandex search'],
  ['twclid', 'Twitter ads'],
  ['ttclid', 'TikTok ads'],
  ['li_fat_id', 'LinkedIn ads'],
  ['igshid', 'Instagram shares'],
  ['igsh', 'Instagram shares'],
  ['mc_cid', 'Mailchimp campaigns'],
  ['mc_eid', 'Mailchimp readers'],
  ['mkt_tok', 'Marketo mails'],
  ['_hsenc', 'HubSpot mails'],
  ['_hsmi', 'HubSpot mails'],
  ['oly_enc_id', 'Omeda mails'],
  ['oly_anon_id', 'Omeda mails'],
  ['vero_id', 'Vero mails'],
  ['_ga', 'Google Analytics across domains'],
  ['_gl', 'Google Analytics across domains'],
  ['cmp', 'the Guardian and others: campaign'],
  ['cmpid', 'campaign'],
  ['ocid', 'MSN, the BBC and others: origin of the click'],
  ['icid', 'internal campaign'],
  ['ito', 'Mail Online: where a link was shared'],
  ['smid', 'New York Times: social medium'],
  ['smtyp', 'New York Times: social medium'],
  ['taid', 'Reuters: shared by Trackerapp'],
  ['xtor', 'AT Internet, older'],
  ['wt.mc_id', 'Webtrends campaigns'],
  ['s_cid', 'Adobe Analytics campaigns'],
  ['sr_share', 'SocialRank shares'],
  ['guccounter', 'Yahoo consent pages'],
  ['__twitter_impression', 'Twitter'],
  ['_branch_match_id', 'Branch links'],
];

const NAMES = new Set(TRACKING_NAMES.map(([name]) => name));

/** Whether a query parameter of this name (percent-decoded or not) only tracks. */
export function tracks(name: string): boolean {
  const lower = name.toLowerCase();
  return NAMES.has(lower) || TRACKING_PREFIXES.some(([prefix]) => lower.startsWith(prefix));
}
