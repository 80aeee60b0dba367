/**
 * The texts that SNS itself writes into a reader's mailbox, near enough to its own wording that a reader of the local inbox
 * sees what a subscriber will see: who it comes from, the confirmation, and the footer under each notification.
 */

/** SNS's subject when Publish gave none. */
const defaultSubject = 'AWS Notification Message';

const noReply = 'no-reply@sns.amazonaws.com';

/** Who a topic's mail seems to come from: its display name, or SNS's own. */
export function senderOf(displayName: string | undefined): string {
  return `${displayName || 'AWS Notifications'} <${noReply}>`;
}

export function confirmLink(base: string, about: { topic: string; token: string; endpoint: string }): string {
  const query = new URLSearchParams({ TopicArn: about.topic, Token: about.token, Endpoint: about.endpoint });
  return `${base}/confirm?${query}`;
}

export function unsubscribeLink(base: string, about: { subscription: string; endpoint: string }): string {
  return `${base}/unsubscribe?${new URLSearchParams({ SubscriptionArn: about.subscription, Endpoint: about.endpoint })}`;
}

export function notificationMail(
  subject: string | null,
  text: string,
  link: string,
): { subject: string; body: string } {
  return {
    subject: subject ?? defaultSubject,
    body: `${text}

--
If you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:
${link}

Please do not reply directly to this email. If you have any questions or comments regarding this email, please contact us at https://aws.amazon.com/support
`,
  };
}

export function confirmationMail(topic: string, link: string): { subject: string; body: string } {
  return {
    subject: 'AWS Notification - Subscription Confirmation',
    body: `You have chosen to subscribe to the topic:
${topic}

To confirm this subscription, click or visit the link below (if this was in error no action is necessary):
${link}

Please do not reply directly to this email.
`,
  };
}

/** Sent when somebody followed the unsubscribe link, so that one who did not mean to can come back. */
export function cancellationMail(topic: string, link: string): { subject: string; body: string } {
  return {
    subject: 'AWS Notification - Unsubscribe Confirmation',
    body: `Your subscription to the topic below has been deactivated:
${topic}

If this was in error, you can subscribe again by visiting the link below:
${link}

Please do not reply directly to this email.
`,
  };
}
