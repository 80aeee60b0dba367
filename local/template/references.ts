import { arn, generatedName, kinds, type Named } from './kinds.ts';
import { account, type Place, region } from './place.ts';

/** A CloudFormation template as `app.synth()` gives it. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown }>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
}

/** The template asks for what this machine cannot give. The message names the resource. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateError';
  }
}

/** What a template's references come to on this machine. */
export interface References {
  /** A value with every reference in it resolved; `where` is for the error. */
  resolve(value: unknown, where: string): unknown;
  /** What a resource is called. */
  named(logicalId: string): Named;
  /** What `Ref` of a resource gives. */
  ref(logicalId: string): string;
  /** What `Fn::GetAtt` of a resource gives. */
  attribute(logicalId: string, name: string): string;
}

/**
 * Reads `Ref`, `Fn::GetAtt`, `Fn::Join` and `Fn::Sub`, which are what the CDK writes for this stack. Whatever else CloudFormation
 * can compute throws {@link TemplateError}.
 */
export function references(template: Template, place: Place): References {
  const error = (what: string, where: string) => new TemplateError(`${place.stackName}: ${what} (${where})`);
  const unresolved = (what: string, where: string) => error(`the local stack cannot resolve ${what}`, where);

  function named(logicalId: string): Named {
    const { Type, Properties } = template.Resources[logicalId]!;
    const property = kinds[Type]?.nameProperty;
    const given = property && Properties?.[property];
    const name = given === undefined ? generatedName(place.stackName, logicalId) : resolve(given, logicalId);
    return { logicalId, name: String(name) };
  }

  function reference(name: string, where: string): string {
    const pseudo = {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': place.stackName,
      'AWS::StackId': arn('cloudformation', `stack/${place.stackName}/local`),
    }[name];
    if (pseudo !== undefined) return pseudo;
    const resource = template.Resources[name];
    const kind = resource && kinds[resource.Type];
    if (kind) return kind.ref(named(name), place);
    const parameter = template.Parameters?.[name];
    if (!parameter) throw unresolved(`Ref ${name}`, where);
    if (parameter.Default === undefined) throw error(`the parameter ${name} has no default`, where);
    return String(parameter.Default);
  }

  function attribute(logicalId: string, name: string, where: string): string {
    const type = template.Resources[logicalId]?.Type;
    const read = type && kinds[type]?.attributes?.[name];
    if (!read) throw unresolved(`Fn::GetAtt ${logicalId}.${name}${type ? ` of ${type}` : ''}`, where);
    return read(named(logicalId), place);
  }

  function resolve(value: unknown, where: string): unknown {
    if (typeof value === 'string') {
      if (value.includes('{{resolve:')) throw unresolved(`the dynamic reference ${value}`, where);
      return value;
    }
    if (Array.isArray(value)) return value.map((element) => resolve(element, where));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[key, argument] = ['']] = entries;
    if (entries.length === 1 && (key === 'Ref' || key.startsWith('Fn::'))) return intrinsic(key, argument, where);
    return Object.fromEntries(entries.map(([name, inner]) => [name, resolve(inner, where)]));
  }

  function intrinsic(key: string, argument: unknown, where: string): string {
    if (key === 'Ref') return reference(argument as string, where);
    if (key === 'Fn::GetAtt') {
      const [logicalId = '', ...name] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
      return attribute(logicalId, name.join('.'), where);
    }
    if (key === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      return (resolve(parts, where) as unknown[]).map(String).join(separator);
    }
    if (key === 'Fn::Sub' && typeof argument === 'string') {
      return argument.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
        const [logicalId = '', ...rest] = name.split('.');
        return rest.length === 0 ? reference(name, where) : attribute(logicalId, rest.join('.'), where);
      });
    }
    throw unresolved(key, where);
  }

  return {
    resolve,
    named,
    ref: (logicalId) => reference(logicalId, logicalId),
    attribute: (logicalId, name) => attribute(logicalId, name, logicalId),
  };
}
