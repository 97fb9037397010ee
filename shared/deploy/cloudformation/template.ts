import type { Value } from './value.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html */
export type Resource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain' | 'Snapshot';
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html */
export type Output = { readonly Description: string; readonly Value: Value };

export type Resources = Readonly<Record<string, Resource>>;

export type Template = {
  readonly AWSTemplateFormatVersion?: string;
  readonly Resources: Resources;
  readonly Outputs?: Readonly<Record<string, Output>>;
};
