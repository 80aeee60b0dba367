import { randomUUID } from 'node:crypto';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { at, requestHandler } from './clients.ts';

/** What is known of the published index without reading it. */
export interface Published {
  etag: string;
  /** ISO 8601 UTC: when its rules began to be read. */
  compiledAt: string;
  rules: number;
}

export type Snapshot = ReturnType<typeof snapshotObject>;

/** One object; its bucket keeps the versions before it for a day (docs/adr/0009). */
const KEY = 'watch-index';

/** A client for S3. Apart from the others (aws/clients.ts): it is a third of a bundle that has it, and two functions need it. */
export function openObjects(endpoint?: string): S3Client {
  // The index of a million rules is tens of megabytes.
  return new S3Client({ ...at(endpoint), requestHandler: { ...requestHandler, requestTimeout: 30_000 } });
}

/** The compiled watch index in S3. */
export function snapshotObject(client: S3Client, Bucket: string) {
  return {
    /** Undefined where nothing was published yet. */
    async head(): Promise<Published | undefined> {
      return (await headOf(client, Bucket))?.published;
    },

    /** The bytes, unless they are those of `etag`; `missing` where nothing was published yet. */
    async get(
      etag?: string,
    ): Promise<{ kind: 'same' | 'missing' } | (Published & { kind: 'other'; bytes: Uint8Array })> {
      try {
        const answer = await client.send(
          new GetObjectCommand({ Bucket, Key: KEY, ...(etag !== undefined && { IfNoneMatch: etag }) }),
        );
        const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
        return { kind: 'other', ...published(answer), bytes };
      } catch (error) {
        // 304 is no error in HTTP, but is one to the SDK.
        if (statusOf(error) === 304) return { kind: 'same' };
        if (statusOf(error) === 404 && !isNoBucket(error)) return { kind: 'missing' };
        throw error;
      }
    },

    /**
     * Publishes an index in place of `before`, or as the first. False where another compiler was quicker: 412, or 409 where both
     * came at the same moment, or 404 where what was to be replaced is gone.
     * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
     */
    async put(
      bytes: Uint8Array,
      { compiledAt, rules }: Omit<Published, 'etag'>,
      before: Published | undefined,
    ): Promise<boolean> {
      const id = randomUUID();
      try {
        await client.send(
          new PutObjectCommand({
            Bucket,
            Key: KEY,
            Body: bytes,
            ContentType: 'application/octet-stream',
            Metadata: { id, rules: String(rules), 'compiled-at': compiledAt },
            ...(before ? { IfMatch: before.etag } : { IfNoneMatch: '*' }),
          }),
        );
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (isNoBucket(error) || (status !== 412 && status !== 409 && status !== 404)) throw error;
        // The answer to a put that was taken may be lost, and the SDK, asking again, is then told that it came too late.
        return (await headOf(client, Bucket))?.id === id;
      }
    },
  };
}

/**
 * Deletes every version of every object, page by page, and gives their number: CloudFormation deletes no bucket with something in
 * it. For a stack that is taken down; the wire makes another index as soon as it needs one.
 * @throws with S3's words where a version could not be deleted
 */
export async function emptyBucket(client: S3Client, Bucket: string): Promise<number> {
  let deleted = 0;
  let from: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> | undefined = {};
  while (from) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: from.NextKeyMarker,
        VersionIdMarker: from.NextVersionIdMarker,
      }),
    );
    // At most a thousand, which is what DeleteObjects takes.
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (Objects.length > 0) {
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      if (Errors.length > 0) {
        throw new Error(`S3 did not delete ${Errors.length} versions in ${Bucket}: ${Errors[0]?.Message}`);
      }
      deleted += Objects.length;
    }
    from = page.IsTruncated ? page : undefined;
  }
  return deleted;
}

async function headOf(
  client: S3Client,
  Bucket: string,
): Promise<{ published: Published; id: string | undefined } | undefined> {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    return { published: published(answer), id: answer.Metadata?.id };
  } catch (error) {
    if (statusOf(error) === 404 && !isNoBucket(error)) return undefined;
    throw error;
  }
}

function published({
  ETag = '',
  Metadata = {},
}: {
  ETag?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}): Published {
  return { etag: ETag, compiledAt: Metadata['compiled-at'] ?? '', rules: Number(Metadata.rules ?? 0) };
}

/** The HTTP status of what S3 refused. */
function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

const isNoBucket = (error: unknown) => (error as Error).name === 'NoSuchBucket';
