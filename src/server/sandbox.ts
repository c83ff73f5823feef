import { join } from "node:path";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from "fastify";
import type { Clock, Random } from "../clock/index.ts";
import type { Instance } from "../instance/instance.ts";
import { type PhonePagesParts, phonePages } from "../phones/pages.ts";
import { sandboxRoutes } from "../phones/routes.ts";
import { createPhoneStreams } from "../phones/streams.ts";
import type { AdminRequests } from "./admin-socket.ts";
import { type Assets, loadAssets } from "./pages/assets.ts";
import { setPageHeaders } from "./pages/headers.ts";
import { layout } from "./pages/layout.ts";
import { Problem } from "./problems.ts";
import { isSecure } from "./same-origin.ts";
import { onlyOwnHosts, onlyOwnPages } from "./sandbox-host.ts";
import type { StandinVendor } from "./standins.ts";

export interface SandboxDoor {
  /** Adds the virtual phones, if there are any. */
  register(app: FastifyInstance): void;
  /** Ends the streams: a graceful stop would wait for them. */
  close(): void;
}

export interface SandboxDoorOptions {
  readonly instance: {
    readonly sandbox: Instance["sandbox"];
    readonly parts: { readonly clock: Clock; readonly random: Random };
  };
  /** The vendor whose wire is at the root as well; only where nothing else is there. */
  readonly root?: StandinVendor | undefined;
  /** What holds for requests from sockets; null where every request is of this process. */
  readonly guard: { readonly publicUrl: string | null; readonly admin: AdminRequests } | null;
  /** Whether programs that believe to talk to a carrier are answered. Default true. */
  readonly hasStandins?: boolean;
}

/** The virtual phones with everything that stands around them: who may ask, and under which names. */
export function sandboxDoor({ instance, root, guard, hasStandins = true }: SandboxDoorOptions): SandboxDoor {
  const { sandbox } = instance;
  const { clock, random } = instance.parts;
  if (sandbox === null) return { register: () => {}, close: () => {} };
  const streams = createPhoneStreams(sandbox.phones.feed, clock);
  const look = loadAssets(join(import.meta.dirname, "pages", "assets"), "/sandbox/assets");
  const own = loadAssets(join(import.meta.dirname, "..", "phones", "assets"), "/sandbox/assets");
  const parts: PhonePagesParts = {
    ...sandbox,
    streams,
    now: () => clock.now(),
    problem: (code, detail) => new Problem(code, detail),
    frame: (reply, title, content) => framed(reply, title, content, look, own),
  };
  const standins = async (): Promise<FastifyPluginAsync> => {
    const { standinRoutes } = await import("./standins.ts");
    return standinRoutes({ clock, random, root, ...sandbox });
  };
  return {
    register(app) {
      void app.register(async (scope) => {
        if (guard !== null) scope.addHook("onRequest", onlyOwnHosts(guard.publicUrl, guard.admin));
        scope.addHook("onRequest", onlyOwnPages);
        await scope.register(sandboxRoutes(parts), { prefix: "/sandbox/api" });
        await scope.register(phonePages(parts), { prefix: "/sandbox" });
        if (hasStandins) await scope.register(await standins());
        for (const one of [look, own]) await scope.register(one.routes);
      });
    },
    close: () => streams.close(),
  };
}

function framed(reply: FastifyReply, title: string, content: string, look: Assets, own: Assets): string {
  setPageHeaders(reply, { isSecure: isSecure(reply.request) });
  return layout({
    language: "en",
    direction: "ltr",
    title,
    brand: { name: "Countersign", logo: null },
    styles: [look.url("style.css"), own.url("phones.css")],
    scripts: [own.url("phones.js")],
    content,
  });
}
