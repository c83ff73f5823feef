import type { CDPSession, Page } from "playwright-core";

/** An authenticator of Chromium's own, in software: it answers every page of one window. */
export interface VirtualAuthenticator {
  /** Whether somebody is there who touches it; nobody is asked otherwise, and the page waits. */
  touches(isThere: boolean): Promise<void>;
  /** Whether its owner shows a finger, or a wrong one. */
  verifies(isOwner: boolean): Promise<void>;
  passkeys(): Promise<readonly VirtualPasskey[]>;
  /** Puts a passkey of another one into it. */
  copy(passkey: VirtualPasskey): Promise<void>;
  forgetAll(): Promise<void>;
}

export interface VirtualPasskey {
  readonly credentialId: string;
  readonly privateKey: string;
  readonly rpId?: string;
  readonly userHandle?: string;
  readonly signCount: number;
  readonly isResidentCredential: boolean;
}

export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    touches: async (enabled) => {
      await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
    },
    verifies: async (isUserVerified) => {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
    passkeys: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    copy: async (credential) => {
      await cdp.send("WebAuthn.addCredential", { authenticatorId, credential });
    },
    forgetAll: async () => {
      await cdp.send("WebAuthn.clearCredentials", { authenticatorId });
    },
  };
}

/** What is made wrong in an answer: a byte of a field, or what the browser is asked for. */
export interface Change {
  readonly field: string;
  /** Of a field: from 0, its first byte, to 1, its last. */
  readonly place: number;
}

/** Asks as the page's script does, but makes the answer wrong; what the page that follows says. */
export async function answerIn(page: Page, change: Change | null): Promise<string> {
  await Promise.all([
    page.waitForNavigation(),
    page.evaluate(async (made) => {
      const form = document.querySelector("form[data-passkey]") as HTMLFormElement;
      const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
      const asked = await (await fetch(`${form.action}/options`, { method: "POST", body })).json();
      if (made?.field === "verification") asked.options.userVerification = "discouraged";
      if (made?.field === "allowed") asked.options.allowCredentials = [];
      const read = PublicKeyCredential.parseRequestOptionsFromJSON(asked.options);
      const given = (await navigator.credentials.get({ publicKey: read })) as PublicKeyCredential;
      const answer = given.toJSON() as unknown as { id: string; response: Record<string, string> };
      const changed = (text: string): string => {
        const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) =>
          one.charCodeAt(0),
        );
        const at = Math.round((bytes.length - 1) * (made?.place ?? 0));
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return btoa(String.fromCharCode(...bytes))
          .replaceAll("+", "-")
          .replaceAll("/", "_")
          .replace(/=+$/, "");
      };
      const old = made === null ? undefined : answer.response[made.field];
      if (made !== null && old !== undefined) answer.response[made.field] = changed(old);
      if (made?.field === "id") answer.id = changed(answer.id);
      (form.elements.namedItem("id") as HTMLInputElement).value = asked.id;
      (form.elements.namedItem("answer") as HTMLInputElement).value = JSON.stringify(answer);
      form.submit();
    }, change),
  ]);
  return (await page.textContent("main")) ?? "";
}
