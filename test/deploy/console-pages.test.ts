import { describe, expect, test } from 'vitest';
import { toPage, toStackPage, toTestPage } from '../../shared/deploy/console-pages.ts';

const toStack = (partition: string, region: string) => ({
  id: `arn:${partition}:cloudformation:${region}:123456789012:stack/shop-prod/0af1`,
  status: 'UPDATE_COMPLETE',
  outputs: [],
  tags: {},
});
const stack = toStack('aws', 'eu-west-1');
const console = 'https://eu-west-1.console.aws.amazon.com';

describe('the page of', () => {
  test.each([
    ['AWS::Lambda::Function', 'shop-prod-manual', 'lambda/home?region=eu-west-1#/functions/shop-prod-manual'],
    [
      'AWS::ECS::TaskDefinition',
      'arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-train-3fa9c1d2:4',
      'ecs/v2/task-definitions/shop-prod-train-3fa9c1d2?region=eu-west-1',
    ],
    [
      'AWS::CodeBuild::Project',
      'shop-prod-build',
      'codesuite/codebuild/123456789012/projects/shop-prod-build/?region=eu-west-1',
    ],
    [
      'AWS::StepFunctions::StateMachine',
      'arn:aws:states:eu-west-1:123456789012:stateMachine:shop-prod-train',
      'states/home?region=eu-west-1#/statemachines/view/arn%3Aaws%3Astates%3Aeu-west-1%3A123456789012%3AstateMachine%3Ashop-prod-train',
    ],
    [
      'AWS::Logs::LogGroup',
      '/signalbox/shop/prod/train',
      'cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fsignalbox$252Fshop$252Fprod$252Ftrain',
    ],
  ])('an %s', (type, physicalId, page) => {
    expect(toPage({ id: 'X', type, physicalId }, stack)).toBe(`${console}/${page}`);
  });

  test('a role is none: nobody has anything to do there', () => {
    expect(toPage({ id: 'X', type: 'AWS::IAM::Role', physicalId: 'x' }, stack)).toBeUndefined();
  });

  test('a stack in another partition is in its own console', () => {
    expect(toStackPage(toStack('aws-us-gov', 'us-gov-west-1'))).toMatch(
      /^https:\/\/console\.amazonaws-us-gov\.com\/cloudformation\/home\?region=us-gov-west-1#/,
    );
  });

  test('test events is a tab of the function', () => {
    expect(toTestPage(`${console}/lambda`)).toBe(`${console}/lambda?tab=testing`);
  });
});
