// One request to the gateway, with what the session signs in with.
import { credential, credentialHeaders } from "../session/credential";
import { NoAnswer, problem, type Problem } from "./problem";

export const endpoint = new URL("/graphql", location.origin);

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
  extensions?: unknown;
}

/**
 * Posts a request and answers what came back. An answer with errors in it is an answer; only a missing, foreign or
 * unauthenticated one becomes the page's problem.
 */
export async function post(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return noted(async () => answerIn(await send(body, { accept: "application/graphql-response+json, application/json", ...headers })));
}

/** Does something whose missing answer becomes the page's problem. */
export async function noted<T>(asked: () => Promise<T>): Promise<T> {
  try {
    return await asked();
  } catch (failure) {
    if (failure instanceof NoAnswer) problem.set(failure.problem);
    throw failure;
  }
}

/** Sends a request; whatever answers is answered. */
export async function send(body: object, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  const options = {
    method: "POST",
    headers: { "content-type": "application/json", ...credentialHeaders(), ...headers },
    body: JSON.stringify(body),
  };
  return reached(fetch(endpoint, signal === undefined ? options : { ...options, signal }));
}

/** What a request comes to; one that never arrived has no answer. */
export async function reached(request: Promise<Response>): Promise<Response> {
  return request.catch(() => {
    throw new NoAnswer(unreachable());
  });
}

/** The answer that a response is. */
export async function answerIn(response: Response): Promise<Answer> {
  const answer = (await response.json().catch(() => {
    throw new NoAnswer(response.status === 401 ? wantsSignIn() : foreign(response));
  })) as Answer;
  problem.set(isUnauthenticated(answer, response.status) ? wantsSignIn() : null);
  return answer;
}

function isUnauthenticated(answer: Answer, status: number) {
  return status === 401 || (answer.errors ?? []).some(({ extensions }) => extensions?.code === "UNAUTHENTICATED");
}

export function wantsSignIn(): Problem {
  const message =
    credential.get() === null
      ? "Onramp asks for a sign-in. Give it a token or an API key; it is kept until this tab is closed."
      : "Onramp does not accept what you signed in with. It may have expired; sign in anew.";
  return { kind: "sign-in", message };
}

function unreachable(): Problem {
  const message = `Onramp did not answer at ${endpoint}. Check that it is running and that you are connected, then try again.`;
  return { kind: "unreachable", message };
}

function foreign({ status, statusText }: Response): Problem {
  const answered = `${endpoint} answered ${status} ${statusText}`.trimEnd();
  return { kind: "foreign", message: `${answered}, but not with JSON. Something between this page and Onramp may have answered in its place.` };
}
