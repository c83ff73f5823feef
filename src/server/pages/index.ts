/** Pages for browsers: the verification pages, and what other pages of ours are made with. */
export { verificationPages } from "./routes.ts";
