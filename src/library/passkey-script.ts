import { fileURLToPath } from "node:url";

/**
 * The file of a script for pages of your own, which you serve from your origin (it may lie below a folder whose name begins
 * with a dot, such as pnpm's): each `<form data-passkey="create">` or
 * `"get"` asks its action with `/options` added what there is to sign, has the browser do it, and is sent with the fields
 * `id` and `answer`. A 422 with a `message` is said in the form's `role="alert"`.
 */
export const passkeyScript: string = fileURLToPath(
  new URL("../server/pages/assets/passkey.js", import.meta.url),
);
