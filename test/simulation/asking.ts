import { StorageUnavailable } from "../../src/store/index.ts";
import type { ChallengeAct, ChallengeAnswer } from "./enrolled.ts";
import { type Answer, type AnswerChecks, checkAnswer } from "./invariants/answers.ts";
import { checkChallengeAnswer } from "./invariants/challenge-answers.ts";
import type { Journal } from "./journal.ts";
import type { Node } from "./node.ts";
import type { Act } from "./people.ts";
import type { ChallengeRequest, Records, Request } from "./records.ts";

type Asked = Request | ChallengeRequest;

export interface AskingParts {
  readonly records: Records;
  readonly journal: Journal;
  readonly answers: AnswerChecks;
  readonly anyNode: () => Node | undefined;
  readonly onTold: (request: Request, answer: Answer) => void;
  readonly onChallenge: (request: ChallengeRequest, challengeId: string) => void;
}

/** What people ask nodes for, and what they are told: each answer is held to what is written by then. */
export class Asking {
  readonly #parts: AskingParts;
  readonly #underWay = new Map<Asked, Node>();

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  perform({ request, run }: Act): void {
    const { journal, answers } = this.#parts;
    request.askedAt = answers.now();
    journal.note(
      `${request.kind} ${request.verificationId ?? request.number} ${request.code ?? ""} by ${request.binding}`,
    );
    this.#nodeFor(request)?.ask(
      run,
      (answer) => this.#answered(request, answer),
      (cause) => this.#failed(request, cause),
    );
  }

  challenge({ request, run }: ChallengeAct): void {
    request.askedAt = this.#parts.answers.now();
    this.#parts.journal.note(
      `${request.kind} ${request.challengeId ?? request.subscriberId} ${request.code ?? ""} by ${request.binding}`,
    );
    this.#nodeFor(request)?.ask(
      (_engine, accounts) => run(accounts),
      (answer) => this.#challenged(request, answer),
      (cause) => this.#failed(request, cause),
    );
  }

  /** Nobody answers any more what nodes that are gone were asked for: it may happen or have happened all the same. */
  forgetTheGone(): void {
    for (const [request, asked] of this.#underWay) {
      if (asked.isAlive) continue;
      request.state = "lost";
      this.#underWay.delete(request);
    }
  }

  checkFault(cause: unknown): void {
    this.#parts.journal.expect(
      cause instanceof StorageUnavailable,
      "R-01",
      () => `the engine threw ${String(cause)}`,
    );
  }

  /** Where nobody listens a request is refused at the door, so that it certainly did not happen. */
  #nodeFor(request: Asked): Node | undefined {
    const node = this.#parts.anyNode();
    if (node === undefined) request.state = "answered";
    else this.#underWay.set(request, node);
    return node;
  }

  #answered(request: Request, answer: Answer): void {
    const { journal, answers, onTold } = this.#parts;
    this.#underWay.delete(request);
    const view = answer.verification;
    journal.note(`${request.kind} is answered ${answer.outcome} ${view?.id ?? ""} ${view?.status ?? ""}`);
    checkAnswer(answers, request, answer);
    request.state = "answered";
    onTold(request, answer);
  }

  #challenged(request: ChallengeRequest, answer: ChallengeAnswer): void {
    const { journal, records, answers, onChallenge } = this.#parts;
    this.#underWay.delete(request);
    journal.note(`${request.kind} is answered ${answer.outcome} ${answer.challengeId ?? ""}`);
    if (request.kind === "challenge") request.challengeId = answer.challengeId;
    checkChallengeAnswer({ records, journal, now: answers.now() }, request, answer);
    request.state = "answered";
    if (answer.challengeId !== null) onChallenge(request, answer.challengeId);
  }

  #failed(request: Asked, cause: unknown): void {
    this.#underWay.delete(request);
    request.state = "lost";
    this.#parts.journal.note(`${request.kind} failed: ${String(cause)}`);
    this.checkFault(cause);
  }
}
