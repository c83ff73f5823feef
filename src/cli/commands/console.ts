import { call, connected, type GlobalOptions } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { printable, type Terminal } from "../terminal.ts";

/** An invitation to the console, for whoever may open the data folder. */
export async function inviteAdministrator(all: GlobalOptions, terminal: Terminal): Promise<void> {
  if (all.url !== undefined) {
    throw usageFailure(
      "No key makes an administrator.",
      "Run the command on the machine of the server, or invite in the console.",
    );
  }
  await connected(all, terminal, async (connection) => {
    const made = (await call(connection, "POST", "/machine/invitations", {})) as {
      readonly url: string;
      readonly invitation: string;
      readonly endsAt: string;
    };
    terminal.result(
      made,
      () =>
        `At ${printable(made.url)}, good once, until ${printable(made.endsAt)}, and shown this once:\n${printable(made.invitation)}`,
    );
  });
}
