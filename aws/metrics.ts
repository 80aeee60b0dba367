/**
 * Counts a send that SNS refused for good or that was laid aside, as CloudWatch's metric `SendsFailed` in the namespace
 * `Bellwire`: a line of the log in the embedded metric format, which costs no call.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function countFailedSend(stack: string): void {
  console.log(
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          { Namespace: 'Bellwire', Dimensions: [['Stack']], Metrics: [{ Name: 'SendsFailed', Unit: 'Count' }] },
        ],
      },
      Stack: stack,
      SendsFailed: 1,
    }),
  );
}
