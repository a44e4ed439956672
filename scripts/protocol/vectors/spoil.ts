/**
 * Rejected vectors out of a valid sample: the same faults for every shape, so that none is skipped.
 */
import type { z } from "zod";
import { type Draft, type Subject, rejected, valid } from "./vector.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Spoiled {
  readonly schema: z.ZodType;
  readonly sample: Fields;
  /** Puts a payload where it travels. */
  readonly wrap: (payload: unknown) => unknown;
  /** Fields that are left as they are: a union is told apart by them. */
  readonly fixed?: readonly string[];
}

/** No schema of the protocol but `unknown` takes a list that holds a list. */
const wrong = [[]];

/** What a payload must not be: no map at all, without a field it needs, a field of a wrong type. */
export function spoil(subject: Subject, name: string, spoiled: Spoiled): Draft[] {
  const { schema, sample, wrap, fixed = [] } = spoiled;
  const refuses = (payload: unknown): boolean => !schema.safeParse(payload).success;
  const keys = Object.keys(sample).filter((key) => !fixed.includes(key));
  const required = keys.filter((key) => refuses(omit(sample, key)));
  const typed = keys.find((key) => refuses({ ...sample, [key]: wrong }));
  return [
    rejected(subject, `${name} that is no map`, wrap("a string")),
    ...required.map((key) => rejected(subject, `${name} without ${key}`, wrap(omit(sample, key)))),
    ...(typed === undefined
      ? []
      : [
          rejected(subject, `${name} with a list as ${typed}`, wrap({ ...sample, [typed]: wrong })),
        ]),
  ];
}

/** Valid vectors that leave out what has a default, and that bring what no reader knows. */
export function vary(subject: Subject, name: string, { schema, sample, wrap }: Spoiled): Draft[] {
  const optional = Object.keys(sample).filter((key) => {
    return schema.safeParse(omit(sample, key)).success;
  });
  const bare = optional.reduce<Fields>(omit, sample);
  return [
    valid(subject, name, wrap(sample)),
    ...(optional.length === 0 ? [] : [valid(subject, `${name} without options`, wrap(bare))]),
    valid(subject, `${name} with a field of a later revision`, wrap({ ...sample, later: true })),
  ];
}

function omit(fields: Fields, key: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}
