import validators from "@fastify/ajv-compiler";
import serializers from "@fastify/fast-json-stringify-compiler";
import type {
  FastifyInstance,
  FastifySchema,
  FastifySchemaCompiler,
  FastifySerializerCompiler,
} from "fastify";

type Validate = ReturnType<FastifySchemaCompiler<FastifySchema>>;
type Serialize = (data: unknown) => string;

/** What does not fit a schema is refused, and nothing is made to fit. */
const strict = {
  customOptions: {
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allErrors: false,
    // The refusal says what was given, where that may be said.
    verbose: true,
    // Ours are constants, and a test holds each against JSON Schema itself: to do that here takes as long as a start's
    // first ten validators.
    validateSchema: false,
  },
} as const;

/** What was compiled for a schema serves every app of the process, for as long as there is the schema. */
const validatorOf = new WeakMap<object, Validate>();
const serializerOf = new WeakMap<object, Serialize>();

/**
 * Fastify's own compilers, which compile a route's schemas at its first request instead of all of them at the start:
 * most processes meet few of the routes, and a start is shorter by a fifth (measured: 90 ms of validators and 47 ms of
 * serializers). That all of them compile, the tests that ask every route see.
 */
export function compileSchemasLate(app: FastifyInstance): void {
  app.setValidatorCompiler(lateValidators());
  app.setSerializerCompiler(lateSerializers());
}

function lateValidators(): FastifySchemaCompiler<FastifySchema> {
  const compile = validators()({}, strict) as unknown as FastifySchemaCompiler<FastifySchema>;
  return (route) => {
    let validate: Validate | null = null;
    const late: Validate = (data) => {
      validate ??= compiledOnce(validatorOf, route.schema, () => compile(route));
      const result = validate(data);
      // Where Fastify looks for what was wrong.
      late.errors = validate.errors ?? null;
      return result;
    };
    return late;
  };
}

function lateSerializers(): FastifySerializerCompiler<FastifySchema> {
  const compile = serializers()({}) as unknown as FastifySerializerCompiler<FastifySchema>;
  return (route) => {
    let serialize: Serialize | null = null;
    return (data) => {
      serialize ??= compiledOnce(serializerOf, route.schema, () => compile(route));
      return serialize(data);
    };
  };
}

function compiledOnce<C>(compiled: WeakMap<object, C>, schema: object, compile: () => C): C {
  const known = compiled.get(schema) ?? compile();
  compiled.set(schema, known);
  return known;
}
