import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { oldestFirst } from "../../delivery/index.ts";
import { standinAccounts } from "../accounts.ts";
import { carry, codeIn, type Handed } from "../line.ts";
import { type StandinParts, uuidId } from "../parts.ts";
import type { PlannedReceipt } from "../plan.ts";
import { post } from "../post.ts";
import { jsonObject, textOf } from "../requests.ts";
import { signedPost } from "./signature.ts";
import { codeOf, errorBody, eventOf, isAuthorized, type TelnyxRefusal } from "./wire.ts";

const { number, connectionId } = standinAccounts.telnyx;
const callsMax = 1_000;

interface TelnyxCall {
  readonly id: string;
  readonly leg: string;
  readonly session: string;
  readonly to: string;
  readonly from: string;
  readonly clientState: string | null;
  readonly url: string | null;
  state: "dialing" | "answered" | "ended";
  /** On the virtual phone. */
  messageId: string | null;
  readonly commands: Set<string>;
}

/** Call Control: a call is dialled, and what happens next is commanded event by event. */
export function callRoutes(parts: StandinParts): (scope: FastifyInstance) => void {
  const calls = new Map<string, TelnyxCall>();
  const forgetOldest = oldestFirst(calls, callsMax);

  async function dial(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const call = readCall(parts, request);
    if ("code" in call) return answer(reply, call.status, errorBody(call));
    calls.set(call.id, call);
    forgetOldest();
    return await carry(parts, handed(parts, call), request, reply);
  }

  return (scope) => {
    scope.post("/v2/calls", dial);
    scope.post<{ Params: { id: string; action: string } }>(
      "/v2/calls/:id/actions/:action",
      async (request, reply) => {
        const { id, action } = request.params;
        if (!isAuthorized(request)) return refuse(reply, 401, "10009", "The API key is wrong.");
        const call = calls.get(id);
        if (call === undefined || (action !== "speak" && action !== "hangup")) {
          return refuse(reply, 404, "10005", "There is no such call.");
        }
        const body = jsonObject(request) ?? {};
        const problem = action === "speak" ? speakProblem(call, body) : endProblem(call);
        const command = textOf(body["command_id"]);
        const isNew = command === null || !call.commands.has(command);
        // A command that was obeyed is obeyed: the end of a call does not undo it.
        if (isNew && problem !== null) return answer(reply, problem.status, errorBody(problem));
        if (command !== null) call.commands.add(command);
        if (isNew) void (action === "speak" ? speak(parts, call, body) : hangUp(parts, call)).catch(() => {});
        return answer(reply, 200, { data: { result: "ok" } });
      },
    );
  };
}

function answer(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

function refuse(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return answer(reply, status, errorBody({ code, detail }));
}

function readCall(parts: StandinParts, request: FastifyRequest): TelnyxCall | TelnyxRefusal {
  if (!isAuthorized(request)) return { status: 401, code: "10009", detail: "The API key is wrong." };
  const body = jsonObject(request);
  if (body === null) return { status: 400, code: "10015", detail: "The body is no JSON object." };
  const [to, from] = [textOf(body["to"]), textOf(body["from"])];
  if (to === null || from === null || textOf(body["connection_id"]) === null) {
    return { status: 422, code: "10004", detail: "connection_id, to and from are required." };
  }
  if (body["connection_id"] !== connectionId) {
    return { status: 422, code: "10015", detail: "connection_id is no Call Control application." };
  }
  if (!/^\+[1-9]\d{6,14}$/.test(to)) {
    return { status: 422, code: "10016", detail: "to must be in +E.164 format." };
  }
  if (from !== number) return { status: 403, code: "10010", detail: "from is no number of the account." };
  return {
    id: `v3:${uuidId(parts)}`,
    leg: uuidId(parts),
    session: uuidId(parts),
    to,
    from,
    clientState: textOf(body["client_state"]),
    url: textOf(body["webhook_url"]),
    state: "dialing",
    messageId: null,
    commands: new Set(),
  };
}

function endProblem({ state }: TelnyxCall): TelnyxRefusal | null {
  if (state === "answered") return null;
  const detail = state === "ended" ? "This call is no longer active." : "Nobody has answered yet.";
  return { status: 422, code: state === "ended" ? "90018" : "90034", detail };
}

function speakProblem(call: TelnyxCall, body: Readonly<Record<string, unknown>>): TelnyxRefusal | null {
  const [payload, voice] = [textOf(body["payload"]), textOf(body["voice"])];
  if (payload === null || voice === null || payload.length > 3_000) {
    return { status: 422, code: "10004", detail: "payload and voice are required." };
  }
  return endProblem(call);
}

async function speak(
  parts: StandinParts,
  call: TelnyxCall,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = textOf(body["payload"]) ?? "";
  if (call.messageId !== null) parts.phones.say(call.to, call.messageId, { text, code: codeIn(text) });
  await tell(parts, call, "call.speak.started");
  await tell(parts, call, "call.speak.ended", { status: "completed" });
}

async function hangUp(parts: StandinParts, call: TelnyxCall): Promise<void> {
  call.state = "ended";
  await tell(parts, call, "call.hangup", { hangup_cause: "normal_clearing", hangup_source: "caller" });
}

async function tell(
  parts: StandinParts,
  { id, leg, session, to, from, clientState, url }: TelnyxCall,
  type: string,
  more: Readonly<Record<string, string>> = {},
  isForged = false,
): Promise<void> {
  if (url === null) return;
  const payload = {
    call_control_id: id,
    call_leg_id: leg,
    call_session_id: session,
    connection_id: connectionId,
    client_state: clientState,
    from,
    to,
    ...more,
  };
  await post(parts, signedPost(parts, url, eventOf(parts, type, payload, url), isForged));
}

function handed(parts: StandinParts, call: TelnyxCall): Handed {
  const { id, leg, session } = call;
  const report = async (status: PlannedReceipt["status"], isForged: boolean): Promise<void> => {
    switch (status) {
      case "sent":
        return await tell(parts, call, "call.initiated", { state: "bridging" }, isForged);
      case "delivered":
        if (!isForged) call.state = "answered";
        return await tell(parts, call, "call.answered", { state: "answered" }, isForged);
      case "failed":
        call.state = "ended";
        return await tell(parts, call, "call.hangup", { hangup_cause: "user_busy" }, isForged);
      default:
        throw new TypeError(`not a status: ${String(status satisfies never)}`);
    }
  };
  return {
    ...call,
    channel: "voice",
    text: "",
    arrived(messageId) {
      call.messageId = messageId;
    },
    accepted: () => ({
      status: 200,
      body: {
        data: {
          record_type: "call",
          call_control_id: id,
          call_leg_id: leg,
          call_session_id: session,
          is_alive: false,
        },
      },
    }),
    refused(refusal) {
      const status = refusal?.status ?? 403;
      const code = refusal === null ? "10010" : (refusal.code ?? codeOf(status));
      return { status, body: errorBody({ code, detail: "The sandbox was told to refuse it." }) };
    },
    report,
  };
}
