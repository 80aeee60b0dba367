import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Room } from './room.ts';
import type { Settings } from './settings.ts';

/** The one object that is kept there (aws/snapshot.ts). */
const KEY = 'watch-index';

/**
 * Where `compile` publishes the watch index and `tag` reads it (docs/adr/0009). All that is in it can be made again out of the
 * tables. It stays all the same when the stack goes: CloudFormation does not delete a bucket that is not empty.
 */
export class IndexStore extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'IndexStore');
    this.bucket = new Bucket(this, 'Bucket', {
      // Without a name of its own: bucket names are one for all the world, and the next stack fills a new one by itself.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // The index before stays for a day: for whoever is just reading it, and for whoever wants to know what was wrong with the new one.
      versioned: true,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(1) }],
      removalPolicy: settings.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Two functions of this stack alone read and write one object; an access log would need a bucket of its own.',
    });
  }

  /** Lets a room read the index. */
  grantRead(room: Room): void {
    room.allow(['s3:GetObject'], this.bucket.arnForObjects(KEY));
    // Without it S3 says 403, not 404, for an index that is not there yet:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    room.allow(['s3:ListBucket'], this.bucket.bucketArn);
  }

  /** Lets a room read and replace the index. A conditional put needs the right to read as well. */
  grantWrite(room: Room): void {
    this.grantRead(room);
    room.allow(['s3:PutObject'], this.bucket.arnForObjects(KEY));
  }
}
