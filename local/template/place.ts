/** What the template leaves open and this machine decides. */
export interface Place {
  /** `AWS::StackName`; names without one of their own begin with it. */
  stackName: string;
  /** The base of queue URLs, such as `http://127.0.0.1:9324`. SQS's client goes to the host of the URL that it is given. */
  queuesUrl: string;
  /** Where the HTTP API is served, without a slash at the end. */
  publicUrl: string;
}

export const region = 'eu-west-1';
export const account = '000000000000';
