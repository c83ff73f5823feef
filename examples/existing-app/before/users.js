// What the application had before: a table of its users, and the check of their passwords.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

const hashOf = promisify(scrypt);
const database = new DatabaseSync("users.db");
database.exec(
  "create table if not exists users (id integer primary key, name text unique, salt blob, hash blob)",
);
const insert = database.prepare("insert or ignore into users (name, salt, hash) values (?, ?, ?)");
const select = database.prepare("select id, salt, hash from users where name = ?");

async function addUser(name, password) {
  const salt = randomBytes(16);
  insert.run(name, salt, await hashOf(password, salt, 32));
}

/** The id of who has this name and this password, else null. A name that nobody has takes as long. */
export async function checkPassword(name, password) {
  const user = select.get(name);
  const hash = await hashOf(password, user?.salt ?? randomBytes(16), 32);
  return user !== undefined && timingSafeEqual(hash, user.hash) ? String(user.id) : null;
}

await addUser("ada", "nine rowing margarets");
await addUser("grace", "seven quiet compilers");
