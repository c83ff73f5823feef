import type { FastifyRequest } from "fastify";

/** The address of the host application, with what the browser brings there. */
export function addressBack(
  request: FastifyRequest,
  { returnUrl, state }: { readonly returnUrl: string; readonly state: string | null },
  brought: { readonly ticket?: string; readonly outcome?: "canceled" },
): string {
  // A path is one of the application around us: whole, so that it is not taken for one of ours.
  const target = new URL(returnUrl, request.server.publicOrigin(request));
  for (const [name, value] of Object.entries(brought)) target.searchParams.set(name, value);
  if (state !== null) target.searchParams.set("state", state);
  return target.href;
}
