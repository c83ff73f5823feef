/**
 * The accounts that the stand-ins know, for everybody to read: they guard nothing but virtual phones. A program under
 * development is given them in place of its real ones.
 */
export const standinAccounts = {
  flowroute: {
    accessKey: "10000001",
    secretKey: "sandbox0sandbox0sandbox0sandbox0",
    number: "+12065550100",
  },
} as const;
