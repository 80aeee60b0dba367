import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Each route by its name; what is not here is API Gateway's own 404 and wakes no function. */
const routes: [HttpMethod, string][] = [
  [HttpMethod.POST, '/articles'],
  [HttpMethod.POST, '/subscribe'],
  [HttpMethod.POST, '/confirm'],
  [HttpMethod.GET, '/unsubscribe'],
  [HttpMethod.POST, '/unsubscribe'],
  [HttpMethod.GET, '/u'],
  [HttpMethod.GET, '/manage'],
  [HttpMethod.POST, '/manage'],
  [HttpMethod.GET, '/a/{token}'],
];

/** The HTTP API. Made before the functions, which know its address; {@link Api.answerWith} then joins it to `console`. */
export class Api extends Construct {
  private readonly http: HttpApi;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'Api');
    this.http = new HttpApi(this, 'Http', { apiName: settings.stack, createDefaultStage: false });
    const log = new LogGroup(this, 'Log', {
      // The prefix keeps it out of the account's resource policy for log delivery, which stops at 5,120 characters:
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
      logGroupName: `/aws/vendedlogs/bellwire/${settings.stack}/api`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.http.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      // A bound on what a stranger can cost the owner; a feed of articles by POST stays far below it.
      throttle: { rateLimit: 50, burstLimit: 100 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        // The route's pattern, never the path or the query: those hold the tokens that unsubscribe people.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            at: '$context.requestTime',
            ip: '$context.identity.sourceIp',
            route: '$context.routeKey',
            status: '$context.status',
            bytes: '$context.responseLength',
            ms: '$context.responseLatency',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
  }

  /** `https://…`, without a slash at the end. */
  get url(): string {
    return this.http.apiEndpoint;
  }

  answerWith(fn: IFunction): void {
    const integration = new HttpLambdaIntegration('Console', fn);
    for (const [method, path] of routes) {
      const [route] = this.http.addRoutes({ path, methods: [method], integration });
      if (!route) throw new Error(`no route was made for ${method} ${path}`);
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          path === '/articles'
            ? 'console itself checks the bearer token, in constant time, and the same bundle does so on a laptop.'
            : 'For people without an account: signing up is bounded and confirmed, and a link in an alert carries its signature.',
      });
    }
  }
}
